#include "fakes/small_imap_server.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace mailquotad::fakes {

namespace {

constexpr const char* kCapabilities = "IMAP4rev1 SASL-IR QUOTA LIST-STATUS STATUS=SIZE SPECIAL-USE NAMESPACE UNSELECT";

std::string decode_base64(const std::string& text) {
    constexpr const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned value = 0;
    int bits = 0;
    for (const char c : text) {
        const char* place = std::strchr(alphabet, c);
        if (c == '=' || place == nullptr)
            break;
        value = (value << 6) | static_cast<unsigned>(place - alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((value >> bits) & 0xFF);
        }
    }
    return bytes;
}

} // namespace

/// One connection: commands in, answers out.
class SmallImapConversation final : public net::Transport {
public:
    explicit SmallImapConversation(SmallImapServer& server) : server_(server) {
        output_ = std::string("* OK [CAPABILITY ") + kCapabilities + " AUTH=PLAIN] ready\r\n";
    }

    std::size_t read(std::span<char> buffer) override {
        const std::size_t count = std::min(buffer.size(), output_.size());
        std::copy_n(output_.begin(), count, buffer.begin());
        output_.erase(0, count);
        traffic_.bytes_received += static_cast<std::int64_t>(count);
        return count;
    }
    void write(std::string_view bytes, bool) override {
        traffic_.bytes_sent += static_cast<std::int64_t>(bytes.size());
        ++traffic_.round_trips;
        input_ += bytes;
        for (std::size_t end = input_.find("\r\n"); end != std::string::npos; end = input_.find("\r\n")) {
            const std::string line = input_.substr(0, end);
            input_.erase(0, end + 2);
            answer(line);
        }
    }
    void start_tls() override {}
    [[nodiscard]] bool is_protected() const override { return true; }
    [[nodiscard]] const net::Traffic& traffic() const override { return traffic_; }
    [[nodiscard]] std::vector<std::string> wire_log() const override { return {}; }
    void blank(std::string_view) override {}
    void close() noexcept override {}

private:
    void answer(const std::string& line) {
        const std::size_t space = line.find(' ');
        const std::string tag = line.substr(0, space);
        const std::string command = space == std::string::npos ? "" : line.substr(space + 1);
        const std::string name = command.substr(0, command.find(' '));
        if (name == "AUTHENTICATE")
            authenticate(tag, command.substr(command.rfind(' ') + 1));
        else if (name == "GETQUOTAROOT")
            tell_quota(tag);
        else if (name == "LIST")
            list(tag);
        else if (name == "NAMESPACE")
            output_ += "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n" + tag + " OK done\r\n";
        else if (name == "CAPABILITY")
            output_ += std::string("* CAPABILITY ") + kCapabilities + "\r\n" + tag + " OK done\r\n";
        else if (name == "LOGOUT")
            output_ += "* BYE bye\r\n" + tag + " OK done\r\n";
        else
            output_ += tag + " BAD unknown\r\n";
    }

    void authenticate(const std::string& tag, const std::string& token) {
        const std::string plain = decode_base64(token);
        const std::size_t first = plain.find('\0');
        const std::size_t second = plain.find('\0', first + 1);
        login_ = plain.substr(first + 1, second - first - 1);
        if (server_.log_in(login_, plain.substr(second + 1)))
            output_ += tag + " OK [CAPABILITY " + kCapabilities + "] logged in\r\n";
        else
            output_ += tag + " NO [AUTHENTICATIONFAILED] wrong password\r\n";
    }

    void tell_quota(const std::string& tag) {
        const SmallAccount account = server_.account(login_);
        if (account.refuses_quota) {
            output_ += tag + " NO not now\r\n";
            return;
        }
        if (account.limit_kib)
            output_ += "* QUOTAROOT INBOX \"User quota\"\r\n* QUOTA \"User quota\" (STORAGE " +
                       std::to_string(account.used_kib) + ' ' + std::to_string(*account.limit_kib) + ")\r\n";
        output_ += tag + " OK done\r\n";
    }

    void list(const std::string& tag) {
        const SmallAccount account = server_.account(login_);
        output_ += "* LIST (\\HasNoChildren) \"/\" INBOX\r\n* STATUS INBOX (MESSAGES 100 SIZE " +
                   std::to_string(account.used_kib * 1024) + ")\r\n" + tag + " OK done\r\n";
    }

    SmallImapServer& server_;
    std::string input_;
    std::string output_;
    std::string login_;
    net::Traffic traffic_;
};

void SmallImapServer::set(const std::string& login, const SmallAccount& account) {
    const std::lock_guard lock(mutex_);
    accounts_[login] = account;
}

SmallAccount SmallImapServer::account(const std::string& login) const {
    const std::lock_guard lock(mutex_);
    return accounts_.at(login);
}

void SmallImapServer::set_down(bool down) {
    const std::lock_guard lock(mutex_);
    down_ = down;
}

int SmallImapServer::logins() const {
    const std::lock_guard lock(mutex_);
    return logins_;
}

std::vector<std::string> SmallImapServer::take_refused() {
    const std::lock_guard lock(mutex_);
    return std::exchange(refused_, {});
}

bool SmallImapServer::log_in(const std::string& login, const std::string& password) {
    const std::lock_guard lock(mutex_);
    ++logins_;
    const auto found = accounts_.find(login);
    if (found != accounts_.end() && found->second.password == password)
        return true;
    refused_.push_back(login);
    return false;
}

std::unique_ptr<net::Transport> SmallImapServer::connect(const net::ConnectOptions&) {
    const std::lock_guard lock(mutex_);
    if (down_)
        throw net::NetError(FailureKind::connect, "connection refused");
    return std::make_unique<SmallImapConversation>(*this);
}

} // namespace mailquotad::fakes
