// What one look at a mailbox yields: quota, folders, cost, or a failure. Plain values.
#pragma once

#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mailquotad {

/// Where the limit of a mailbox comes from; three of them are different kinds of "nothing".
enum class LimitSource {
    server,   ///< the server told it
    settings, ///< `limit` in the settings, where the server tells none
    none,     ///< known: there is no limit
    not_told, ///< the server would not tell
    unclear,  ///< a limit of 0, which some servers mean as "none" and others as "nothing allowed"
};

enum class Unit { bytes, count };

/// One resource of one quota root (RFC 9208 section 5). Numbers saturate at 2^63-1.
struct Resource {
    std::string root; ///< as the server named it, exact UTF-8 or bytes; "" for a limit from the settings
    std::string name; ///< upper case: STORAGE, MESSAGE, MAILBOX, ANNOTATION-STORAGE, …
    std::int64_t used = 0;
    std::optional<std::int64_t> limit; ///< nothing: no limit for this resource
    Unit unit = Unit::count;           ///< bytes for STORAGE and ANNOTATION-STORAGE, already × 1024
    bool operator==(const Resource&) const = default;
};

/// RFC 6154 roles, and "inbox" and "other".
enum class FolderRole { inbox, sent, trash, junk, archive, drafts, all, flagged, other };

/// One folder that holds messages. Nothing is not zero: what nobody told is absent.
struct Folder {
    std::string name; ///< UTF-8, exact; never shown over HTTP
    FolderRole role = FolderRole::other;
    std::optional<std::int64_t> messages;
    std::optional<std::int64_t> size_bytes;
    bool operator==(const Folder&) const = default;
};

/// What a probe cost, counted by the transport.
struct ProbeCost {
    int round_trips = 0; ///< TCP, TLS and every write that an answer was awaited for
    int commands = 0;
    std::int64_t bytes_sent = 0; ///< inside TLS, without its framing
    std::int64_t bytes_received = 0;
    double seconds = 0;
    bool operator==(const ProbeCost&) const = default;
};

/// A successful look at a mailbox.
struct Snapshot {
    Time measured_at{};
    LimitSource limit_source = LimitSource::not_told;
    std::vector<Resource> quota;
    std::vector<Folder> folders;
};

/// The closed set of ways in which a probe can fail; a metric label and a wording each.
enum class FailureKind {
    credential,
    dns,
    connect,
    tls,
    greeting,
    login_refused,
    login_disabled,
    throttled,
    protocol,
    timeout,
    limit,
    internal,
};

struct ProbeFailure {
    FailureKind kind = FailureKind::internal;
    std::string detail; ///< one line; may hold text from the server, so escape it wherever it is shown
    bool operator==(const ProbeFailure&) const = default;
};

/// A finished probe: the outcome, what it cost, and what to remember for the next one.
struct ProbeReport {
    std::variant<Snapshot, ProbeFailure> outcome = ProbeFailure{};
    ProbeCost cost;
    std::string memory;                ///< opaque; to be given to the next probe of this mailbox
    std::optional<Seconds> not_before; ///< the server wants no login earlier than this long after the last one
    std::vector<std::string> wire_log; ///< only after a failure; secrets already blanked

    [[nodiscard]] const Snapshot* snapshot() const { return std::get_if<Snapshot>(&outcome); }
    [[nodiscard]] const ProbeFailure* failure() const { return std::get_if<ProbeFailure>(&outcome); }
};

/// Sets limit_source from the resources, and adds the limit of the settings where the server tells none
/// (root "", used = what the server says, else the sum of the folders that count; left out where that is unknown).
/// `told` is whether the server answered the question for its quota at all.
void classify_limit(Snapshot& snapshot, bool told, std::optional<std::int64_t> settings_limit_bytes);

/// Sum of the sizes of all folders but \All and \Flagged; nothing where one of them is unknown or there
/// are none (a mailbox has an INBOX, so no folder means that nobody told).
std::optional<std::int64_t> sum_of_folders(const std::vector<Folder>& folders);

/// The names of CONTRACT.md: "login_refused", "not_told", "inbox", "bytes".
std::string_view to_string(FailureKind kind);
std::string_view to_string(LimitSource source);
std::string_view to_string(FolderRole role);
std::string_view to_string(Unit unit);
std::optional<FailureKind> parse_failure_kind(std::string_view text);
std::optional<LimitSource> parse_limit_source(std::string_view text);
std::optional<FolderRole> parse_folder_role(std::string_view text);

inline constexpr FailureKind kAllFailureKinds[] = {
    FailureKind::credential, FailureKind::dns,           FailureKind::connect,        FailureKind::tls,
    FailureKind::greeting,   FailureKind::login_refused, FailureKind::login_disabled, FailureKind::throttled,
    FailureKind::protocol,   FailureKind::timeout,       FailureKind::limit,          FailureKind::internal};
inline constexpr FolderRole kAllFolderRoles[] = {FolderRole::inbox, FolderRole::sent,    FolderRole::trash,
                                                 FolderRole::junk,  FolderRole::archive, FolderRole::drafts,
                                                 FolderRole::all,   FolderRole::flagged, FolderRole::other};

} // namespace mailquotad
