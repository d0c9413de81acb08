// The client's side of SASL (RFC 4422): PLAIN and LOGIN by hand, SCRAM and CRAM-MD5 through Cyrus SASL.
#pragma once

#include "core/secret.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::notify {

/// One login. The texts are not base64-encoded.
class SaslLogin {
public:
    virtual ~SaslLogin() = default;
    /// What the client says first; nothing where the server begins.
    virtual std::optional<std::string> first() = 0;
    /// The answer to a challenge; may be empty. Throws NetError protocol for a challenge that the mechanism does not
    /// allow.
    virtual std::string respond(std::string_view challenge) = 0;
    /// Whether the server has shown what the mechanism asks of it before its success counts.
    [[nodiscard]] virtual bool is_satisfied() const { return true; }
};

/// The mechanism to use: PLAIN, else LOGIN, else SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5; empty where none of these is
/// offered. Only for a protected connection or one that may be plain.
std::string choose_mechanism(const std::vector<std::string>& offered);

/// Throws NetError internal where Cyrus SASL lacks the mechanism (package libsasl2-modules).
std::unique_ptr<SaslLogin> make_sasl_login(const std::string& mechanism, const std::string& host,
                                           const std::string& username, const Secret& password);

/// Base64 (RFC 4648 section 4), as AUTH sends it. Nothing for text that is none.
std::string encode_base64(std::string_view bytes);
std::optional<std::string> decode_base64(std::string_view text);

} // namespace mailquotad::notify
