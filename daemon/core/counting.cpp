#include "core/counting.h"

#include "core/byte_size.h"

#include <algorithm>
#include <vector>

namespace mailquotad {

namespace {

/// Roles that hold something, with their bytes; Trash and Junk first.
struct Sums {
    std::int64_t all = 0;
    std::int64_t messages = 0;
    std::vector<std::pair<FolderRole, std::int64_t>> roles;
    std::size_t usual = 0; ///< how many of them are Trash and Junk
    std::int64_t inbox = 0;
};

std::optional<Sums> sums_of(const Snapshot& snapshot) {
    std::map<FolderRole, std::int64_t> by_role;
    Sums sums;
    for (const Folder& folder : snapshot.folders) {
        if (folder.role == FolderRole::all || folder.role == FolderRole::flagged)
            continue;
        if (!folder.size_bytes)
            return std::nullopt;
        by_role[folder.role] = saturating_add(by_role[folder.role], *folder.size_bytes);
        sums.all = saturating_add(sums.all, *folder.size_bytes);
        sums.messages = saturating_add(sums.messages, folder.messages.value_or(0));
    }
    const auto take = [&](FolderRole role) {
        if (by_role[role] > 0 && role != FolderRole::inbox)
            sums.roles.emplace_back(role, by_role[role]);
    };
    sums.inbox = by_role[FolderRole::inbox];
    take(FolderRole::trash);
    take(FolderRole::junk);
    sums.usual = sums.roles.size();
    for (const FolderRole role : kAllFolderRoles) {
        if (role != FolderRole::trash && role != FolderRole::junk)
            take(role);
    }
    return sums;
}

/// What rounding can do: usage is told in KiB, rounded once, or per message by servers that count blocks.
std::int64_t rounding_of(const Sums& sums, std::int64_t used) {
    constexpr std::int64_t kib = 1024;
    return std::min(16 * kib + used / 1000, saturating_multiply(sums.messages, kib)) + kib;
}

/// Which roles are left out, as bits, in each way that explains the usage; of the first `count` roles only.
std::vector<unsigned> explanations(const Sums& sums, std::int64_t used, std::size_t count) {
    const auto rounding = static_cast<double>(rounding_of(sums, used));
    std::vector<unsigned> found;
    for (unsigned left_out = 0; left_out < (1U << count); ++left_out) {
        std::int64_t size = 0;
        for (std::size_t i = 0; i < count; ++i)
            size = saturating_add(size, (left_out >> i & 1U) != 0 ? sums.roles[i].second : 0);
        const double error = static_cast<double>(sums.all) - static_cast<double>(used) - static_cast<double>(size);
        if (std::abs(error) <= std::max(0.02 * static_cast<double>(size), rounding))
            found.push_back(left_out);
    }
    return found;
}

const Resource* only_storage(const Snapshot& snapshot) {
    const Resource* only = nullptr;
    for (const Resource& resource : snapshot.quota) {
        if (resource.name != "STORAGE")
            continue;
        if (only != nullptr)
            return nullptr;
        only = &resource;
    }
    return only;
}

} // namespace

const Resource* fullest_storage(const Snapshot& snapshot) {
    const Resource* fullest = nullptr;
    const auto ratio = [](const Resource& resource) {
        return static_cast<double>(resource.used) / static_cast<double>(*resource.limit);
    };
    for (const Resource& resource : snapshot.quota) {
        const bool is_limited = resource.name == "STORAGE" && resource.limit.value_or(0) > 0;
        if (is_limited && (fullest == nullptr || ratio(resource) > ratio(*fullest)))
            fullest = &resource;
    }
    return fullest;
}

CountsByRole learn_counts(const Snapshot& snapshot, CountsByRole known) {
    const Resource* storage = only_storage(snapshot);
    const auto sums = sums_of(snapshot);
    // A usage that is the sum of the folders, for want of a server's, explains itself.
    if (storage == nullptr || !sums || sums->all == 0 || snapshot.limit_source == LimitSource::settings)
        return known;
    std::size_t count = sums->usual;
    std::vector<unsigned> ways = explanations(*sums, storage->used, count);
    if (ways.empty()) {
        count = sums->roles.size();
        ways = explanations(*sums, storage->used, count);
    }
    if (ways == std::vector<unsigned>{0}) { // the sum of all folders is the usage, so each of them counts
        const std::int64_t telling = 2 * rounding_of(*sums, storage->used);
        for (const auto& [role, size] : sums->roles) {
            if (size > telling)
                known[role] = Counts::yes;
        }
        if (sums->inbox > telling)
            known[FolderRole::inbox] = Counts::yes;
        return known;
    }
    const auto leaves_out = [](std::size_t role) { return [role](unsigned way) { return (way >> role & 1U) != 0; }; };
    for (std::size_t i = 0; i < count && !ways.empty(); ++i) {
        if (std::all_of(ways.begin(), ways.end(), leaves_out(i)))
            known[sums->roles[i].first] = Counts::no;
        else if (std::none_of(ways.begin(), ways.end(), leaves_out(i)))
            known[sums->roles[i].first] = Counts::yes;
    }
    return known;
}

Counts counts_of(const CountsByRole& known, FolderRole role) {
    const auto found = known.find(role);
    return found == known.end() ? Counts::presumably : found->second;
}

std::string counts_text(const CountsByRole& counts) {
    std::string text;
    for (const auto& [role, verdict] : counts) {
        if (verdict != Counts::presumably)
            text += (text.empty() ? "" : " ") + std::string(to_string(role)) + '=' + std::string(to_string(verdict));
    }
    return text;
}

CountsByRole parse_counts_text(std::string_view text) {
    CountsByRole counts;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos)
            continue;
        const auto role = parse_folder_role(word.substr(0, equals));
        const auto verdict = parse_counts(word.substr(equals + 1));
        if (role && verdict)
            counts[*role] = *verdict;
    }
    return counts;
}

} // namespace mailquotad
