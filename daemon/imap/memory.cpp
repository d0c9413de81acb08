#include "imap/memory.h"

#include "core/ascii.h"
#include "core/short_hash.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace mailquotad::imap {

namespace {

constexpr std::string_view kHeader = "mailquotad-imap 1";
constexpr std::size_t kMaxText = 1U << 20;
constexpr std::size_t kMaxSizes = 10'000;
constexpr std::size_t kMaxList = 256;

// One word: bytes that are no visible ASCII, and '%', as %XX; "%" alone for an empty text.
std::string word(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7F && c != '%') {
            result += c;
        } else {
            result += '%';
            result += kHex[byte >> 4U];
            result += kHex[byte & 15U];
        }
    }
    return result.empty() ? "%" : result;
}

std::optional<std::string> unword(std::string_view text) {
    std::string result;
    if (text == "%") {
        return result;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = text.substr(i + 1, 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (error != std::errc{} || digits.size() != 2 || end != digits.data() + 2) {
            return std::nullopt;
        }
        result += static_cast<char>(value);
        i += 2;
    }
    return result;
}

std::string_view take_word(std::string_view& line) {
    const std::string_view found = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(found.size() + 1, line.size()));
    return found;
}

template <typename Number>
bool take_number(std::string_view& line, Number& value) {
    const std::string_view digits = take_word(line);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() && value >= 0;
}

bool take_text(std::string_view& line, std::string& value) {
    auto text = unword(take_word(line));
    if (!text) {
        return false;
    }
    value = std::move(*text);
    return true;
}

bool read_size(std::string_view line, Memory& memory) {
    const std::string key(take_word(line));
    SizedFolder folder;
    if (key.empty() || memory.sizes.size() >= kMaxSizes || !take_number(line, folder.uidvalidity) ||
        !take_number(line, folder.uidnext) || !take_number(line, folder.messages) ||
        !take_number(line, folder.highestmodseq) || !take_number(line, folder.size) ||
        !take_number(line, folder.next_uid)) {
        return false;
    }
    memory.sizes[key] = folder;
    return line.empty();
}

bool read_prefix(std::string_view line, std::vector<NamespacePrefix>& prefixes) {
    NamespacePrefix prefix;
    if (prefixes.size() >= kMaxList || !take_text(line, prefix.prefix) || !take_text(line, prefix.delimiter)) {
        return false;
    }
    prefixes.push_back(std::move(prefix));
    return line.empty();
}

bool read_line(std::string_view line, Memory& memory) {
    const std::string_view key = take_word(line);
    if (key == "discovered") {
        std::int64_t seconds = 0;
        if (!take_number(line, seconds)) {
            return false;
        }
        memory.discovered_at = Time{Seconds{seconds}};
        return line.empty();
    }
    if (key == "capabilities") {
        memory.capabilities = std::string(line);
        return true;
    }
    if (key == "personal") {
        return read_prefix(line, memory.personal);
    }
    if (key == "foreign") {
        return read_prefix(line, memory.foreign);
    }
    if (key == "root") {
        return memory.root_folders.size() < kMaxList && take_text(line, memory.root_folders.emplace_back()) &&
               line.empty();
    }
    if (key == "refusals") {
        return take_number(line, memory.refusals) && line.empty();
    }
    if (key == "follow_up") {
        memory.follow_up = true;
        return line.empty();
    }
    if (key == "window") {
        return take_number(line, memory.window) && line.empty();
    }
    return key == "size" && read_size(line, memory);
}

} // namespace

bool Memory::is_fresh(Time now) const {
    return discovered_at && now >= *discovered_at && now - *discovered_at < kDiscoverEvery;
}

std::string folder_key(std::string_view raw_name) {
    return short_hash(raw_name);
}

std::string to_text(const Memory& memory, std::string_view owner) {
    std::string text = std::string(kHeader) + " " + short_hash(owner) + "\n";
    if (memory.discovered_at) {
        text += "discovered " + std::to_string(memory.discovered_at->time_since_epoch().count()) + "\n";
    }
    text += "capabilities " + memory.capabilities + "\n";
    for (const auto& [prefix, delimiter] : memory.personal) {
        text += "personal " + word(prefix) + " " + word(delimiter) + "\n";
    }
    for (const auto& [prefix, delimiter] : memory.foreign) {
        text += "foreign " + word(prefix) + " " + word(delimiter) + "\n";
    }
    for (const std::string& folder : memory.root_folders) {
        text += "root " + word(folder) + "\n";
    }
    text += "refusals " + std::to_string(memory.refusals) + "\n";
    text += memory.follow_up ? "follow_up\n" : "";
    text += "window " + std::to_string(memory.window) + "\n";
    for (const auto& [key, folder] : memory.sizes) {
        text += "size " + key;
        for (const std::int64_t number : {folder.uidvalidity, folder.uidnext, folder.messages, folder.highestmodseq,
                                          folder.size, folder.next_uid}) {
            text += ' ' + std::to_string(number);
        }
        text += '\n';
    }
    return text;
}

Memory memory_from_text(std::string_view text, std::string_view owner) {
    if (text.size() > kMaxText || take_line(text) != std::string(kHeader) + " " + short_hash(owner)) {
        return {};
    }
    Memory memory;
    while (!text.empty()) {
        if (!read_line(take_line(text), memory)) {
            return {};
        }
    }
    return memory;
}

} // namespace mailquotad::imap
