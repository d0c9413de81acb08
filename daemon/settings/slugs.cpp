#include "settings/readers.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

namespace mailquotad::settings {

namespace {

/// HMAC-SHA256 (RFC 2104) in hexadecimal digits.
std::string keyed_hash(const std::string& text, const std::string& key) {
    std::array<unsigned char, 32> hash{};
    const int result =
        gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.data(), key.size(), text.data(), text.size(), hash.data());
    if (result != 0)
        throw std::runtime_error(std::string("cannot compute HMAC-SHA256: ") + gnutls_strerror(result));
    std::string digits;
    for (const unsigned byte : hash) {
        digits += "0123456789abcdef"[byte >> 4U];
        digits += "0123456789abcdef"[byte & 15U];
    }
    return digits;
}

} // namespace

std::string derived_slug(const std::string& address, const std::string& key, std::size_t digits) {
    std::string folded = address;
    std::ranges::transform(folded, folded.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return "mb-" + keyed_hash(folded, key).substr(0, digits);
}

void derive_slugs(Settings& settings, const std::string& key) {
    constexpr std::size_t kFewestDigits = 6;
    constexpr std::size_t kMostDigits = 36; // "mb-" and these stay below the 40 characters of a slug
    std::set<std::string> taken;
    for (const auto& mailbox : settings.mailboxes) {
        if (!mailbox.slug_is_derived)
            taken.insert(mailbox.slug);
    }
    for (auto& mailbox : settings.mailboxes) {
        if (!mailbox.slug_is_derived)
            continue;
        auto digits = kFewestDigits;
        do {
            mailbox.slug = derived_slug(mailbox.address, key, digits);
            digits += 2;
        } while (!taken.insert(mailbox.slug).second && digits <= kMostDigits);
    }
}

} // namespace mailquotad::settings
