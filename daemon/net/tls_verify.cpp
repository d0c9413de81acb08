#include "net/tls_verify.h"

#include "core/escape.h"
#include "net/certificate.h"
#include "net/crypto.h"
#include "net/happy_eyeballs.h"
#include "net/tls_trust.h"
#include "net/transport.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

namespace mailquotad::net {
namespace {

constexpr std::size_t kMaxNamesShown = 8;

std::string_view text_of(const gnutls_datum_t& datum) {
    return {reinterpret_cast<const char*>(datum.data), datum.size};
}

/// The certificates as the server sent them, its own first.
std::span<const gnutls_datum_t> peer_chain(gnutls_session_t session) {
    unsigned count = 0;
    const gnutls_datum_t* chain = gnutls_certificate_get_peers(session, &count);
    if (!chain || count == 0) {
        throw NetError(FailureKind::tls, "the server sent no certificate");
    }
    return {chain, count};
}

/// Stands for the whole chain and the host; the lengths keep two certificates from passing for one.
std::string chain_key(std::span<const gnutls_datum_t> chain, const std::string& host) {
    std::string text = std::to_string(host.size()) + ' ' + host;
    for (const gnutls_datum_t& certificate : chain) {
        text += '\n' + std::to_string(certificate.size) + ' ';
        text += text_of(certificate);
    }
    return digest(Digest::sha256, text);
}

/// Whether the server sent word from the CA that a certificate was or was not revoked. GnuTLS judges it together with
/// the chain, and it expires by itself: such a chain is verified every time.
bool has_revocation_word(gnutls_session_t session, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        gnutls_datum_t response{};
        if (gnutls_ocsp_status_request_get2(session, static_cast<unsigned>(i), &response) == GNUTLS_E_SUCCESS &&
            response.size > 0) {
            return true;
        }
    }
    return false;
}

/// Of the certificates and of the CAs above them, as far as those are trusted ones: GnuTLS looks at their dates, too.
Validity validity_of(std::span<const gnutls_datum_t> chain, gnutls_certificate_credentials_t credentials) {
    Validity validity;
    for (const gnutls_datum_t& der : chain) {
        const Certificate certificate(text_of(der));
        validity.narrow(certificate.valid_from(), certificate.valid_until());
        if (const auto issuer = certificate.issuer_among(credentials)) {
            validity.narrow(issuer->valid_from(), issuer->valid_until());
        }
    }
    return validity;
}

/// The bytes of an IP address, as certificates have them.
std::string ip_bytes(const std::string& host) {
    std::array<char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) {
        return {bytes.data(), sizeof(in_addr)};
    }
    inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), bytes.data());
    return {bytes.data(), bytes.size()};
}

/// A session has CAs only while it verifies: GnuTLS looks for them there, and nowhere else in a connection.
class Lent {
public:
    Lent(gnutls_session_t session, const TlsCredentials& credentials)
        : session_(session), credentials_(credentials), authorities_(credentials.authorities()) {
        set(authorities_->get());
    }
    ~Lent() { gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_.get()); }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    [[nodiscard]] gnutls_certificate_credentials_t get() const { return authorities_->get(); }

private:
    void set(gnutls_certificate_credentials_t authorities) {
        if (gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, authorities) != GNUTLS_E_SUCCESS) {
            throw NetError(FailureKind::internal, "GnuTLS: out of memory");
        }
    }

    gnutls_session_t session_;
    const TlsCredentials& credentials_;
    std::shared_ptr<const Authorities> authorities_;
};

/// Bits of gnutls_certificate_status_t; 0 for a good certificate.
unsigned chain_status(gnutls_session_t session, const std::string& host) {
    const bool ip = is_ip_address(host);
    std::string name = ip ? ip_bytes(host) : host;
    std::string purpose = GNUTLS_KP_TLS_WWW_SERVER;
    std::array<gnutls_typed_vdata_st, 2> wanted{
        {{.type = ip ? GNUTLS_DT_IP_ADDRESS : GNUTLS_DT_DNS_HOSTNAME,
          .data = reinterpret_cast<unsigned char*>(name.data()),
          .size = ip ? static_cast<unsigned>(name.size()) : 0},
         {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = reinterpret_cast<unsigned char*>(purpose.data()), .size = 0}}};
    unsigned status = 0;
    const int code = gnutls_certificate_verify_peers(session, wanted.data(), wanted.size(), &status);
    if (code < 0) {
        throw NetError(FailureKind::tls, std::string("the certificate cannot be verified: ") + gnutls_strerror(code));
    }
    return status;
}

std::string joined_names(const Certificate& certificate) {
    const std::vector<std::string> names = certificate.names();
    std::string out;
    for (std::size_t i = 0; i < std::min(names.size(), kMaxNamesShown); ++i) {
        out += (i == 0 ? "" : ", ") + names[i];
    }
    if (names.size() > kMaxNamesShown) {
        out += " and " + std::to_string(names.size() - kMaxNamesShown) + " more";
    }
    return out.empty() ? "no name at all" : out;
}

std::string date_reason(const Certificate& certificate) {
    const Time now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    if (certificate.valid_until() < now) {
        return "the certificate expired on " + format_utc(certificate.valid_until());
    }
    if (certificate.valid_from() > now) {
        return "the certificate is valid only from " + format_utc(certificate.valid_from());
    }
    return "a certificate further up in the chain has expired or is not valid yet";
}

std::string issuer_reason(const Certificate& certificate, const Trust& trust) {
    const std::string where = trust.ca_file.empty() ? "of this machine" : "in " + trust.ca_file;
    if (certificate.is_self_signed()) {
        return "the certificate is self-signed and not among the CAs " + where;
    }
    return "the certificate was issued by a CA that is not among those " + where + " (issuer: " + certificate.issuer() +
           ")";
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) {
        out += (out.empty() ? "" : "; ") + part;
    }
    return out;
}

std::string chain_reasons(unsigned status, const std::string& host, const Certificate& certificate,
                          const Trust& trust) {
    std::vector<std::string> reasons;
    if (status & GNUTLS_CERT_UNEXPECTED_OWNER) {
        reasons.push_back("the certificate is for " + joined_names(certificate) + ", not for " + host);
    }
    if (status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED)) {
        reasons.push_back(date_reason(certificate));
    }
    if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) {
        reasons.push_back(issuer_reason(certificate, trust));
    }
    constexpr unsigned kTold = GNUTLS_CERT_INVALID | GNUTLS_CERT_UNEXPECTED_OWNER | GNUTLS_CERT_EXPIRED |
                               GNUTLS_CERT_NOT_ACTIVATED | GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA;
    if (reasons.empty() || (status & ~kTold) != 0) {
        gnutls_datum_t text{};
        if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == GNUTLS_E_SUCCESS) {
            reasons.emplace_back(reinterpret_cast<const char*>(text.data));
            gnutls_free(text.data);
        }
    }
    return joined(reasons);
}

} // namespace

std::optional<std::string> distrust(gnutls_session_t session, const std::string& host, const Trust& trust,
                                    const TlsCredentials& credentials) {
    const std::span<const gnutls_datum_t> chain = peer_chain(session);
    if (!trust.pins.empty()) {
        const std::string pin = Certificate(text_of(chain.front())).pin();
        if (std::any_of(trust.pins.begin(), trust.pins.end(),
                        [&](const auto& known) { return same_pin(known, pin); })) {
            return std::nullopt;
        }
        return for_terminal("the server's key is not the pinned one, its pin is now " + pin +
                            ": compare it by another way (the provider's page, a call) before you trust it");
    }
    // Whether chain and name are good does not depend on the connection. That the server has the certificate's key
    // does, and that GnuTLS checks in every handshake by the signature of CertificateVerify or of the key exchange.
    const std::string key = has_revocation_word(session, chain.size()) ? "" : chain_key(chain, host);
    const Time now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    if (!key.empty() && credentials.verified().contains(key, now)) {
        return std::nullopt;
    }
    const Lent authorities(session, credentials);
    const unsigned status = chain_status(session, host);
    if (status == 0) {
        if (!key.empty()) {
            credentials.verified().add(key, validity_of(chain, authorities.get()), now);
        }
        return std::nullopt;
    }
    const Certificate certificate(text_of(chain.front()));
    return for_terminal(chain_reasons(status, host, certificate, trust) +
                        "; if that is meant to be, set ca_file, or pin = \"" + certificate.pin() +
                        "\" after you compared it by another way");
}

} // namespace mailquotad::net
