#include "imap/cursor.h"

#include <charconv>
#include <limits>

namespace mailquotad::imap {

namespace {

bool ends_atom(char c) {
    return c == ' ' || c == '(' || c == ')' || c == '"';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

} // namespace

void Cursor::skip_spaces() {
    while (peek() == ' ') {
        ++position_;
    }
}

bool Cursor::take(char c) {
    if (at_end() || text_[position_] != c) {
        return false;
    }
    ++position_;
    return true;
}

std::optional<std::string_view> Cursor::atom() {
    const std::size_t begin = position_;
    while (!at_end() && !ends_atom(text_[position_])) {
        ++position_;
    }
    if (position_ == begin) {
        return std::nullopt;
    }
    return text_.substr(begin, position_ - begin);
}

std::optional<std::string_view> Cursor::plain_quoted() {
    if (peek() != '"') {
        return std::nullopt;
    }
    const std::size_t end = text_.find_first_of("\"\\", position_ + 1);
    if (end == std::string_view::npos || text_[end] != '"') {
        return std::nullopt;
    }
    const std::string_view inside = text_.substr(position_ + 1, end - position_ - 1);
    position_ = end + 1;
    return inside;
}

std::optional<std::string> Cursor::quoted() {
    std::string result;
    for (std::size_t i = position_ + 1; i < text_.size(); ++i) {
        char c = text_[i];
        if (c == '"') {
            position_ = i + 1;
            return result;
        }
        // Only \" and \\ are escapes; servers with the delimiter backslash send it bare inside names.
        if (c == '\\' && i + 1 < text_.size() && (text_[i + 1] == '"' || text_[i + 1] == '\\')) {
            c = text_[++i];
        }
        result += c;
    }
    return std::nullopt;
}

std::optional<std::string> Cursor::literal() {
    std::size_t i = position_ + 1;
    std::size_t size = 0;
    const auto parsed = std::from_chars(text_.data() + i, text_.data() + text_.size(), size);
    i = static_cast<std::size_t>(parsed.ptr - text_.data());
    if (parsed.ec != std::errc{} || text_.substr(i, 3) != "}\r\n" || size > text_.size() - i - 3) {
        return std::nullopt;
    }
    position_ = i + 3 + size;
    return std::string(text_.substr(i + 3, size));
}

std::optional<std::string> Cursor::string() {
    if (peek() == '"') {
        return quoted();
    }
    return peek() == '{' ? literal() : std::nullopt;
}

std::optional<std::string> Cursor::astring() {
    if (auto text = string()) {
        return text;
    }
    if (const auto text = atom()) {
        return std::string(*text);
    }
    return std::nullopt;
}

std::optional<std::int64_t> Cursor::number() {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    std::size_t i = position_;
    const bool negative = i < text_.size() && text_[i] == '-';
    i += negative ? 1 : 0;
    const std::size_t first_digit = i;
    std::int64_t value = 0;
    for (; i < text_.size() && is_digit(text_[i]); ++i) {
        const std::int64_t digit = text_[i] - '0';
        value = value > (kMax - digit) / 10 ? kMax : value * 10 + digit;
    }
    if (i == first_digit || (i < text_.size() && !ends_atom(text_[i]))) {
        return std::nullopt;
    }
    position_ = i;
    return negative ? -value : value;
}

bool Cursor::skip_value() {
    std::size_t depth = 0;
    do {
        skip_spaces();
        if (take('(')) {
            ++depth;
        } else if (depth > 0 && take(')')) {
            --depth;
        } else if (!string() && !atom()) {
            return false;
        }
    } while (depth > 0);
    return true;
}

bool Cursor::name_ends_here(Tail tail, bool was_atom) const {
    Cursor ahead = *this;
    ahead.skip_spaces();
    if (ahead.at_end()) {
        return true;
    }
    if (ahead.position_ == position_) {
        return false;
    }
    if (tail == Tail::list) {
        return ahead.peek() == '(';
    }
    return !was_atom || ahead.rest().starts_with("(\"");
}

std::optional<std::string> Cursor::unquoted_name(Tail tail) {
    const std::string_view all = rest();
    const std::size_t cut = tail == Tail::list ? all.rfind(" (") : all.find(" (\"");
    std::string_view found = all.substr(0, cut);
    position_ += found.size();
    if (found.size() >= 2 && found.front() == '"' && found.back() == '"') {
        found = found.substr(1, found.size() - 2);
    }
    if (found.empty()) {
        return std::nullopt;
    }
    return std::string(found);
}

std::optional<std::string> Cursor::name(Tail tail) {
    const std::size_t begin = position_;
    const bool was_atom = peek() != '"' && peek() != '{';
    auto text = was_atom ? astring() : string();
    if (text && name_ends_here(tail, was_atom)) {
        return text;
    }
    position_ = begin;
    return unquoted_name(tail);
}

} // namespace mailquotad::imap
