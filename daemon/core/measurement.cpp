#include "core/measurement.h"

#include "core/byte_size.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mailquotad {

namespace {

template <typename T, std::size_t N>
using Names = std::array<std::pair<T, std::string_view>, N>;

constexpr Names<FailureKind, 12> kFailureKinds{{{FailureKind::credential, "credential"},
                                                {FailureKind::dns, "dns"},
                                                {FailureKind::connect, "connect"},
                                                {FailureKind::tls, "tls"},
                                                {FailureKind::greeting, "greeting"},
                                                {FailureKind::login_refused, "login_refused"},
                                                {FailureKind::login_disabled, "login_disabled"},
                                                {FailureKind::throttled, "throttled"},
                                                {FailureKind::protocol, "protocol"},
                                                {FailureKind::timeout, "timeout"},
                                                {FailureKind::limit, "limit"},
                                                {FailureKind::internal, "internal"}}};

constexpr Names<LimitSource, 5> kLimitSources{{{LimitSource::server, "server"},
                                               {LimitSource::settings, "settings"},
                                               {LimitSource::none, "none"},
                                               {LimitSource::not_told, "not_told"},
                                               {LimitSource::unclear, "unclear"}}};

constexpr Names<FolderRole, 9> kFolderRoles{{{FolderRole::inbox, "inbox"},
                                             {FolderRole::sent, "sent"},
                                             {FolderRole::trash, "trash"},
                                             {FolderRole::junk, "junk"},
                                             {FolderRole::archive, "archive"},
                                             {FolderRole::drafts, "drafts"},
                                             {FolderRole::all, "all"},
                                             {FolderRole::flagged, "flagged"},
                                             {FolderRole::other, "other"}}};

template <typename T, std::size_t N>
std::string_view name_of(const Names<T, N>& names, T value) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.first == value; });
    return found == names.end() ? std::string_view() : found->second;
}

template <typename T, std::size_t N>
std::optional<T> value_of(const Names<T, N>& names, std::string_view text) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.second == text; });
    return found == names.end() ? std::nullopt : std::optional(found->first);
}

bool is_storage(const Resource& resource) {
    return resource.name == "STORAGE";
}
bool has_real_limit(const Resource& resource) {
    return resource.limit && *resource.limit > 0;
}
bool has_zero_limit(const Resource& resource) {
    return resource.limit && *resource.limit <= 0;
}

// What counts against the limit of the settings. One STORAGE root tells it; of several, one may be shared with other
// mailboxes, so the folders are asked first.
std::optional<std::int64_t> used_storage(const Snapshot& snapshot) {
    const auto folders = sum_of_folders(snapshot.folders);
    const auto roots = std::count_if(snapshot.quota.begin(), snapshot.quota.end(), is_storage);
    if (roots == 0 || (roots > 1 && folders))
        return folders;
    std::int64_t used = 0;
    for (const Resource& resource : snapshot.quota)
        if (is_storage(resource))
            used = std::max(used, resource.used);
    return used;
}

LimitSource source_of(const std::vector<Resource>& quota, bool told) {
    if (std::any_of(quota.begin(), quota.end(), has_real_limit))
        return LimitSource::server;
    if (std::any_of(quota.begin(), quota.end(), has_zero_limit))
        return LimitSource::unclear;
    return told ? LimitSource::none : LimitSource::not_told;
}

} // namespace

void classify_limit(Snapshot& snapshot, bool told, std::optional<std::int64_t> settings_limit_bytes) {
    snapshot.limit_source = source_of(snapshot.quota, told);
    const bool storage_limited = std::any_of(snapshot.quota.begin(), snapshot.quota.end(),
                                             [](const Resource& r) { return is_storage(r) && has_real_limit(r); });
    if (!settings_limit_bytes || storage_limited)
        return;
    if (snapshot.limit_source != LimitSource::server)
        snapshot.limit_source = LimitSource::settings;
    if (const auto used = used_storage(snapshot))
        snapshot.quota.push_back({"", "STORAGE", *used, *settings_limit_bytes, Unit::bytes});
}

std::optional<std::int64_t> sum_of_folders(const std::vector<Folder>& folders) {
    std::optional<std::int64_t> sum;
    for (const Folder& folder : folders) {
        // Both show messages that lie in other folders (RFC 6154 section 2).
        if (folder.role == FolderRole::all || folder.role == FolderRole::flagged)
            continue;
        if (!folder.size_bytes)
            return std::nullopt;
        sum = saturating_add(sum.value_or(0), *folder.size_bytes);
    }
    return sum;
}

std::string_view to_string(FailureKind kind) {
    return name_of(kFailureKinds, kind);
}
std::string_view to_string(LimitSource source) {
    return name_of(kLimitSources, source);
}
std::string_view to_string(FolderRole role) {
    return name_of(kFolderRoles, role);
}
std::string_view to_string(Unit unit) {
    return unit == Unit::bytes ? "bytes" : "count";
}

std::optional<FailureKind> parse_failure_kind(std::string_view text) {
    return value_of(kFailureKinds, text);
}
std::optional<LimitSource> parse_limit_source(std::string_view text) {
    return value_of(kLimitSources, text);
}
std::optional<FolderRole> parse_folder_role(std::string_view text) {
    return value_of(kFolderRoles, text);
}

} // namespace mailquotad
