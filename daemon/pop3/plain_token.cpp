#include "pop3/plain_token.h"

#include <cstdint>
#include <string>
#include <utility>

namespace mailquotad::pop3 {

namespace {

std::string encode_base64(std::string_view bytes) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    result.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            result += i + k > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * k) & 63U];
        }
    }
    return result;
}

} // namespace

Secret plain_token(std::string_view authorize_as, std::string_view username, std::string_view password) {
    std::string clear;
    clear.reserve(authorize_as.size() + username.size() + password.size() + 2);
    clear.append(authorize_as).append(1, '\0').append(username).append(1, '\0').append(password);
    std::string encoded = encode_base64(clear);
    wipe(clear);
    Secret token(encoded);
    wipe(encoded);
    return token;
}

} // namespace mailquotad::pop3
