#include "core/mailbox_event.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mailquotad {

namespace {

constexpr std::array<std::pair<EventKind, std::string_view>, 4> kWords{{{EventKind::stage, "stage"},
                                                                        {EventKind::unreachable, "unreachable"},
                                                                        {EventKind::reachable, "reachable"},
                                                                        {EventKind::freed, "freed"}}};
constexpr std::int64_t kMuch = 5'000'000;

} // namespace

std::string_view to_string(EventKind kind) {
    return std::find_if(kWords.begin(), kWords.end(), [kind](const auto& word) { return word.first == kind; })->second;
}

std::optional<EventKind> parse_event_kind(std::string_view text) {
    const auto* const found =
        std::find_if(kWords.begin(), kWords.end(), [text](const auto& word) { return word.second == text; });
    return found == kWords.end() ? std::nullopt : std::optional(found->first);
}

bool is_cleared(std::int64_t freed_bytes, std::optional<std::int64_t> limit_bytes) {
    const std::int64_t enough = limit_bytes && *limit_bytes > 0 ? std::min(kMuch, *limit_bytes / 100) : kMuch;
    return freed_bytes >= std::max<std::int64_t>(enough, 1);
}

bool fails_for_good(FailureKind kind) {
    return kind == FailureKind::credential || kind == FailureKind::login_refused ||
           kind == FailureKind::login_disabled || kind == FailureKind::tls;
}

} // namespace mailquotad
