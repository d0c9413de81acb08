#include "net/sasl.h"

#include "core/one_piece.h"
#include "net/base64.h"
#include "net/crypto.h"
#include "net/transport.h"

#include <utility>

namespace mailquotad::net {

namespace {

class Plain final : public SaslClient {
public:
    explicit Plain(Identity identity) : identity_(std::move(identity)) {}
    [[nodiscard]] std::string_view mechanism() const override { return "PLAIN"; }
    std::optional<std::string> first() override {
        constexpr std::string_view kZero("\0", 1);
        return in_one_piece({identity_.authorize_as, kZero, identity_.username, kZero, identity_.password.reveal()});
    }
    // A server that overlooked the initial response asks for it with nothing (seen with POP3, RFC 5034 section 4).
    std::string respond(std::string_view challenge) override {
        if (!challenge.empty() || std::exchange(repeated_, true)) {
            throw NetError(FailureKind::protocol, "the server asks for more than PLAIN has to say");
        }
        return *first();
    }

private:
    Identity identity_;
    bool repeated_ = false;
};

class Login final : public SaslClient {
public:
    explicit Login(Identity identity) : identity_(std::move(identity)) {}
    [[nodiscard]] std::string_view mechanism() const override { return "LOGIN"; }
    std::optional<std::string> first() override { return std::nullopt; }
    std::string respond(std::string_view /*challenge*/) override {
        switch (step_++) {
        case 0:
            return identity_.username;
        case 1:
            return std::string(identity_.password.reveal());
        default:
            throw NetError(FailureKind::protocol, "the server asks for more than LOGIN has to say");
        }
    }

private:
    Identity identity_;
    int step_ = 0;
};

class CramMd5 final : public SaslClient {
public:
    explicit CramMd5(Identity identity) : identity_(std::move(identity)) {}
    [[nodiscard]] std::string_view mechanism() const override { return "CRAM-MD5"; }
    std::optional<std::string> first() override { return std::nullopt; }
    std::string respond(std::string_view challenge) override {
        if (std::exchange(answered_, true)) {
            throw NetError(FailureKind::protocol, "the server asks for more than CRAM-MD5 has to say");
        }
        constexpr std::string_view kHex = "0123456789abcdef";
        std::string result = identity_.username + " ";
        for (const char c : hmac(Digest::md5, identity_.password.reveal(), challenge)) {
            const auto byte = static_cast<unsigned char>(c);
            result += kHex[byte >> 4U];
            result += kHex[byte & 15U];
        }
        return result;
    }

private:
    Identity identity_;
    bool answered_ = false;
};

// Both token mechanisms: one message, and one answer to the challenge that describes a failure.
class Bearer final : public SaslClient {
public:
    Bearer(std::string_view mechanism, std::string message, std::string answer_to_error)
        : mechanism_(mechanism), message_(std::move(message)), answer_to_error_(std::move(answer_to_error)) {}
    Bearer(const Bearer&) = delete;
    Bearer& operator=(const Bearer&) = delete;
    ~Bearer() override { wipe(message_); }
    [[nodiscard]] std::string_view mechanism() const override { return mechanism_; }
    std::optional<std::string> first() override { return message_; }
    std::string respond(std::string_view challenge) override {
        if (std::exchange(failed_, true)) {
            throw NetError(FailureKind::protocol, "the server goes on after it refused the token");
        }
        error_ = std::string(challenge.substr(0, 300));
        return answer_to_error_;
    }
    [[nodiscard]] bool satisfied() const override { return !failed_; }
    [[nodiscard]] std::string error() const override { return error_; }

private:
    std::string_view mechanism_;
    std::string message_;
    std::string answer_to_error_;
    std::string error_;
    bool failed_ = false;
};

// What may hold a password is wiped once it is encoded.
std::string encoded(std::string secret) {
    std::string text = encode_base64(secret);
    wipe(secret);
    return text;
}

} // namespace

std::optional<std::string> SaslExchange::initial_response(std::size_t longest) {
    auto first = client_.first();
    if (!first) {
        return std::nullopt;
    }
    std::string text = first->empty() ? "=" : encoded(*std::move(first));
    if (text.size() > longest) {
        wipe(text);
        return std::nullopt;
    }
    said_first_ = true;
    return text;
}

std::string SaslExchange::answer(std::string_view challenge) {
    if (++challenges_ > kMaxChallenges) {
        throw NetError(FailureKind::protocol, "the login takes more steps than any mechanism has");
    }
    if (!std::exchange(said_first_, true)) {
        if (auto first = client_.first()) {
            return encoded(*std::move(first));
        }
    }
    while (challenge.starts_with(' ')) {
        challenge.remove_prefix(1);
    }
    const auto decoded = decode_base64(challenge);
    if (!decoded) {
        throw NetError(FailureKind::protocol, "the server's challenge is no base64");
    }
    return encoded(client_.respond(*decoded));
}

std::unique_ptr<SaslClient> make_plain(const Identity& identity) {
    return std::make_unique<Plain>(identity);
}

std::unique_ptr<SaslClient> make_login(const Identity& identity) {
    return std::make_unique<Login>(identity);
}

std::unique_ptr<SaslClient> make_cram_md5(const Identity& identity) {
    return std::make_unique<CramMd5>(identity);
}

std::unique_ptr<SaslClient> make_xoauth2(const Identity& identity) {
    std::string message = in_one_piece({"user=", identity.username,
                                        "\x01"
                                        "auth=Bearer ",
                                        identity.password.reveal(), "\x01\x01"});
    return std::make_unique<Bearer>("XOAUTH2", std::move(message), "");
}

std::unique_ptr<SaslClient> make_oauthbearer(const Identity& identity) {
    const std::string& who = identity.authorize_as.empty() ? identity.username : identity.authorize_as;
    std::string message = in_one_piece({"n,a=", who,
                                        ",\x01"
                                        "auth=Bearer ",
                                        identity.password.reveal(), "\x01\x01"});
    return std::make_unique<Bearer>("OAUTHBEARER", std::move(message), "\x01");
}

} // namespace mailquotad::net
