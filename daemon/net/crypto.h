// The few primitives that SASL mechanisms need: a skin over GnuTLS. Throws NetError internal where GnuTLS fails.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::net {

enum class Digest { md5, sha1, sha256 };

std::string digest(Digest algorithm, std::string_view text);
std::string hmac(Digest algorithm, std::string_view key, std::string_view text);
/// PBKDF2 with the digest's own length: Hi() of RFC 5802 section 2.2.
std::string stretch(Digest algorithm, std::string_view password, std::string_view salt, unsigned iterations);
/// Random bytes fit for a nonce.
std::string random_bytes(std::size_t count);
/// Equality in constant time.
bool equals_secretly(std::string_view a, std::string_view b);

} // namespace mailquotad::net
