#include "pop3/memory.h"

#include "core/ascii.h"
#include "core/short_hash.h"
#include "pop3/words.h"

#include <algorithm>
#include <cstdint>

namespace mailquotad::pop3 {

namespace {

constexpr std::string_view kHeader = "mailquotad-pop3 1 ";
constexpr std::size_t kMaxText = 64U << 10;

bool read_line(std::string_view line, Memory& memory) {
    const std::string_view key = take_word(line);
    const std::string_view value = line.substr(std::min<std::size_t>(line.size(), 1));
    if (key == "capabilities") {
        memory.capabilities = Capabilities::from_text(value);
        return true;
    }
    if (key == "stat") {
        memory.stat = value == "tells" ? StatWorth::tells : StatWorth::useless;
        return value == "tells" || value == "useless";
    }
    // What is longer than that was not written by to_text, and must not overflow a time.
    const auto number = parse_number(value);
    if (!number || value.size() > 12) {
        return false;
    }
    if (key == "discovered") {
        memory.discovered_at = Time{Seconds{*number}};
        return true;
    }
    memory.login_delay = Seconds{*number};
    return key == "login_delay";
}

} // namespace

bool Memory::is_fresh(Time now) const {
    return discovered_at && now >= *discovered_at && now - *discovered_at < kDiscoverEvery;
}

std::string to_text(const Memory& memory, std::string_view owner) {
    std::string text = std::string(kHeader) + short_hash(owner) + "\n";
    if (memory.discovered_at) {
        text += "discovered " + std::to_string(memory.discovered_at->time_since_epoch().count()) + "\n";
    }
    text += "capabilities " + memory.capabilities.text() + "\n";
    if (memory.login_delay) {
        text += "login_delay " + std::to_string(memory.login_delay->count()) + "\n";
    }
    if (memory.stat != StatWorth::unknown) {
        text += memory.stat == StatWorth::tells ? "stat tells\n" : "stat useless\n";
    }
    return text;
}

Memory memory_from_text(std::string_view text, std::string_view owner) {
    if (text.size() > kMaxText || take_line(text) != std::string(kHeader) + short_hash(owner)) {
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

} // namespace mailquotad::pop3
