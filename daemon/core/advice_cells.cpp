#include "core/advice_cells.h"

#include "core/byte_size.h"

#include <algorithm>
#include <tuple>

namespace mailquotad {

namespace {

/// Sizes per role as measured last; a role with a folder of unknown size is missing.
std::map<FolderRole, Bin> measured_roles(const Snapshot& snapshot) {
    std::map<FolderRole, Bin> roles;
    std::vector<FolderRole> unknown;
    for (const Folder& folder : snapshot.folders) {
        if (folder.size_bytes)
            roles[folder.role].add({.messages = folder.messages.value_or(0), .size_bytes = *folder.size_bytes});
        else
            unknown.push_back(folder.role);
    }
    for (const FolderRole role : unknown)
        roles.erase(role);
    return roles;
}

bool is_surveyed(const AdviceFacts& facts, FolderRole role) {
    return facts.survey != nullptr && survey_fits(*facts.survey, facts.snapshot, role);
}

bool is_disposable(FolderRole role) {
    return role == FolderRole::trash || role == FolderRole::junk;
}

/// Messages of one folder, month, size class and mark, before it is said what advice takes them.
struct Group {
    FolderRole role = FolderRole::other;
    Month month;
    int size_class = 0;
    Mark mark = Mark::plain;
    bool among_largest = false;
    bool moved_date = false;
    auto operator<=>(const Group&) const = default;
};

KindSet kinds_of(const Group& group) {
    KindSet kinds = group.role == FolderRole::inbox ? set_of(AdviceKind::fetch_by_pop3) : 0;
    if (group.mark == Mark::deleted)
        return kinds | set_of(AdviceKind::purge_deleted);
    if (group.among_largest)
        kinds |= set_of(AdviceKind::delete_largest);
    if (group.mark == Mark::duplicate)
        kinds |= set_of(AdviceKind::duplicates);
    if (group.mark == Mark::flagged)
        return kinds;
    if (group.role == FolderRole::sent && group.size_class >= size_class_of(kLargeBytes))
        kinds |= set_of(AdviceKind::sent_attachments);
    if (group.role == FolderRole::drafts && group.size_class >= size_class_of(kLargeDraftBytes))
        kinds |= set_of(AdviceKind::drafts);
    return kinds;
}

Cell cell_of(const Group& group, const Bin& bin) {
    const bool keeps_date = group.mark == Mark::plain || group.mark == Mark::duplicate;
    return {.month = group.month,
            .bin = bin,
            .kinds = kinds_of(group),
            .archive = keeps_date && group.role != FolderRole::drafts,
            .large = group.size_class >= size_class_of(kLargeBytes),
            .moved_date = group.moved_date};
}

using Groups = std::map<Group, Bin>;

/// The largest messages become groups of their own, taken out of the bins that hold them.
void take_out_largest(const Survey& survey, const std::map<std::string, bool>& used, Groups& groups) {
    for (const LargeMessage& message : survey.largest) {
        const auto moved = used.find(message.folder_key);
        if (moved == used.end() || message.size_bytes < kLargeBytes || message.mark == Mark::deleted)
            continue;
        Group group{.role = message.role,
                    .month = message.month,
                    .size_class = size_class_of(message.size_bytes),
                    .mark = message.mark,
                    .moved_date = moved->second};
        const auto found = groups.find(group);
        if (found == groups.end() || found->second.messages < 1 || found->second.size_bytes < message.size_bytes)
            continue; // the list is older than the folder
        found->second.messages -= 1;
        found->second.size_bytes -= message.size_bytes;
        group.among_largest = true;
        groups[group].add({.messages = 1, .size_bytes = message.size_bytes});
    }
}

Groups surveyed_groups(const AdviceFacts& facts) {
    Groups groups;
    std::map<std::string, bool> used; // by folder key: was it moved at once?
    for (const FolderSurvey& folder : facts.survey->folders) {
        if (is_disposable(folder.role) || counts_of(facts.counts, folder.role) == Counts::no ||
            !is_surveyed(facts, folder.role))
            continue;
        const bool moved = folder.was_moved_at_once();
        used[folder.key] = moved;
        for (const auto& [key, bin] : folder.bins) {
            const bool is_that_month = moved && key.month == month_of(folder.busiest_day.day);
            groups[{.role = folder.role,
                    .month = key.month,
                    .size_class = key.size_class,
                    .mark = key.mark,
                    .moved_date = is_that_month}]
                .add(bin);
        }
    }
    take_out_largest(*facts.survey, used, groups);
    return groups;
}

} // namespace

bool survey_fits(const Survey& survey, const Snapshot& snapshot, FolderRole role) {
    const auto measured = measured_roles(snapshot);
    const auto found = measured.find(role);
    if (found == measured.end())
        return true; // nobody told: the survey is all there is
    std::int64_t surveyed = 0;
    for (const FolderSurvey& folder : survey.folders) {
        if (folder.role == role)
            surveyed = saturating_add(surveyed, folder.total().size_bytes);
    }
    return found->second.size_bytes >= surveyed - surveyed / 50;
}

std::vector<Cell> cells_of(const AdviceFacts& facts) {
    std::vector<Cell> cells;
    if (facts.survey != nullptr) {
        for (const auto& [group, bin] : surveyed_groups(facts)) {
            if (bin.messages > 0)
                cells.push_back(cell_of(group, bin));
        }
    }
    for (const auto& [role, bin] : measured_roles(facts.snapshot)) {
        if (counts_of(facts.counts, role) == Counts::no)
            continue;
        if (role == FolderRole::trash)
            cells.push_back({.month = {}, .bin = bin, .kinds = set_of(AdviceKind::empty_trash)});
        else if (role == FolderRole::junk)
            cells.push_back({.month = {}, .bin = bin, .kinds = set_of(AdviceKind::empty_junk)});
        else if (role == FolderRole::inbox && !is_surveyed(facts, role))
            cells.push_back({.month = {}, .bin = bin, .kinds = set_of(AdviceKind::fetch_by_pop3)});
        else if (role == FolderRole::drafts && !is_surveyed(facts, role))
            cells.push_back({.month = {}, .bin = bin, .kinds = set_of(AdviceKind::drafts)});
    }
    std::stable_sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return a.month < b.month; });
    return cells;
}

} // namespace mailquotad
