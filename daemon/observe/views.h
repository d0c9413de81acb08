// Views of a Status: metrics, pages and JSON. Pure functions from a value to text.
#pragma once

#include "core/status.h"
#include "observe/exposition.h"
#include "observe/past.h"
#include "observe/selection.h"
#include "text/catalog.h"

#include <string>

namespace mailquotad::observe {

/// The Prometheus text format 0.0.4 of CONTRACT.md's metrics, through prometheus-cpp's TextSerializer; process_* too.
std::string render_metrics(const Status& status);

/// The part of render_metrics that comes from the status alone: the same text for the same status. Takes the memory of
/// the text and little more, however many mailboxes there are.
Parts render_status_metrics(const Status& status);

/// The part of render_metrics that is read from the kernel at every call: process_*.
std::string render_process_metrics();

/// What is asked of the overview, and what is known beside the status.
struct OverviewRequest {
    Selection selection;
    const RecentPast* recent = nullptr; ///< of the last kRecent days; null: cannot be read
};

/// The status page at "/": server-rendered, no script, no external resource but the stylesheet.
std::string render_overview(const Status& status, const OverviewRequest& request, const std::string& language,
                            const text::Catalog& catalog);

/// The same mailboxes as CSV (RFC 4180): all pages; numbers with a point, times in UTC, what is unknown empty.
std::string render_overview_csv(const Status& status, const Selection& selection);

/// The page of one mailbox; empty where there is none of this slug. `past` is null where it cannot be read.
std::string render_mailbox(const Status& status, const std::string& slug, const MailboxPast* past,
                           const std::string& language, const text::Catalog& catalog);

/// A page that says one thing: an error, or that the daemon has only just started. `title_key` and `text_key` are keys
/// of the catalog; `depth` is how many folders below "/" the page lies.
std::string render_message(const std::string& title_key, const std::string& text_key, const std::string& language,
                           const text::Catalog& catalog, int depth);

/// The stylesheet of the pages, the same for all languages.
const std::string& stylesheet();

/// /api/v1/status: the members of `check --format json`, without addresses and folder names, and what only the daemon
/// knows (when, forecast, last notice).
std::string render_status_json(const Status& status);

} // namespace mailquotad::observe
