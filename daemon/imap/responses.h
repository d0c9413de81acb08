// The data responses that a probe asks for, as typed values. What cannot be read is absent, never 0.
#pragma once

#include "core/measurement.h"
#include "core/time.h"
#include "imap/cursor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::imap {

/// `* LIST (attributes) delimiter name` (RFC 3501 section 7.2.2, RFC 5258, RFC 6154).
struct ListLine {
    std::string name;               ///< the server's own bytes
    std::string delimiter;          ///< one character; empty for NIL and ""
    bool selectable = true;         ///< neither \Noselect nor \NonExistent
    std::optional<FolderRole> role; ///< by attribute
};

/// Reads what follows the word LIST. A line that nobody can read becomes a selectable folder with the whole text as
/// its name, so that it is seen to be missing from the sums instead of being forgotten.
ListLine parse_list(Cursor body);

/// The items of a STATUS response (RFC 3501 section 7.2.4, RFC 8438, RFC 7162).
struct StatusItems {
    std::optional<std::int64_t> messages;
    std::optional<std::int64_t> size;
    std::optional<std::int64_t> uidvalidity;
    std::optional<std::int64_t> uidnext;
    std::optional<std::int64_t> highestmodseq;
};

struct StatusLine {
    std::string name;
    StatusItems items;
};

/// Reads what follows the word STATUS. Negative values are absent (SmarterMail: MailKit #385).
std::optional<StatusLine> parse_status(Cursor body);

/// One resource of a QUOTA line, numbers as sent.
struct QuotaTriplet {
    std::string name;
    std::optional<std::int64_t> used; ///< absent: not readable as a number
    std::optional<std::int64_t> limit;
};

struct QuotaLine {
    std::string root;
    std::vector<QuotaTriplet> triplets;
    bool unreadable = false; ///< a value or the list could not be read
};

/// Reads what follows the word QUOTA in all shapes that FACTS-imap section 4 names.
QuotaLine parse_quota(Cursor body);

/// Reads what follows the word QUOTAROOT: the roots, without the folder's name.
std::vector<std::string> parse_quotaroot(Cursor body);

struct NamespacePrefix {
    std::string prefix;
    std::string delimiter;
};

struct Namespaces {
    std::vector<NamespacePrefix> personal;
    std::vector<NamespacePrefix> foreign; ///< other users' and shared
};

/// Reads what follows the word NAMESPACE (RFC 2342); extensions are skipped.
std::optional<Namespaces> parse_namespace(Cursor body);

/// INTERNALDATE (RFC 3501 section 9, date-time).
struct ArrivalDate {
    Time at{};
    std::chrono::sys_days written_day{}; ///< the day as it is written, whatever its zone
};

/// Reads "17-Jul-1996 02:44:25 -0700"; the day may have one digit, with or without a space before it.
std::optional<ArrivalDate> parse_arrival_date(std::string_view text);

/// The numbers of a FETCH response; what it does not say is absent.
struct FetchLine {
    std::optional<std::int64_t> uid;
    std::optional<std::int64_t> size;
    std::optional<ArrivalDate> date;
    bool has_flags = false;
    bool is_flagged = false;
    bool is_deleted = false;
};

/// Reads what follows the word FETCH.
FetchLine parse_fetch(Cursor body);

} // namespace mailquotad::imap
