#include "net/certificate.h"

#include "net/transport.h"

#include <array>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

namespace mailquotad::net {
namespace {

constexpr unsigned kMaxNames = 200; ///< looked at; certificates of hosters have up to a hundred

void require(int code, const char* doing) {
    if (code < 0) {
        throw NetError(FailureKind::tls, std::string(doing) + ": " + gnutls_strerror(code));
    }
}

/// Takes over memory of the library.
std::string take(gnutls_datum_t& datum) {
    std::string text(reinterpret_cast<const char*>(datum.data), datum.size);
    gnutls_free(datum.data);
    return text;
}

std::string ip_text(std::string_view bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool six = bytes.size() == 16;
    if (!six && bytes.size() != 4) {
        return "?";
    }
    return inet_ntop(six ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size()) ? text.data() : "?";
}

std::string common_name(gnutls_x509_crt_t certificate) {
    std::array<char, 512> buffer{};
    std::size_t size = buffer.size();
    const int code =
        gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, buffer.data(), &size);
    return code == GNUTLS_E_SUCCESS ? std::string(buffer.data(), size) : std::string();
}

std::string public_key_der(gnutls_x509_crt_t certificate) {
    gnutls_pubkey_t key = nullptr;
    require(gnutls_pubkey_init(&key), "public key");
    const std::unique_ptr<gnutls_pubkey_st, decltype(&gnutls_pubkey_deinit)> owner(key, &gnutls_pubkey_deinit);
    require(gnutls_pubkey_import_x509(key, certificate, 0), "public key of the certificate");
    gnutls_datum_t der{};
    require(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der), "public key of the certificate");
    return take(der);
}

} // namespace

Certificate::Certificate(std::string_view der) {
    require(gnutls_x509_crt_init(&certificate_), "certificate");
    const gnutls_datum_t datum{.data = reinterpret_cast<unsigned char*>(const_cast<char*>(der.data())),
                               .size = static_cast<unsigned>(der.size())};
    if (const int code = gnutls_x509_crt_import(certificate_, &datum, GNUTLS_X509_FMT_DER); code < 0) {
        gnutls_x509_crt_deinit(certificate_);
        require(code, "the server's certificate cannot be read");
    }
}

Certificate::Certificate(Certificate&& other) noexcept : certificate_(std::exchange(other.certificate_, nullptr)) {}

Certificate::~Certificate() {
    if (certificate_) {
        gnutls_x509_crt_deinit(certificate_);
    }
}

std::string Certificate::pin() const {
    const std::string der = public_key_der(certificate_);
    std::array<unsigned char, 32> hash{};
    require(gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data(), der.size(), hash.data()), "SHA-256");
    const gnutls_datum_t bytes{.data = hash.data(), .size = hash.size()};
    gnutls_datum_t text{};
    require(gnutls_base64_encode2(&bytes, &text), "base64");
    return "sha256//" + take(text);
}

std::vector<std::string> Certificate::names() const {
    std::vector<std::string> out;
    for (unsigned i = 0; i < kMaxNames; ++i) {
        std::array<char, 1024> buffer{};
        std::size_t size = buffer.size();
        const int type = gnutls_x509_crt_get_subject_alt_name(certificate_, i, buffer.data(), &size, nullptr);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
            break;
        }
        if (type == GNUTLS_SAN_DNSNAME) {
            out.emplace_back(buffer.data(), size);
        } else if (type == GNUTLS_SAN_IPADDRESS) {
            out.push_back(ip_text({buffer.data(), size}));
        }
    }
    if (std::string name = common_name(certificate_); out.empty() && !name.empty()) {
        out.push_back(std::move(name));
    }
    return out;
}

std::string Certificate::issuer() const {
    gnutls_datum_t text{};
    return gnutls_x509_crt_get_issuer_dn3(certificate_, &text, 0) == GNUTLS_E_SUCCESS ? take(text) : "?";
}

bool Certificate::is_self_signed() const {
    return gnutls_x509_crt_check_issuer(certificate_, certificate_) == 1;
}

Time Certificate::valid_from() const {
    return Time{Seconds{gnutls_x509_crt_get_activation_time(certificate_)}};
}

Time Certificate::valid_until() const {
    return Time{Seconds{gnutls_x509_crt_get_expiration_time(certificate_)}};
}

std::optional<Certificate> Certificate::issuer_among(gnutls_certificate_credentials_st* credentials) const {
    gnutls_x509_crt_t issuer = nullptr;
    if (gnutls_certificate_get_issuer(credentials, certificate_, &issuer, GNUTLS_TL_GET_COPY) != GNUTLS_E_SUCCESS) {
        return std::nullopt;
    }
    return Certificate(issuer);
}

bool same_pin(std::string_view left, std::string_view right) {
    for (std::string_view* pin : {&left, &right}) {
        while (pin->ends_with('=')) {
            pin->remove_suffix(1);
        }
    }
    return left == right;
}

} // namespace mailquotad::net
