// Which mailboxes the overview shows, and in what order: the query of its address.
#pragma once

#include "core/status.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::observe {

/// What the table can be sorted by. Each has the order that a webmaster wants first.
enum class SortKey {
    full,    ///< the first to be full, then the fullest
    state,   ///< the worst first
    level,   ///< the fullest first
    growth,  ///< the fastest first
    check,   ///< the longest without a measurement first
    notice,  ///< the last mail first
    mailbox, ///< by slug
};

struct SortWord {
    SortKey key;
    std::string_view word; ///< in addresses, and the last part of the keys of its words
    bool rises;            ///< whether its first order is ascending, for aria-sort
};

inline constexpr std::array<SortWord, 7> kSortWords{{{SortKey::full, "full", true},
                                                     {SortKey::state, "state", false},
                                                     {SortKey::level, "level", false},
                                                     {SortKey::growth, "growth", false},
                                                     {SortKey::check, "check", true},
                                                     {SortKey::notice, "notice", false},
                                                     {SortKey::mailbox, "mailbox", true}}};

/// The states that the overview can be narrowed to (see state_of), in the order in which they are listed.
inline constexpr std::array kStates = {"full",    "urgent",  "warning", "unreachable",
                                       "unknown", "waiting", "notice",  "ok"};

/// A page of the overview has at most so many mailboxes.
inline constexpr std::size_t kPerPage = 500;

struct Selection {
    std::string state;  ///< one of kStates, or "" for all
    std::string server; ///< key in the settings, or "" for all
    std::string text;   ///< part of the slug, in lower case, or ""
    SortKey sort = SortKey::full;
    bool reversed = false;
    std::size_t page = 1;

    [[nodiscard]] bool filters() const { return !state.empty() || !server.empty() || !text.empty(); }
    bool operator==(const Selection&) const = default;
};

/// Reads `state`, `server`, `q`, `sort`, `order=reverse` and `page`. Nothing for a query that is not understood to the
/// letter: also an unknown name, since a misspelt filter that is overlooked would show what nobody asked for.
std::optional<Selection> parse_selection(std::string_view query);

/// The query of a selection, "" for the first view; what is as usual is left out. Not escaped for HTML.
std::string to_query(const Selection& selection);

/// The mailboxes of all pages of a selection in its order. Points into `status`.
std::vector<const MailboxStatus*> selected(const Status& status, const Selection& selection);

/// Days until a mailbox is full as the first order counts them: 0 where it is full, or nearly so without a forecast;
/// infinite where there is no day.
double days_to_full(const MailboxStatus& mailbox, Time at);

} // namespace mailquotad::observe
