// Quota roots beside INBOX's: which folders must be asked (FACTS-imap 1.5: Cyrus nests roots).
#pragma once

#include "imap/folder_table.h"

#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

namespace mailquotad::imap {

/// Chooses folders to ask: one per top level below each personal prefix, then one per level below every folder that
/// showed a new root, until none does.
class RootDiscovery {
public:
    static constexpr std::size_t kMaxAsked = 500;

    /// `prefixes` are the personal ones; INBOX counts as asked, with a new root. Both must outlive this.
    RootDiscovery(const FolderTable& table, const std::vector<NamespacePrefix>& prefixes);

    /// Folders to ask next; empty at the end.
    std::vector<std::string> next();
    /// GETQUOTAROOT of this folder named a root that was not known before.
    void found_new_root_at(const std::string& raw);

private:
    const FolderTable& table_;
    std::unordered_set<std::string> asked_;
    std::vector<std::string> parents_; ///< prefixes, with their delimiter, whose children are to be asked
};

} // namespace mailquotad::imap
