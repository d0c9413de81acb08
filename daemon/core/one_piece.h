// A text that is put together from parts without leaving copies of them behind.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace mailquotad {

/// The parts one after another, in one piece of memory: a text with a secret in it must not grow, since growing gives
/// memory back with half of the secret in it. The caller wipes the result.
inline std::string in_one_piece(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const std::string_view part : parts)
        size += part.size();
    std::string text;
    text.reserve(size);
    for (const std::string_view part : parts)
        text.append(part);
    return text;
}

} // namespace mailquotad
