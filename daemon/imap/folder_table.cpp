#include "imap/folder_table.h"

#include "core/ascii.h"
#include "imap/folder_names.h"
#include "imap/roles.h"

#include <algorithm>
#include <array>

namespace mailquotad::imap {

namespace {

std::string key_of(std::string_view raw) {
    return equals_ignoring_case(raw, "INBOX") ? std::string("INBOX") : std::string(raw);
}

/// The length of the longest prefix that `raw` lies below, or is without its delimiter; nothing where there is none.
std::optional<std::size_t> longest(std::string_view raw, const std::vector<NamespacePrefix>& prefixes) {
    std::optional<std::size_t> best;
    for (const auto& [prefix, delimiter] : prefixes) {
        const bool is_root = !delimiter.empty() && prefix.ends_with(delimiter) &&
                             raw == std::string_view(prefix).substr(0, prefix.size() - delimiter.size());
        if (is_root || is_below(raw, prefix)) {
            best = std::max(best.value_or(0), prefix.size());
        }
    }
    return best;
}

/// The name below its namespace: "INBOX.Sent" and "[Gmail]/Sent Mail" are what others call "Sent".
std::string_view without_prefix(const FolderEntry& entry, const std::vector<NamespacePrefix>& personal) {
    std::string_view name = entry.raw;
    std::size_t cut = longest(name, personal).value_or(0);
    for (const std::string_view parent : {"INBOX", "[Gmail]", "[Google Mail]"}) {
        const std::string prefix = std::string(parent) + entry.delimiter;
        if (!entry.delimiter.empty() && name.size() > prefix.size() && starts_with_ignoring_case(name, prefix)) {
            cut = std::max(cut, prefix.size());
        }
    }
    return cut < name.size() ? name.substr(cut) : name;
}

} // namespace

bool is_below(std::string_view raw, std::string_view prefix) {
    constexpr std::size_t kInbox = 5;
    if (starts_with_ignoring_case(prefix, "INBOX") && starts_with_ignoring_case(raw, "INBOX")) {
        return raw.substr(kInbox).starts_with(prefix.substr(kInbox));
    }
    return raw.starts_with(prefix);
}

bool FolderTable::add(ListLine line) {
    heard_ = true;
    std::string key = key_of(line.name);
    if (!line.selectable || index_.contains(key)) {
        return false;
    }
    constexpr std::size_t kMapNode = 64;
    budget_.charge(sizeof(FolderEntry) + kMapNode + 2 * line.name.size() + line.delimiter.size());
    index_.emplace(std::move(key), entries_.size());
    entries_.push_back({.raw = std::move(line.name),
                        .delimiter = std::move(line.delimiter),
                        .role = line.role,
                        .status = {},
                        .size = {}});
    return true;
}

bool FolderTable::apply(const StatusLine& line) {
    const auto found = index_.find(key_of(line.name));
    if (found == index_.end()) {
        return false;
    }
    FolderEntry& entry = entries_[found->second];
    const auto take = [](std::optional<std::int64_t>& known, const std::optional<std::int64_t>& told) {
        known = told ? told : known;
    };
    take(entry.status.messages, line.items.messages);
    take(entry.status.uidvalidity, line.items.uidvalidity);
    take(entry.status.uidnext, line.items.uidnext);
    take(entry.status.highestmodseq, line.items.highestmodseq);
    take(entry.size, line.items.size);
    return true;
}

void FolderTable::keep_personal(const std::vector<NamespacePrefix>& personal,
                                const std::vector<NamespacePrefix>& foreign) {
    std::erase_if(entries_, [&](const FolderEntry& entry) {
        const auto theirs = longest(entry.raw, foreign);
        const auto ours = longest(entry.raw, personal);
        return theirs && (!ours || *theirs > *ours) && !equals_ignoring_case(entry.raw, "INBOX");
    });
    index_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        index_.emplace(key_of(entries_[i].raw), i);
    }
}

std::vector<Folder> FolderTable::folders(const std::vector<NamespacePrefix>& personal, bool utf8_only) const {
    std::array<bool, std::size(kAllFolderRoles)> assigned{};
    for (const FolderEntry& entry : entries_) {
        if (entry.role) {
            assigned[static_cast<std::size_t>(*entry.role)] = true;
        }
    }
    std::vector<Folder> result;
    result.reserve(entries_.size());
    for (const FolderEntry& entry : entries_) {
        Folder folder{.name = decode_folder_name(entry.raw, utf8_only),
                      .role = entry.role.value_or(FolderRole::other),
                      .messages = entry.status.messages,
                      .size_bytes = entry.size};
        if (equals_ignoring_case(entry.raw, "INBOX")) {
            folder.role = FolderRole::inbox;
        } else if (!entry.role) {
            const auto role = role_by_name(decode_folder_name(without_prefix(entry, personal), utf8_only));
            const bool is_free = role != FolderRole::inbox && !assigned[static_cast<std::size_t>(role)];
            folder.role = is_free ? role : FolderRole::other;
        }
        result.push_back(std::move(folder));
    }
    return result;
}

} // namespace mailquotad::imap
