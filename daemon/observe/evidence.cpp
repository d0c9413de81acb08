#include "observe/evidence.h"

#include "core/escape.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace mailquotad::observe {
namespace {

/// Shorter names are hidden only where they stand alone: a folder "A" must not make a text unreadable.
constexpr std::size_t kDistinctiveBytes = 4;

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char character) { return lower(character); });
    return result;
}

/// A letter or digit, or a byte of a character beyond ASCII.
bool is_word(char character) {
    const char folded = lower(character);
    return (folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9') ||
           static_cast<unsigned char>(character) >= 0x80;
}

struct Hidden {
    std::string name; ///< in lower case
    const char* replacement;
    bool whole_words;
};

void hide(std::vector<Hidden>& all, std::string_view name, const char* replacement, bool whole_words) {
    if (!name.empty()) {
        all.push_back({lower(name), replacement, whole_words || name.size() < kDistinctiveBytes});
    }
}

std::string with_quoted_escapes(std::string_view name) {
    std::string result;
    for (const char character : name) {
        if (character == '"' || character == '\\') {
            result += '\\';
        }
        result += character;
    }
    return result;
}

std::vector<Hidden> hidden_names(const PrivateNames& names) {
    std::vector<Hidden> all;
    for (const std::string& address : names.addresses) {
        hide(all, address, "[address]", false);
        hide(all, std::string_view(address).substr(0, address.find('@')), "[address]", true);
    }
    for (const std::string& login : names.logins) {
        hide(all, login, "[login]", false);
    }
    for (const std::string& folder : names.folders) {
        if (lower(folder) == "inbox") {
            continue;
        }
        const std::string encoded = to_modified_utf7(folder);
        for (const std::string& form : {folder, encoded, with_quoted_escapes(folder), with_quoted_escapes(encoded)}) {
            hide(all, form, "[folder]", true);
        }
    }
    // The longest first: "kim.muster@verein.example" before "kim.muster".
    std::stable_sort(all.begin(), all.end(),
                     [](const Hidden& a, const Hidden& b) { return a.name.size() > b.name.size(); });
    return all;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
    const bool before = begin == 0 || !is_word(text[begin - 1]) || !is_word(text[begin]);
    const bool after = end == text.size() || !is_word(text[end]) || !is_word(text[end - 1]);
    return before && after;
}

const Hidden* name_at(std::string_view folded, std::size_t position, const std::vector<Hidden>& all) {
    for (const Hidden& hidden : all) {
        if (folded.compare(position, hidden.name.size(), hidden.name) == 0 &&
            (!hidden.whole_words || stands_alone(folded, position, position + hidden.name.size()))) {
            return &hidden;
        }
    }
    return nullptr;
}

bool is_address_character(char character) {
    constexpr std::string_view kOthers = ".!#$%&'*+/=?^_`{|}~-";
    return is_word(character) || kOthers.find(character) != std::string_view::npos;
}

bool is_host_character(char character) {
    return is_word(character) || character == '.' || character == '-' || character == '[' || character == ':' ||
           character == ']';
}

/// Where the local part that ends with `text` begins; its end where there is none. `"kim muster"@…` is one too.
std::size_t local_part_begin(std::string_view text) {
    if (text.size() > 1 && text.back() == '"') {
        const std::size_t quote = text.rfind('"', text.size() - 2);
        return quote == std::string_view::npos ? text.size() : quote;
    }
    constexpr std::string_view kHidden = "[address]";
    if (text.ends_with(kHidden)) { // a@b@c
        return text.size() - kHidden.size();
    }
    std::size_t begin = text.size();
    while (begin > 0 && is_address_character(text[begin - 1])) {
        --begin;
    }
    return begin;
}

// Modified base64 of RFC 3501 section 5.1.3: "," for "/", no padding.
void append_modified_base64(const std::vector<std::uint16_t>& units, std::string& result) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    std::uint32_t bits = 0;
    int count = 0;
    result += '&';
    for (const std::uint16_t unit : units) {
        bits = (bits << 16U) | unit;
        for (count += 16; count >= 6; count -= 6) {
            result += kDigits[(bits >> static_cast<unsigned>(count - 6)) & 63U];
        }
        bits &= 63U;
    }
    if (count > 0) {
        result += kDigits[(bits << static_cast<unsigned>(6 - count)) & 63U];
    }
    result += '-';
}

/// The next character of valid UTF-8; moves `position` behind it.
std::uint32_t next_character(std::string_view text, std::size_t& position) {
    const auto first = static_cast<unsigned char>(text[position++]);
    const int more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    std::uint32_t result = more == 0 ? first : first & (0x3FU >> static_cast<unsigned>(more));
    for (int i = 0; i < more; ++i) {
        result = (result << 6U) | (static_cast<unsigned char>(text[position++]) & 0x3FU);
    }
    return result;
}

} // namespace

std::string hide_names(std::string_view text, const PrivateNames& names) {
    const std::vector<Hidden> all = hidden_names(names);
    const std::string folded = lower(text);
    std::string result;
    for (std::size_t position = 0; position < text.size();) {
        if (const Hidden* hidden = name_at(folded, position, all)) {
            result += hidden->replacement;
            position += hidden->name.size();
        } else {
            result += text[position++];
        }
    }
    return hide_addresses(result);
}

std::string hide_addresses(std::string_view text) {
    std::string result;
    for (std::size_t position = 0; position < text.size(); ++position) {
        if (text[position] != '@') {
            result += text[position];
            continue;
        }
        std::size_t end = position + 1;
        while (end < text.size() && is_host_character(text[end])) {
            ++end;
        }
        const std::size_t local = local_part_begin(result);
        if (local == result.size() || end == position + 1) {
            result += '@';
            continue;
        }
        // A full stop or a colon behind the address belongs to the sentence.
        while (text[end - 1] == '.' || text[end - 1] == ':' || text[end - 1] == ']') {
            --end;
        }
        result.resize(local);
        result += "[address]";
        position = end - 1;
    }
    return result;
}

std::string to_modified_utf7(std::string_view utf8) {
    if (!is_valid_utf8(utf8)) {
        return std::string(utf8);
    }
    std::string result;
    std::vector<std::uint16_t> units;
    const auto flush = [&] {
        if (!units.empty()) {
            append_modified_base64(units, result);
            units.clear();
        }
    };
    for (std::size_t position = 0; position < utf8.size();) {
        const std::uint32_t character = next_character(utf8, position);
        if (character >= 0x20 && character <= 0x7E) {
            flush();
            result += character == '&' ? std::string("&-") : std::string(1, static_cast<char>(character));
        } else if (character < 0x10000) {
            units.push_back(static_cast<std::uint16_t>(character));
        } else {
            units.push_back(static_cast<std::uint16_t>(0xD800U + ((character - 0x10000U) >> 10U)));
            units.push_back(static_cast<std::uint16_t>(0xDC00U + ((character - 0x10000U) & 0x3FFU)));
        }
    }
    flush();
    return result;
}

} // namespace mailquotad::observe
