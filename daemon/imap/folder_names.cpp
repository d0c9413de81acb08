#include "imap/folder_names.h"

#include "core/escape.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace mailquotad::imap {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

void append_utf8(std::string& text, std::uint32_t point) {
    const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
    if (point < 0x80) {
        byte(point);
    } else if (point < 0x800) {
        byte(0xC0U | point >> 6);
        byte(0x80U | (point & 0x3FU));
    } else if (point < 0x10000) {
        byte(0xE0U | point >> 12);
        byte(0x80U | (point >> 6 & 0x3FU));
        byte(0x80U | (point & 0x3FU));
    } else {
        byte(0xF0U | point >> 18);
        byte(0x80U | (point >> 12 & 0x3FU));
        byte(0x80U | (point >> 6 & 0x3FU));
        byte(0x80U | (point & 0x3FU));
    }
}

/// Takes UTF-16 units and appends whole characters.
class Utf16 {
public:
    explicit Utf16(std::string& text) : text_(text) {}
    bool add(std::uint32_t unit) {
        const bool is_low = unit >= 0xDC00 && unit < 0xE000;
        if (is_low != (high_ != 0)) {
            return false;
        }
        if (unit >= 0xD800 && unit < 0xDC00) {
            high_ = unit;
            return true;
        }
        append_utf8(text_, is_low ? 0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00) : unit);
        high_ = 0;
        return unit != 0;
    }
    [[nodiscard]] bool complete() const { return high_ == 0; }

private:
    std::string& text_;
    std::uint32_t high_ = 0;
};

bool decode_shifted(std::string_view base64, std::string& text) {
    Utf16 units(text);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : base64) {
        const std::size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos) {
            return false;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 16) {
            count -= 16;
            if (!units.add(bits >> count & 0xFFFFU)) {
                return false;
            }
        }
    }
    const bool padding_is_zero = (bits & ((1U << count) - 1)) == 0;
    return units.complete() && count < 6 && padding_is_zero;
}

std::optional<std::string> decode_utf7(std::string_view raw) {
    std::string text;
    while (!raw.empty()) {
        const std::size_t shift = raw.find('&');
        text += raw.substr(0, shift);
        if (shift == std::string_view::npos) {
            break;
        }
        raw.remove_prefix(shift + 1);
        const std::size_t end = raw.find('-');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        if (end == 0) {
            text += '&';
        } else if (!decode_shifted(raw.substr(0, end), text)) {
            return std::nullopt;
        }
        raw.remove_prefix(end + 1);
    }
    return text;
}

} // namespace

std::string decode_folder_name(std::string_view raw, bool utf8_only) {
    const bool eight_bit =
        std::any_of(raw.begin(), raw.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (!utf8_only && !eight_bit) {
        if (auto text = decode_utf7(raw)) {
            return *text;
        }
    }
    return to_valid_utf8(raw);
}

} // namespace mailquotad::imap
