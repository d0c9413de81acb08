#include "net/base64.h"
#include "net/crypto.h"
#include "net/sasl.h"
#include "net/transport.h"

#include <charconv>
#include <utility>

namespace mailquotad::net {

namespace {

[[noreturn]] void broken(const char* what) {
    throw NetError(FailureKind::protocol, std::string("SCRAM: ") + what);
}

// RFC 5802 section 5.1, saslname.
std::string sasl_name(std::string_view name) {
    std::string result;
    for (const char c : name) {
        if (c == '=') {
            result += "=3D";
        } else if (c == ',') {
            result += "=2C";
        } else {
            result += c;
        }
    }
    return result;
}

// "x=value" at the front of a comma-separated list; removes it from the list.
std::string_view take_attribute(std::string_view& message, char name) {
    const std::string_view part = message.substr(0, message.find(','));
    if (part.size() < 2 || part[0] != name || part[1] != '=') {
        broken("the server's message lacks an attribute");
    }
    message.remove_prefix(std::min(part.size() + 1, message.size()));
    return part.substr(2);
}

unsigned read_iterations(std::string_view text) {
    unsigned count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc::result_out_of_range || count > kMaxScramIterations) {
        throw NetError(FailureKind::limit, "SCRAM: the server asks for more rounds than anybody should compute");
    }
    if (error != std::errc{} || end != text.data() + text.size() || count == 0) {
        broken("the iteration count is no number");
    }
    return count;
}

class Scram final : public SaslClient {
public:
    Scram(Identity identity, ScramDigest digest, std::string nonce)
        : identity_(std::move(identity)), is_sha256_(digest == ScramDigest::sha256), nonce_(std::move(nonce)) {
        if (nonce_.empty()) {
            nonce_ = encode_base64(random_bytes(18));
        }
        gs2_header_ = "n,";
        if (!identity_.authorize_as.empty()) {
            gs2_header_ += "a=" + sasl_name(identity_.authorize_as);
        }
        gs2_header_ += ",";
        client_first_bare_ = "n=" + sasl_name(identity_.username) + ",r=" + nonce_;
    }

    [[nodiscard]] std::string_view mechanism() const override { return is_sha256_ ? "SCRAM-SHA-256" : "SCRAM-SHA-1"; }
    std::optional<std::string> first() override { return gs2_header_ + client_first_bare_; }
    std::string respond(std::string_view challenge) override {
        if (step_ == Step::proof) {
            step_ = Step::signature;
            return prove(challenge);
        }
        if (step_ == Step::signature) {
            verify(challenge);
            step_ = Step::done;
            return {};
        }
        broken("the server goes on after its signature");
    }
    [[nodiscard]] bool satisfied() const override { return step_ == Step::done; }

private:
    enum class Step { proof, signature, done };

    [[nodiscard]] Digest algorithm() const { return is_sha256_ ? Digest::sha256 : Digest::sha1; }

    // The password goes in as it was typed: servers of our users hash its bytes, whatever RFC 4013 says.
    std::string prove(std::string_view server_first) {
        std::string_view rest = server_first;
        const std::string_view nonce = take_attribute(rest, 'r');
        const auto salt = decode_base64(take_attribute(rest, 's'));
        const unsigned iterations = read_iterations(take_attribute(rest, 'i'));
        if (!nonce.starts_with(nonce_) || nonce.size() == nonce_.size() || !salt || salt->empty()) {
            broken("the server's nonce or salt is wrong");
        }
        const std::string without_proof = "c=" + encode_base64(gs2_header_) + ",r=" + std::string(nonce);
        const std::string message = client_first_bare_ + "," + std::string(server_first) + "," + without_proof;
        std::string salted = stretch(algorithm(), identity_.password.reveal(), *salt, iterations);
        const std::string client_key = hmac(algorithm(), salted, "Client Key");
        std::string proof = hmac(algorithm(), digest(algorithm(), client_key), message);
        for (std::size_t i = 0; i < proof.size(); ++i) {
            proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
        }
        server_signature_ = hmac(algorithm(), hmac(algorithm(), salted, "Server Key"), message);
        wipe(salted);
        return without_proof + ",p=" + encode_base64(proof);
    }

    void verify(std::string_view server_final) {
        if (server_final.starts_with("e=")) {
            throw NetError(FailureKind::login_refused, "SCRAM: " + std::string(server_final.substr(2, 100)));
        }
        const auto signature = decode_base64(take_attribute(server_final, 'v'));
        if (!signature || !equals_secretly(*signature, server_signature_)) {
            broken("the server cannot prove that it knows the password");
        }
    }

    Identity identity_;
    bool is_sha256_;
    std::string nonce_;
    std::string gs2_header_;
    std::string client_first_bare_;
    std::string server_signature_;
    Step step_ = Step::proof;
};

} // namespace

std::unique_ptr<SaslClient> make_scram(const Identity& identity, ScramDigest digest, std::string nonce) {
    return std::make_unique<Scram>(identity, digest, std::move(nonce));
}

} // namespace mailquotad::net
