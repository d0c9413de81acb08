// The client's side of the SASL mechanisms, as values without any I/O.
#pragma once

#include "core/secret.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::net {

/// Whose login it is.
struct Identity {
    std::string username;
    std::string authorize_as; ///< SASL authorisation identity; empty for none
    Secret password;          ///< or the token
};

/// One exchange. respond() throws NetError: protocol for a challenge that the mechanism does not allow, limit for one
/// that would cost too much.
class SaslClient {
public:
    virtual ~SaslClient() = default;
    [[nodiscard]] virtual std::string_view mechanism() const = 0;
    /// What the client says first; nothing where the server begins.
    virtual std::optional<std::string> first() = 0;
    /// The answer to a challenge; may be empty.
    virtual std::string respond(std::string_view challenge) = 0;
    /// Whether the server has shown what it must show before its OK counts.
    [[nodiscard]] virtual bool satisfied() const { return true; }
    /// What the server said about a failure inside the exchange (RFC 7628 section 3.2.2); empty mostly.
    [[nodiscard]] virtual std::string error() const { return {}; }
};

/// RFC 4616.
std::unique_ptr<SaslClient> make_plain(const Identity& identity);
/// The mechanism LOGIN: name, then password, whatever the prompts say.
std::unique_ptr<SaslClient> make_login(const Identity& identity);
/// RFC 2195.
std::unique_ptr<SaslClient> make_cram_md5(const Identity& identity);
enum class ScramDigest { sha1, sha256 };
/// RFC 5802, RFC 7677, without channel binding. `nonce` is for tests; a random one where it is empty. The server's
/// signature is verified, and more than kMaxScramIterations are refused.
std::unique_ptr<SaslClient> make_scram(const Identity& identity, ScramDigest digest, std::string nonce = {});
inline constexpr unsigned kMaxScramIterations = 1'000'000;
/// Google's and Microsoft's XOAUTH2; after a failure the server's challenge is answered by an empty line.
std::unique_ptr<SaslClient> make_xoauth2(const Identity& identity);
/// RFC 7628; after a failure the challenge is answered by a lone %x01.
std::unique_ptr<SaslClient> make_oauthbearer(const Identity& identity);

/// One exchange as the protocols carry it: in base64, with or without an initial response (RFC 4959, 5034, 4954).
class SaslExchange {
public:
    /// More challenges than any mechanism has.
    static constexpr int kMaxChallenges = 8;

    /// `client` must outlive the exchange.
    explicit SaslExchange(SaslClient& client) : client_(client) {}

    /// What goes behind the mechanism's name, "=" for an empty text. Nothing where the server begins, or where it is
    /// longer than `longest`: then it answers the first challenge. To be wiped by the caller.
    std::optional<std::string> initial_response(std::size_t longest);
    /// The answer to a challenge, which may have spaces before it. Throws NetError protocol for one that is no base64
    /// or one too many, and what the client throws. To be wiped by the caller.
    std::string answer(std::string_view challenge);

private:
    SaslClient& client_;
    bool said_first_ = false;
    int challenges_ = 0;
};

} // namespace mailquotad::net
