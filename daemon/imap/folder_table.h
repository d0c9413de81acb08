// The folders of a mailbox while a probe collects what is known about them.
#pragma once

#include "imap/budget.h"
#include "imap/responses.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mailquotad::imap {

struct FolderEntry {
    std::string raw; ///< the server's bytes; the key
    std::string delimiter;
    std::optional<FolderRole> role; ///< by attribute
    StatusItems status;
    std::optional<std::int64_t> size; ///< by STATUS or added up
};

/// Folders that can hold messages, in the order of the server, each once.
class FolderTable {
public:
    explicit FolderTable(Budget& budget) : budget_(budget) {}

    /// Takes a LIST line. False for one that adds nothing: a folder that holds no messages, or one that is known.
    /// Throws NetError limit.
    bool add(ListLine line);
    /// Takes a STATUS line; what it does not say leaves what is known. False for a folder that is not listed.
    bool apply(const StatusLine& line);
    /// Leaves out what lies in other users' and shared namespaces. The longest prefix decides; INBOX is personal.
    void keep_personal(const std::vector<NamespacePrefix>& personal, const std::vector<NamespacePrefix>& foreign);

    [[nodiscard]] std::vector<FolderEntry>& entries() { return entries_; }
    [[nodiscard]] const std::vector<FolderEntry>& entries() const { return entries_; }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    /// Whether any LIST line came, also of folders that were left out.
    [[nodiscard]] bool heard_of_any() const { return heard_; }

    /// As the snapshot shows them: UTF-8 names, roles by attribute, else by name.
    [[nodiscard]] std::vector<Folder> folders(const std::vector<NamespacePrefix>& personal, bool utf8_only) const;

private:
    Budget& budget_;
    std::vector<FolderEntry> entries_;
    std::unordered_map<std::string, std::size_t> index_;
    bool heard_ = false;
};

/// Whether `raw` lies below `prefix`; the letters of a leading INBOX match in any case (RFC 3501 section 5.1).
bool is_below(std::string_view raw, std::string_view prefix);

} // namespace mailquotad::imap
