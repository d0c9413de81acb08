#include "net/crypto.h"

#include "net/transport.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

namespace mailquotad::net {

namespace {

void check(int code, const char* what) {
    if (code < 0) {
        throw NetError(FailureKind::internal, std::string(what) + ": " + gnutls_strerror(code));
    }
}

gnutls_mac_algorithm_t mac_of(Digest algorithm) {
    switch (algorithm) {
    case Digest::md5:
        return GNUTLS_MAC_MD5;
    case Digest::sha1:
        return GNUTLS_MAC_SHA1;
    case Digest::sha256:
        break;
    }
    return GNUTLS_MAC_SHA256;
}

gnutls_digest_algorithm_t digest_of(Digest algorithm) {
    return static_cast<gnutls_digest_algorithm_t>(mac_of(algorithm)); // GnuTLS: the numbers of both are the same
}

gnutls_datum_t datum(std::string_view text) {
    // GnuTLS takes what it only reads as non-const.
    return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

} // namespace

std::string digest(Digest algorithm, std::string_view text) {
    std::string result(gnutls_hash_get_len(digest_of(algorithm)), '\0');
    check(gnutls_hash_fast(digest_of(algorithm), text.data(), text.size(), result.data()), "hash");
    return result;
}

std::string hmac(Digest algorithm, std::string_view key, std::string_view text) {
    std::string result(gnutls_hmac_get_len(mac_of(algorithm)), '\0');
    check(gnutls_hmac_fast(mac_of(algorithm), key.data(), key.size(), text.data(), text.size(), result.data()), "hmac");
    return result;
}

std::string stretch(Digest algorithm, std::string_view password, std::string_view salt, unsigned iterations) {
    std::string result(gnutls_hmac_get_len(mac_of(algorithm)), '\0');
    const gnutls_datum_t key = datum(password);
    const gnutls_datum_t salted = datum(salt);
    check(gnutls_pbkdf2(mac_of(algorithm), &key, &salted, iterations, result.data(), result.size()), "pbkdf2");
    return result;
}

std::string random_bytes(std::size_t count) {
    std::string result(count, '\0');
    check(gnutls_rnd(GNUTLS_RND_NONCE, result.data(), result.size()), "random");
    return result;
}

bool equals_secretly(std::string_view a, std::string_view b) {
    return a.size() == b.size() && gnutls_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace mailquotad::net
