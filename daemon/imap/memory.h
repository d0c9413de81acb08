// What a probe remembers for the next one of the same mailbox, and how it is written as text.
#pragma once

#include "core/time.h"
#include "imap/responses.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mailquotad::imap {

/// The size of a folder as it was added up, and what shows whether it still holds.
struct SizedFolder {
    std::int64_t uidvalidity = 0;
    std::int64_t uidnext = 0;       ///< 0: the server does not tell it
    std::int64_t messages = 0;      ///< that were counted
    std::int64_t highestmodseq = 0; ///< 0: the server does not tell it
    std::int64_t size = 0;
    std::int64_t next_uid = 0; ///< 0: complete; else where sizing goes on
    bool operator==(const SizedFolder&) const = default;
};

/// What a server turned out to refuse or to answer in vain; asked again after the next discovery.
enum class Refusal : unsigned {
    list_status = 1,     ///< LIST … RETURN: BAD, NO or empty (STRATO, ProtonMail Bridge)
    size = 2,            ///< the item SIZE
    highestmodseq = 4,   ///< the item HIGHESTMODSEQ
    uid_items = 8,       ///< the items UIDVALIDITY and UIDNEXT
    missing_status = 16, ///< folders without a STATUS line have none when asked one by one either
    name_space = 32,     ///< NAMESPACE: the connection was dropped over it (Exchange 2003)
};

struct Memory {
    std::optional<Time> discovered_at; ///< when capabilities, namespaces and roots were last looked for
    std::string capabilities;          ///< after login
    std::vector<NamespacePrefix> personal;
    std::vector<NamespacePrefix> foreign;
    std::vector<std::string> root_folders; ///< one folder per quota root, INBOX first; the server's bytes
    unsigned refusals = 0;
    bool follow_up = false;  ///< the last one-flight answer lacked something that can be asked for
    std::int64_t window = 0; ///< UIDs fetched at once; 0: the usual
    std::unordered_map<std::string, SizedFolder> sizes; ///< by folder_key

    [[nodiscard]] bool refuses(Refusal what) const { return (refusals & static_cast<unsigned>(what)) != 0; }
    void refuse(Refusal what) { refusals |= static_cast<unsigned>(what); }
    /// Whether capabilities, namespaces and roots are known and young enough.
    [[nodiscard]] bool is_fresh(Time now) const;
};

inline constexpr Seconds kDiscoverEvery{24 * 60 * 60};

/// A folder's key in Memory::sizes: a hash, so that no folder name is stored.
std::string folder_key(std::string_view raw_name);

/// The memory as lines of text. `owner` names server and login: memory of another one is not accepted.
std::string to_text(const Memory& memory, std::string_view owner);

/// Reads it back; an empty memory for any text that is not exactly what to_text writes, or is another owner's.
Memory memory_from_text(std::string_view text, std::string_view owner);

} // namespace mailquotad::imap
