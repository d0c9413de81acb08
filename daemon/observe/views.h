// Views of a Status: metrics, pages and JSON. Pure functions from a value to text.
#pragma once

#include "core/status.h"
#include "text/catalog.h"

#include <string>

namespace mailquotad::observe {

/// The Prometheus text format 0.0.4 of CONTRACT.md's metrics, through prometheus-cpp's TextSerializer; process_* too.
std::string render_metrics(const Status& status);

/// The status page at "/": server-rendered, no script, no external resource.
std::string render_overview(const Status& status, const std::string& language, const text::Catalog& catalog);

/// The page of one mailbox; empty where there is none of this slug.
std::string render_mailbox(const Status& status, const std::string& slug, const std::string& language,
                           const text::Catalog& catalog);

/// /api/v1/status.
std::string render_status_json(const Status& status);

} // namespace mailquotad::observe
