#include "unit/net/test_ca.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <unistd.h>

namespace mailquotad::tests {
namespace {

void require(int code) {
    if (code < 0) {
        throw std::runtime_error(std::string("test CA: ") + gnutls_strerror(code));
    }
}

std::string take(gnutls_datum_t& datum) {
    std::string text(reinterpret_cast<const char*>(datum.data), datum.size);
    gnutls_free(datum.data);
    return text;
}

gnutls_x509_privkey_t new_key() {
    gnutls_x509_privkey_t key = nullptr;
    require(gnutls_x509_privkey_init(&key));
    require(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    return key;
}

std::string pin_of(gnutls_x509_privkey_t key) {
    gnutls_privkey_t holder = nullptr;
    gnutls_pubkey_t open = nullptr;
    require(gnutls_privkey_init(&holder));
    require(gnutls_privkey_import_x509(holder, key, 0));
    require(gnutls_pubkey_init(&open));
    require(gnutls_pubkey_import_privkey(open, holder, 0, 0));
    gnutls_datum_t der{};
    require(gnutls_pubkey_export2(open, GNUTLS_X509_FMT_DER, &der));
    gnutls_pubkey_deinit(open);
    gnutls_privkey_deinit(holder);
    std::array<unsigned char, 32> hash{};
    require(gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, hash.data()));
    gnutls_free(der.data);
    const gnutls_datum_t bytes{.data = hash.data(), .size = hash.size()};
    gnutls_datum_t text{};
    require(gnutls_base64_encode2(&bytes, &text));
    return "sha256//" + take(text);
}

std::time_t in(Seconds from_now) {
    return std::time(nullptr) + from_now.count();
}

gnutls_x509_crt_t new_certificate(gnutls_x509_privkey_t key, const CertificateWishes& wishes) {
    gnutls_x509_crt_t certificate = nullptr;
    require(gnutls_x509_crt_init(&certificate));
    require(gnutls_x509_crt_set_version(certificate, 3));
    std::array<unsigned char, 8> serial{};
    require(gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()));
    serial[0] &= 0x7f;
    require(gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size()));
    require(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, wishes.common_name.data(),
                                          static_cast<unsigned>(wishes.common_name.size())));
    require(gnutls_x509_crt_set_activation_time(certificate, in(wishes.valid_from)));
    require(gnutls_x509_crt_set_expiration_time(certificate, in(wishes.valid_until)));
    require(gnutls_x509_crt_set_key(certificate, key));
    for (const std::string& name : wishes.dns) {
        require(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name.data(),
                                                     static_cast<unsigned>(name.size()), GNUTLS_FSAN_APPEND));
    }
    for (const std::string& ip : wishes.ips) {
        in_addr address{};
        inet_pton(AF_INET, ip.c_str(), &address);
        require(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, &address, sizeof address,
                                                     GNUTLS_FSAN_APPEND));
    }
    return certificate;
}

std::string export_pem(gnutls_x509_crt_t certificate) {
    gnutls_datum_t text{};
    require(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text));
    return take(text);
}

/// Signs (by itself where there is no CA), writes both down and frees them.
Identity finish(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, gnutls_x509_crt_t ca,
                gnutls_x509_privkey_t ca_key) {
    require(gnutls_x509_crt_sign2(certificate, ca ? ca : certificate, ca ? ca_key : key, GNUTLS_DIG_SHA256, 0));
    gnutls_datum_t text{};
    require(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text));
    Identity identity{.certificate = export_pem(certificate), .key = take(text), .pin = pin_of(key)};
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
    return identity;
}

} // namespace

TestCa::TestCa(const std::string& name) : key_(new_key()) {
    certificate_ = new_certificate(
        key_, {.dns = {}, .ips = {}, .common_name = name, .valid_from = Days{-400}, .valid_until = Days{400}});
    require(gnutls_x509_crt_set_basic_constraints(certificate_, 1, -1));
    require(gnutls_x509_crt_set_key_usage(certificate_, GNUTLS_KEY_KEY_CERT_SIGN));
    require(gnutls_x509_crt_sign2(certificate_, certificate_, key_, GNUTLS_DIG_SHA256, 0));
    pem_ = export_pem(certificate_);
    file_ = write_temporary(pem_);
}

TestCa::~TestCa() {
    gnutls_x509_crt_deinit(certificate_);
    gnutls_x509_privkey_deinit(key_);
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

Identity TestCa::issue(const CertificateWishes& wishes) const {
    gnutls_x509_privkey_t key = new_key();
    return finish(new_certificate(key, wishes), key, certificate_, key_);
}

Identity TestCa::self_signed(const CertificateWishes& wishes) {
    gnutls_x509_privkey_t key = new_key();
    return finish(new_certificate(key, wishes), key, nullptr, nullptr);
}

std::string write_temporary(const std::string& content) {
    std::string path = (std::filesystem::temp_directory_path() / "mailquotad-test-XXXXXX").string();
    const int descriptor = mkstemp(path.data());
    if (descriptor < 0 || ::write(descriptor, content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
        throw std::runtime_error("cannot write " + path);
    }
    ::close(descriptor);
    return path;
}

} // namespace mailquotad::tests
