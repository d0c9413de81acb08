#include "imap/capabilities.h"

#include "core/ascii.h"

#include <algorithm>

namespace mailquotad::imap {

Capabilities::Capabilities(std::string_view words) {
    constexpr std::size_t kMaxWords = 200;
    constexpr std::size_t kMaxWord = 100;
    while (!words.empty() && words_.size() < kMaxWords) {
        const std::string_view word = words.substr(0, words.find(' '));
        if (!word.empty() && word.size() <= kMaxWord) {
            words_.push_back(upper(word));
        }
        words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
}

bool Capabilities::has(std::string_view word) const {
    return std::any_of(words_.begin(), words_.end(),
                       [&](const std::string& each) { return equals_ignoring_case(each, word); });
}

bool Capabilities::names_mechanisms() const {
    return std::any_of(words_.begin(), words_.end(), [](const std::string& each) { return each.starts_with("AUTH="); });
}

bool Capabilities::quota() const {
    return std::any_of(words_.begin(), words_.end(), [](const std::string& each) {
        return each == "QUOTA" || each == "QUOTASET" || each.starts_with("QUOTA=");
    });
}

std::string Capabilities::text() const {
    std::string result;
    for (const std::string& word : words_) {
        result += result.empty() ? word : ' ' + word;
    }
    return result;
}

} // namespace mailquotad::imap
