// What a server's certificate says, for pins and for telling the webmaster why it was not trusted.
#pragma once

#include "core/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct gnutls_certificate_credentials_st;
struct gnutls_x509_crt_int;

namespace mailquotad::net {

/// One X.509 certificate. Skin for gnutls_x509_crt_t; move-only.
class Certificate {
public:
    /// Reads DER. Throws NetError tls.
    explicit Certificate(std::string_view der);
    Certificate(Certificate&& other) noexcept;
    Certificate& operator=(Certificate&& other) = delete;
    ~Certificate();

    /// "sha256//BASE64": SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469 section 2.4).
    [[nodiscard]] std::string pin() const;

    /// Host names and IP addresses of the alternative names; the common name where there are none.
    [[nodiscard]] std::vector<std::string> names() const;

    [[nodiscard]] std::string issuer() const; ///< RFC 4514
    [[nodiscard]] bool is_self_signed() const;
    [[nodiscard]] Time valid_from() const;
    [[nodiscard]] Time valid_until() const;

    /// The CA among these that issued it; nothing where none did.
    [[nodiscard]] std::optional<Certificate> issuer_among(gnutls_certificate_credentials_st* credentials) const;

private:
    explicit Certificate(gnutls_x509_crt_int* owned) : certificate_(owned) {}

    gnutls_x509_crt_int* certificate_ = nullptr;
};

/// Whether two pins mean the same key; padding of the base64 does not count.
bool same_pin(std::string_view left, std::string_view right);

} // namespace mailquotad::net
