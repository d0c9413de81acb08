// Foreign words made fit for a mail that must hold no link, and lines broken as plain text wants it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailquotad::notify {

/// A name that somebody else chose, as it may stand in a mail: control, bidi and zero-width characters made visible,
/// cut to `most` characters with an ellipsis, and changed where a mail program would make a link of it
/// ("www.x.example" becomes "www·x·example").
std::string plain_words(std::string_view name, std::size_t most = 40);

/// Breaks lines longer than `width` characters at spaces. Continuation lines of a list entry ("- ", "1. ") are
/// indented under its text. A number stays with the unit behind it. Lines are never joined.
std::string wrap(std::string_view text, std::size_t width = 72);

} // namespace mailquotad::notify
