#include "notify/plain_words.h"

#include "core/escape.h"

#include <algorithm>
#include <array>
#include <vector>

namespace mailquotad::notify {
namespace {

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix) {
    return text.size() >= lower_prefix.size() && std::equal(lower_prefix.begin(), lower_prefix.end(), text.begin(),
                                                            [](char expected, char c) { return expected == lower(c); });
}

bool is_blank(char c) {
    return c == ' ';
}

// Mail programs make links of "http…", "www.…", "name.tld" and "a@b": the dots between letters go, and the words break.
std::string without_links(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = text.substr(i);
        const bool between_words = i > 0 && i + 1 < text.size() && !is_blank(text[i - 1]) && !is_blank(text[i + 1]);
        if (starts_with_ignoring_case(rest, "http") || starts_with_ignoring_case(rest, "href")) {
            out += text[i];
            out += "·";
        } else if (rest.starts_with("://")) {
            out += " ";
            i += 2;
        } else if (text[i] == '@') {
            out += " (at) ";
        } else if ((text[i] == '.' || text[i] == ':') && between_words) {
            out += "·";
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string cut(std::string text, std::size_t most) {
    if (characters(text) <= most) {
        return text;
    }
    std::size_t end = 0;
    for (std::size_t kept = 0; kept + 1 < most; ++kept) {
        do {
            ++end;
        } while (end < text.size() && is_continuation(text[end]));
    }
    text.resize(end);
    while (!text.empty() && text.back() == ' ') {
        text.pop_back();
    }
    return text + "…";
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const auto end = std::min(line.find(' '), line.size());
        if (end > 0) {
            words.push_back(line.substr(0, end));
        }
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

bool is_unit(std::string_view word) {
    static constexpr std::array<std::string_view, 9> kUnits = {"%",  "KB", "MB",   "GB",   "TB",
                                                               "PB", "EB", "Byte", "bytes"};
    while (!word.empty() && std::string_view(".,:;)").find(word.back()) != std::string_view::npos) {
        word.remove_suffix(1);
    }
    return std::find(kUnits.begin(), kUnits.end(), word) != kUnits.end();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "- " and "12. " at the beginning of a line: its width, or 0.
std::size_t bullet_width(std::string_view line) {
    if (line.starts_with("- ")) {
        return 2;
    }
    std::size_t digits = 0;
    while (digits < line.size() && is_digit(line[digits])) {
        ++digits;
    }
    return digits > 0 && digits < 3 && line.substr(digits).starts_with(". ") ? digits + 2 : 0;
}

void wrap_line(std::string& out, std::string_view line, std::size_t width) {
    const std::string indent(bullet_width(line), ' ');
    const std::vector<std::string_view> words = words_of(line);
    std::size_t column = 0;
    for (std::size_t i = 0; i < words.size();) {
        std::string piece(words[i++]);
        while (i < words.size() && is_digit(piece.back()) && is_unit(words[i])) {
            piece += ' ';
            piece += words[i++];
        }
        const std::size_t length = characters(piece);
        if (column > indent.size() && column + 1 + length > width) {
            out += '\n' + indent;
            column = indent.size();
        } else if (column > 0) {
            out += ' ';
            ++column;
        }
        out += piece;
        column += length;
    }
}

} // namespace

std::string plain_words(std::string_view name, std::size_t most) {
    return cut(without_links(for_terminal(name)), most);
}

std::string wrap(std::string_view text, std::size_t width) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        wrap_line(out, text.substr(0, end), width);
        if (end < text.size()) {
            out += '\n';
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

} // namespace mailquotad::notify
