#include "notify/sasl_login.h"

#include "net/transport.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <sasl/sasl.h>
#include <sasl/saslutil.h>
#include <utility>

namespace mailquotad::notify {
namespace {

using net::NetError;

class Plain final : public SaslLogin {
public:
    Plain(std::string username, const Secret& password) : username_(std::move(username)), password_(password) {}
    std::optional<std::string> first() override {
        std::string message(1, '\0'); // no authorisation identity (RFC 4616)
        message += username_;
        message += '\0';
        message += password_.reveal();
        return message;
    }
    std::string respond(std::string_view /*challenge*/) override {
        throw NetError(FailureKind::protocol, "the server asks for more than PLAIN has to say");
    }

private:
    std::string username_;
    Secret password_;
};

// Name, then password, whatever the prompts say: "Username:", "User Name" and localised ones were seen.
class Login final : public SaslLogin {
public:
    Login(std::string username, const Secret& password) : username_(std::move(username)), password_(password) {}
    std::optional<std::string> first() override { return std::nullopt; }
    std::string respond(std::string_view /*challenge*/) override {
        switch (step_++) {
        case 0:
            return username_;
        case 1:
            return std::string(password_.reveal());
        default:
            throw NetError(FailureKind::protocol, "the server asks for more than LOGIN has to say");
        }
    }

private:
    std::string username_;
    Secret password_;
    int step_ = 0;
};

struct DisposeConnection {
    void operator()(sasl_conn_t* connection) const { sasl_dispose(&connection); }
};

// One client exchange of Cyrus SASL. Not movable: the library keeps pointers to its members.
class CyrusLogin final : public SaslLogin {
public:
    CyrusLogin(const std::string& mechanism, const std::string& host, std::string username, const Secret& password)
        : username_(std::move(username)), secret_(sizeof(sasl_secret_t) + password.reveal().size(), '\0') {
        auto* const secret = reinterpret_cast<sasl_secret_t*>(secret_.data());
        secret->len = password.reveal().size();
        std::memcpy(secret->data, password.reveal().data(), password.reveal().size());
        callbacks_ = {callback(SASL_CB_USER, &tell_name), callback(SASL_CB_AUTHNAME, &tell_name),
                      callback(SASL_CB_PASS, &tell_secret), callback(SASL_CB_LOG, &ignore_log),
                      sasl_callback_t{SASL_CB_LIST_END, nullptr, nullptr}};
        initialise();
        sasl_conn_t* connection = nullptr;
        check(sasl_client_new("smtp", host.c_str(), nullptr, nullptr, callbacks_.data(), 0, &connection), mechanism);
        connection_.reset(connection);
        const char* out = nullptr;
        unsigned length = 0;
        const char* used = nullptr;
        check(sasl_client_start(connection, mechanism.c_str(), nullptr, &out, &length, &used), mechanism);
        if (out != nullptr) {
            first_.emplace(out, length);
        }
    }
    ~CyrusLogin() override { wipe(secret_); }
    CyrusLogin(const CyrusLogin&) = delete;
    CyrusLogin& operator=(const CyrusLogin&) = delete;

    std::optional<std::string> first() override { return first_; }
    std::string respond(std::string_view challenge) override {
        const char* out = nullptr;
        unsigned length = 0;
        const int result = sasl_client_step(connection_.get(), challenge.data(),
                                            static_cast<unsigned>(challenge.size()), nullptr, &out, &length);
        if (result != SASL_OK && result != SASL_CONTINUE) {
            throw NetError(FailureKind::login_refused,
                           std::string("the login failed on our side: ") + sasl_errstring(result, nullptr, nullptr));
        }
        satisfied_ = result == SASL_OK;
        return out == nullptr ? std::string() : std::string(out, length);
    }
    [[nodiscard]] bool is_satisfied() const override { return satisfied_; }

private:
    template <typename Function>
    sasl_callback_t callback(unsigned long id, Function* function) {
        // The type of all callbacks is int (*)(void); the library casts back by their id.
        return {id, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(function)), this};
    }
    static int tell_name(void* self, int /*id*/, const char** text, unsigned* length) {
        const std::string& name = static_cast<CyrusLogin*>(self)->username_;
        *text = name.c_str();
        if (length != nullptr) {
            *length = static_cast<unsigned>(name.size());
        }
        return SASL_OK;
    }
    static int tell_secret(sasl_conn_t* /*connection*/, void* self, int /*id*/, sasl_secret_t** secret) {
        *secret = reinterpret_cast<sasl_secret_t*>(static_cast<CyrusLogin*>(self)->secret_.data());
        return SASL_OK;
    }
    // By default it writes to syslog, with the name of the user.
    static int ignore_log(void* /*self*/, int /*level*/, const char* /*message*/) { return SASL_OK; }

    static void initialise() {
        static const int result = sasl_client_init(nullptr); // process-wide, and never undone
        check(result, "SASL");
    }
    static void check(int result, const std::string& mechanism) {
        if (result != SASL_OK && result != SASL_CONTINUE) {
            throw NetError(FailureKind::internal,
                           "Cyrus SASL cannot do " + mechanism + ": " + sasl_errstring(result, nullptr, nullptr));
        }
    }

    std::string username_;
    std::string secret_; ///< a sasl_secret_t: longer than what a string keeps inside itself, so aligned as by new
    std::array<sasl_callback_t, 5> callbacks_{};
    std::unique_ptr<sasl_conn_t, DisposeConnection> connection_;
    std::optional<std::string> first_;
    bool satisfied_ = false;
};

} // namespace

std::string choose_mechanism(const std::vector<std::string>& offered) {
    for (const char* const mechanism : {"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"}) {
        if (std::find(offered.begin(), offered.end(), mechanism) != offered.end()) {
            return mechanism;
        }
    }
    return {};
}

std::unique_ptr<SaslLogin> make_sasl_login(const std::string& mechanism, const std::string& host,
                                           const std::string& username, const Secret& password) {
    if (mechanism == "PLAIN") {
        return std::make_unique<Plain>(username, password);
    }
    if (mechanism == "LOGIN") {
        return std::make_unique<Login>(username, password);
    }
    return std::make_unique<CyrusLogin>(mechanism, host, username, password);
}

std::string encode_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    unsigned length = 0;
    if (sasl_encode64(bytes.data(), static_cast<unsigned>(bytes.size()), out.data(), static_cast<unsigned>(out.size()),
                      &length) != SASL_OK) {
        throw NetError(FailureKind::internal, "base64 fails");
    }
    out.resize(length);
    return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.empty()) {
        return std::string();
    }
    std::string out(text.size() + 1, '\0');
    unsigned length = 0;
    if (sasl_decode64(text.data(), static_cast<unsigned>(text.size()), out.data(), static_cast<unsigned>(out.size()),
                      &length) != SASL_OK) {
        return std::nullopt;
    }
    out.resize(length);
    return out;
}

} // namespace mailquotad::notify
