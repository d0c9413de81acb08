#include "core/survey.h"

#include "core/byte_size.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mailquotad {

namespace {

constexpr Days kUsualSince{90};
constexpr std::array<std::pair<Counts, std::string_view>, 3> kCountsNames{
    {{Counts::yes, "yes"}, {Counts::no, "no"}, {Counts::presumably, "presumably"}}};

bool arrives(FolderRole role) {
    return role != FolderRole::sent && role != FolderRole::drafts && role != FolderRole::trash &&
           role != FolderRole::junk;
}

std::int64_t mean_of(const Bin& bin) {
    return bin.size_bytes / std::max<std::int64_t>(bin.messages, 1);
}

} // namespace

Month month_of(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return {static_cast<std::int32_t>(12 * static_cast<int>(date.year()) +
                                      static_cast<int>(static_cast<unsigned>(date.month())) - 1)};
}

std::chrono::sys_days first_day(Month month) {
    const std::int32_t year = month.index / 12;
    return std::chrono::sys_days(std::chrono::year(year) /
                                 std::chrono::month(static_cast<unsigned>(month.index % 12 + 1)) / 1);
}

int size_class_of(std::int64_t size_bytes) {
    const auto above = std::upper_bound(std::begin(kSizeClassBounds), std::end(kSizeClassBounds), size_bytes);
    return static_cast<int>(above - std::begin(kSizeClassBounds));
}

void Bin::add(const Bin& other) {
    messages = saturating_add(messages, other.messages);
    size_bytes = saturating_add(size_bytes, other.size_bytes);
}

Bin FolderSurvey::total() const {
    Bin sum;
    for (const auto& [where, bin] : bins)
        sum.add(bin);
    return sum;
}

Bin FolderSurvey::sum(Mark mark) const {
    Bin sum;
    for (const auto& [where, bin] : bins) {
        if (where.mark == mark)
            sum.add(bin);
    }
    return sum;
}

bool FolderSurvey::was_moved_at_once() const {
    constexpr std::int64_t few = 20; // a handful of messages of one day is no move
    const std::int64_t messages = total().messages;
    return messages >= few && busiest_day.messages > messages / 10 * 3;
}

std::string_view to_string(Counts counts) {
    return kCountsNames[static_cast<std::size_t>(counts)].second;
}

std::optional<Counts> parse_counts(std::string_view text) {
    for (const auto& [counts, name] : kCountsNames) {
        if (name == text)
            return counts;
    }
    return std::nullopt;
}

const FolderSurvey* Survey::find(std::string_view key) const {
    const auto found =
        std::find_if(folders.begin(), folders.end(), [&](const FolderSurvey& folder) { return folder.key == key; });
    return found == folders.end() ? nullptr : &*found;
}

Bin Survey::total() const {
    Bin sum;
    for (const FolderSurvey& folder : folders)
        sum.add(folder.total());
    return sum;
}

void keep_largest(std::vector<LargeMessage>& largest, const LargeMessage& message) {
    const auto before = [](const LargeMessage& a, const LargeMessage& b) {
        return std::pair(a.size_bytes, a.date) > std::pair(b.size_bytes, b.date);
    };
    if (largest.size() == kLargestKept && !before(message, largest.back()))
        return;
    largest.insert(std::upper_bound(largest.begin(), largest.end(), message, before), message);
    if (largest.size() > kLargestKept)
        largest.pop_back();
}

std::optional<std::int64_t> largest_usual_mail(const Survey& survey, Time now) {
    const Month since = month_of(std::chrono::floor<Days>(now - kUsualSince));
    for (const LargeMessage& message : survey.largest) {
        if (arrives(message.role) && message.mark != Mark::deleted && message.date >= now - kUsualSince)
            return message.size_bytes;
    }
    std::array<Bin, kSizeClasses> classes;
    for (const FolderSurvey& folder : survey.folders) {
        if (!arrives(folder.role))
            continue;
        for (auto bin = folder.bins.lower_bound({.month = since}); bin != folder.bins.end(); ++bin) {
            if (bin->first.mark != Mark::deleted)
                classes.at(static_cast<std::size_t>(bin->first.size_class)).add(bin->second);
        }
    }
    const auto found = std::find_if(classes.rbegin(), classes.rend(), [](const Bin& bin) { return bin.messages > 0; });
    return found == classes.rend() ? std::nullopt : std::optional(mean_of(*found));
}

} // namespace mailquotad
