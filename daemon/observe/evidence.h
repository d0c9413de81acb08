// What failed probes left behind, kept for the webmaster, and how names are taken out of texts that servers wrote.
#pragma once

#include "core/status.h"

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::observe {

/// The last failed probes of each mailbox. Not thread-safe: it belongs to the loop.
class EvidenceLog {
public:
    static constexpr std::size_t kKept = 3;            ///< failed probes per mailbox
    static constexpr std::size_t kMaxLines = 200;      ///< of a wire log: its first and last hundred are kept
    static constexpr std::size_t kMaxLineBytes = 1000; ///< longer lines are cut

    /// Adds a failed probe of `mailbox` (any key, the same for all calls); the oldest of more than three is dropped.
    void add(const std::string& mailbox, Evidence evidence);

    /// The failed probes of a mailbox, newest first.
    [[nodiscard]] std::vector<Evidence> of(const std::string& mailbox) const;

    /// Drops what belongs to mailboxes that are not watched any more.
    void keep_only(const std::set<std::string>& mailboxes);

private:
    std::map<std::string, std::deque<Evidence>> failures_;
};

/// What must not be read on a page.
struct PrivateNames {
    std::vector<std::string> logins; ///< user names and authorisation identities
    std::vector<std::string> addresses;
    std::vector<std::string> folders; ///< UTF-8; INBOX is no secret and stays
};

/// `text` with logins as [login], addresses (also any other address) as [address], folder names as [folder]. Case does
/// not matter; folder names are found in UTF-8, in modified UTF-7 (RFC 3501 section 5.1.3) and with the escapes of an
/// IMAP quoted string.
std::string hide_names(std::string_view text, const PrivateNames& names);

/// `text` with everything that looks like a mail address as [address]: the last fence of every view.
std::string hide_addresses(std::string_view text);

/// A folder name as IMAP4rev1 servers write it: modified UTF-7 (RFC 3501 section 5.1.3). Invalid UTF-8 stays as it is.
std::string to_modified_utf7(std::string_view utf8);

} // namespace mailquotad::observe
