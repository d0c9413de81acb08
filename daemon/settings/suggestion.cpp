#include "settings/suggestion.h"

#include <algorithm>
#include <utility>

namespace mailquotad::settings {

namespace {

constexpr std::size_t kLongestWord = 64;

char folded(char c) {
    if (c >= 'A' && c <= 'Z')
        return static_cast<char>(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

} // namespace

std::size_t distance(std::string_view a, std::string_view b) {
    // Optimal string alignment: three rows of the usual table, the oldest for swapped neighbours.
    std::vector<std::size_t> oldest(b.size() + 1), old(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        now[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        oldest = std::exchange(old, now);
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = folded(a[i - 1]) == folded(b[j - 1]);
            now[j] = std::min({old[j] + 1, now[j - 1] + 1, old[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]))
                now[j] = std::min(now[j], oldest[j - 2] + 1);
        }
    }
    return now[b.size()];
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.empty() || word.size() > kLongestWord)
        return std::nullopt;
    std::size_t best = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
    std::optional<std::string> found;
    for (const auto& candidate : candidates) {
        if (candidate.size() > kLongestWord)
            continue;
        const auto letters = distance(word, candidate);
        if (letters < best) {
            best = letters;
            found = candidate;
        }
    }
    return found;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
    if (const auto near = nearest(word, candidates))
        return "did you mean \"" + *near + "\"?";
    std::string list;
    for (const auto& candidate : candidates)
        list += (list.empty() ? "" : ", ") + candidate;
    return list.empty() ? "none is known here" : "allowed here: " + list;
}

} // namespace mailquotad::settings
