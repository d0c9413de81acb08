#include "notify/header_text.h"

#include "core/escape.h"

#include <algorithm>
#include <array>

namespace mailquotad::notify {
namespace {

constexpr std::size_t kLine = 76;          // RFC 2047 section 2: a line with an encoded word
constexpr std::size_t kLongestToken = 900; // RFC 5322 section 2.1.1: 998 characters, with some room
constexpr std::string_view kFold = "\r\n ";
constexpr std::string_view kWordBegin = "=?UTF-8?Q?";
constexpr std::string_view kWordEnd = "?=";

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_visible_ascii(char c) {
    return c > ' ' && c < '\x7f';
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "=?" in plain text would be taken for an encoded word, and one token may not be longer than a line can be.
bool needs_encoding(std::string_view text) {
    std::size_t token = 0;
    for (const char c : text) {
        if (c != ' ' && !is_visible_ascii(c)) {
            return true;
        }
        token = c == ' ' ? 0 : token + 1;
        if (token > kLongestToken) {
            return true;
        }
    }
    return text.find("=?") != std::string_view::npos;
}

// Writes into a line that folds itself: `column` is where the line stands.
class Folder {
public:
    explicit Folder(std::string_view name) : out_(std::string(name) + ":") { column_ = out_.size(); }

    // A token that stays in one piece, after a space or on a new line.
    void add(std::string_view token) {
        if (column_ + 1 + token.size() > kLine && !fresh_) {
            out_ += kFold;
            column_ = 1;
        } else {
            out_ += ' ';
            ++column_;
        }
        out_ += token;
        column_ += token.size();
        fresh_ = false;
    }
    void glue(std::string_view text) {
        out_ += text;
        column_ += text.size();
    }
    // What fits on this line after a space.
    [[nodiscard]] std::size_t room() const { return column_ + 1 < kLine ? kLine - column_ - 1 : 0; }
    [[nodiscard]] std::string finish() && { return std::move(out_) + "\r\n"; }

private:
    std::string out_;
    std::size_t column_ = 0;
    bool fresh_ = true; // an empty first line would be a fold too many
};

// One character as RFC 2047 section 5 (3) allows it in a phrase, the strictest of the places.
std::string q_encoded(std::string_view character) {
    static constexpr std::array<char, 16> kHex = {'0', '1', '2', '3', '4', '5', '6', '7',
                                                  '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    if (character == " ") {
        return "_";
    }
    if (character.size() == 1 && (is_letter_or_digit(character.front()) ||
                                  std::string_view("!*+-/").find(character.front()) != std::string_view::npos)) {
        return std::string(character);
    }
    std::string out;
    for (const char c : character) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'=', kHex[byte >> 4U], kHex[byte & 15U]};
    }
    return out;
}

void add_encoded(Folder& folder, std::string_view text) {
    constexpr std::size_t kFrame = kWordBegin.size() + kWordEnd.size();
    const auto add_word = [&folder](const std::string& word) {
        folder.add(std::string(kWordBegin) + word + std::string(kWordEnd));
    };
    std::string word;
    std::size_t room = std::max(folder.room(), kFrame + 12) - kFrame;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length < text.size() && is_continuation(text[length])) {
            ++length;
        }
        const std::string encoded = q_encoded(text.substr(0, length));
        if (word.size() + encoded.size() > room) {
            add_word(word);
            word.clear();
            room = kLine - 1 - kFrame;
        }
        word += encoded;
        text.remove_prefix(length);
    }
    add_word(word);
}

void add_words(Folder& folder, std::string_view text) {
    while (!(text = trimmed(text)).empty()) {
        const std::string_view token = text.substr(0, text.find(' '));
        folder.add(token);
        text.remove_prefix(token.size());
    }
}

bool is_phrase_of_atoms(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return c == ' ' || is_letter_or_digit(c) ||
               std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    });
}

void add_name(Folder& folder, const std::string& dirty) {
    const std::string name(trimmed(for_header(dirty)));
    if (name.empty()) {
        return;
    }
    if (needs_encoding(name)) {
        add_encoded(folder, name);
    } else if (is_phrase_of_atoms(name)) {
        add_words(folder, name);
    } else {
        std::string quoted = "\"";
        for (const char c : name) {
            quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
        }
        add_words(folder, quoted + '"');
    }
}

bool is_address(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() && at == text.rfind('@') &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_visible_ascii(c) && std::string_view("<>()[]\\,;:\"").find(c) == std::string_view::npos;
           });
}

std::string unquoted(std::string_view name) {
    if (name.size() < 2 || name.front() != '"' || name.back() != '"') {
        return std::string(name);
    }
    std::string out;
    for (std::size_t i = 1; i + 1 < name.size(); ++i) {
        if (name[i] == '\\' && i + 2 < name.size()) {
            ++i;
        }
        out += name[i];
    }
    return out;
}

} // namespace

NameAndAddress split_address(std::string_view text) {
    text = trimmed(text);
    NameAndAddress parts;
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
        return parts;
    }
    const auto bracket = text.rfind('<');
    std::string_view address = text;
    if (bracket != std::string_view::npos && text.back() == '>') {
        parts.name = unquoted(trimmed(text.substr(0, bracket)));
        address = trimmed(text.substr(bracket + 1, text.size() - bracket - 2));
    }
    if (is_address(address)) {
        parts.address = address;
    }
    return parts;
}

std::string unstructured_header(std::string_view name, std::string_view text) {
    const std::string clean(trimmed(for_header(text)));
    Folder folder(name);
    if (needs_encoding(clean)) {
        add_encoded(folder, clean);
    } else {
        add_words(folder, clean);
    }
    return std::move(folder).finish();
}

std::string address_header(std::string_view name, const std::vector<std::string>& addresses) {
    Folder folder(name);
    bool any = false;
    for (const std::string& one : addresses) {
        const NameAndAddress parts = split_address(one);
        if (parts.address.empty()) {
            continue;
        }
        if (any) {
            folder.glue(",");
        }
        add_name(folder, parts.name);
        folder.add(parts.name.empty() ? parts.address : "<" + parts.address + ">");
        any = true;
    }
    return any ? std::move(folder).finish() : std::string();
}

std::string id_header(std::string_view name, const std::vector<std::string>& ids) {
    Folder folder(name);
    bool any = false;
    for (const std::string& id : ids) {
        std::string clean;
        std::copy_if(id.begin(), id.end(), std::back_inserter(clean),
                     [](char c) { return is_visible_ascii(c) && c != '<' && c != '>'; });
        if (!clean.empty() && clean.size() <= kLongestToken) {
            folder.add("<" + clean + ">");
            any = true;
        }
    }
    return any ? std::move(folder).finish() : std::string();
}

} // namespace mailquotad::notify
