#include "imap/root_discovery.h"

#include "core/ascii.h"
#include "imap/command.h"

#include <algorithm>

namespace mailquotad::imap {

RootDiscovery::RootDiscovery(const FolderTable& table, const std::vector<NamespacePrefix>& prefixes) : table_(table) {
    for (const auto& [prefix, delimiter] : prefixes) {
        parents_.push_back(prefix);
    }
    for (const FolderEntry& entry : table.entries()) {
        if (equals_ignoring_case(entry.raw, "INBOX")) {
            asked_.insert(entry.raw);
            found_new_root_at(entry.raw);
            break;
        }
    }
}

void RootDiscovery::found_new_root_at(const std::string& raw) {
    const auto& entries = table_.entries();
    const auto entry =
        std::find_if(entries.begin(), entries.end(), [&](const FolderEntry& each) { return each.raw == raw; });
    if (entry != entries.end() && !entry->delimiter.empty()) {
        parents_.push_back(raw + entry->delimiter);
    }
}

std::vector<std::string> RootDiscovery::next() {
    std::vector<std::string> result;
    for (const std::string& parent : parents_) {
        std::unordered_set<std::string> seen;
        for (const FolderEntry& entry : table_.entries()) {
            if (entry.raw.size() <= parent.size() || !is_below(entry.raw, parent)) {
                continue;
            }
            const std::size_t end =
                entry.delimiter.empty() ? std::string::npos : entry.raw.find(entry.delimiter, parent.size());
            const bool is_asked = asked_.contains(entry.raw) || asked_.size() >= kMaxAsked;
            if (seen.insert(entry.raw.substr(0, end)).second && !is_asked && Command::can_be_sent(entry.raw)) {
                asked_.insert(entry.raw);
                result.push_back(entry.raw);
            }
        }
    }
    parents_.clear();
    return result;
}

} // namespace mailquotad::imap
