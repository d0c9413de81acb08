#include "observe/site.h"

#include "observe/http_rules.h"
#include "observe/overview_news.h"
#include "observe/views.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace mailquotad::observe {
namespace {

constexpr std::chrono::minutes kLoopSilence{2};
constexpr std::string_view kMailboxPath = "/mailbox/";
constexpr std::string_view kCsvEnding = ".csv";
constexpr std::array kExactPaths = {"/",          "/metrics",      "/healthz", "/readyz", "/api/v1/status",
                                    "/style.css", "/mailboxes.csv"};

constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kCsv = "text/csv; charset=utf-8; header=present";
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=utf-8";

HttpResponse respond(int status, const char* type, std::string body) {
    return {.status = status,
            .headers = {{"Content-Type", type},
                        {"Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; "
                                                    "form-action 'self'; frame-ancestors 'none'"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"X-Frame-Options", "DENY"},
                        {"Referrer-Policy", "no-referrer"},
                        {"Cross-Origin-Opener-Policy", "same-origin"},
                        {"Cross-Origin-Resource-Policy", "same-origin"},
                        {"Cache-Control", "no-store"}},
            .body = std::move(body)};
}

/// A file to be saved.
HttpResponse csv_file(const std::string& name, std::string body) {
    HttpResponse response = respond(200, kCsv, std::move(body));
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + "\"");
    return response;
}

/// What a PastReader's function gives; nothing where it is missing, or the past cannot be read now.
template <typename Read, typename... Arguments>
auto read_past(const Read& read, const Arguments&... arguments) -> std::optional<decltype(read(arguments...))> {
    try {
        return read ? std::optional(read(arguments...)) : std::nullopt;
    } catch (const std::runtime_error& error) {
        spdlog::warn("HTTP: the past cannot be read: {}", error.what());
        return std::nullopt;
    }
}

bool exists(const std::string& path) {
    return std::find(kExactPaths.begin(), kExactPaths.end(), path) != kExactPaths.end() ||
           path.starts_with(kMailboxPath);
}

} // namespace

/// A status and what was rendered from it.
struct Site::Published {
    StatusPointer status;
    mutable std::once_flag once;
    mutable std::shared_ptr<const Parts> rendered;

    std::shared_ptr<const Parts> metrics() const {
        std::call_once(once, [this] { rendered = std::make_shared<const Parts>(render_status_metrics(*status)); });
        return rendered;
    }
};

/// What a page needs to know of its request.
struct Site::Page {
    std::string language;
    int depth = 0;

    Page(const HttpRequest& request, const Site& site)
        : language(choose_language(request.accept_language, site.catalog_->languages(), site.options_.language)),
          depth(static_cast<int>(std::count(request.path.begin(), request.path.end(), '/')) - 1) {}
};

Site::Site(const HttpOptions& options, std::shared_ptr<const text::Catalog> catalog, const os::Clock& clock)
    : options_(options), catalog_(std::move(catalog)), clock_(clock),
      alive_at_(clock.steady().time_since_epoch().count()) {
    options_.hosts.push_back(options_.address);
}

void Site::publish(StatusPointer status) {
    auto next = std::make_shared<Published>();
    next->status = std::move(status);
    // The old one may be large: it is freed outside of the lock.
    std::shared_ptr<const Published> last = std::move(next);
    const std::lock_guard lock(mutex_);
    published_.swap(last);
}

void Site::loop_is_alive() {
    alive_at_ = clock_.steady().time_since_epoch().count();
}

std::shared_ptr<const Site::Published> Site::published() const {
    const std::lock_guard lock(mutex_);
    return published_;
}

HttpResponse Site::answer(const HttpRequest& request) const noexcept {
    try {
        return route(request);
    } catch (const std::exception& error) {
        try {
            spdlog::error("HTTP: cannot answer {}: {}", request.path, error.what());
            return refuse(500);
        } catch (const std::exception&) {
            return {.status = 500, .headers = {}, .body = {}};
        }
    }
}

HttpResponse Site::refuse(int status) {
    return respond(status, kPlain, std::to_string(status) + ": this request cannot be answered.\n");
}

HttpResponse Site::route(const HttpRequest& request) const {
    if (request.hosts.size() != 1) {
        return respond(400, kPlain, "A request needs one Host header.\n");
    }
    if (!is_own_host(request.hosts.front(), options_.hosts)) {
        return respond(421, kPlain,
                       "This server answers to IP addresses, to localhost and to the names in its settings only, so "
                       "that no foreign page can read it through a name of its own (DNS rebinding).\n");
    }
    if (request.method != "GET" && request.method != "HEAD" && exists(request.path)) {
        HttpResponse response = respond(405, kPlain, "Only GET and HEAD.\n");
        response.headers.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    if (request.path == "/healthz") {
        return health();
    }
    if (request.path == "/style.css") {
        return respond(200, "text/css; charset=utf-8", stylesheet());
    }
    const auto current = published();
    if (request.path == "/readyz") {
        const bool ready = current && current->status->first_round_done;
        return ready ? respond(200, kPlain, "ready\n") : respond(503, kPlain, "The first round is not done yet.\n");
    }
    if (request.path == "/metrics" || request.path == "/api/v1/status") {
        if (!current) {
            return respond(503, kPlain, "There is no status yet.\n");
        }
        if (request.path == "/api/v1/status") {
            return respond(200, "application/json; charset=utf-8", render_status_json(*current->status));
        }
        HttpResponse response = respond(200, kMetrics, render_process_metrics());
        response.parts = current->metrics();
        return response;
    }
    return page(request);
}

HttpResponse Site::health() const {
    const os::SteadyTime alive_at{os::SteadyTime::duration{alive_at_.load()}};
    const auto silence = std::chrono::floor<Seconds>(clock_.steady() - alive_at);
    return silence <= kLoopSilence
               ? respond(200, kPlain, "ok\n")
               : respond(503, kPlain, "The loop has been silent for " + std::to_string(silence.count()) + " s.\n");
}

HttpResponse Site::page(const HttpRequest& request) const {
    const Page page(request, *this);
    const bool overview_asked = request.path == "/" || request.path == "/mailboxes.csv";
    if (!overview_asked && !request.path.starts_with(kMailboxPath)) {
        return message(page, 404, "not_found");
    }
    const auto current = published();
    if (!current) {
        return message(page, 503, "starting");
    }
    HttpResponse response =
        overview_asked ? overview(page, request, *current->status) : mailbox(page, request, *current->status);
    response.headers.emplace_back("Vary", "Accept-Language");
    return response;
}

HttpResponse Site::overview(const Page& page, const HttpRequest& request, const Status& status) const {
    const auto selection = parse_selection(request.query);
    if (!selection) {
        return message(page, 400, "query");
    }
    if (request.path != "/") {
        return csv_file("mailboxes.csv", render_overview_csv(status, *selection));
    }
    std::optional<RecentPast> recent;
    if (*selection == Selection{}) {
        recent = read_past(options_.past.recent, status.at - kRecent);
    }
    return respond(200, kHtml,
                   render_overview(status, {.selection = *selection, .recent = recent ? &*recent : nullptr},
                                   page.language, *catalog_));
}

HttpResponse Site::mailbox(const Page& page, const HttpRequest& request, const Status& status) const {
    std::string name = request.path.substr(kMailboxPath.size());
    const bool as_csv = name.ends_with(kCsvEnding);
    if (as_csv) {
        name.resize(name.size() - kCsvEnding.size());
    }
    const auto slug = from_path_segment(name);
    const bool exists = slug && std::any_of(status.mailboxes.begin(), status.mailboxes.end(),
                                            [&](const MailboxStatus& mailbox) { return mailbox.slug == *slug; });
    if (!exists) {
        return message(page, 404, "not_found");
    }
    if (!request.query.empty()) {
        return message(page, 400, "query");
    }
    if (as_csv) {
        auto csv = read_past(options_.past.csv, *slug);
        return csv ? csv_file(to_path_segment(*slug) + ".csv", std::move(*csv)) : message(page, 503, "past");
    }
    const auto past = read_past(options_.past.mailbox, *slug, status.at);
    return respond(200, kHtml, render_mailbox(status, *slug, past ? &*past : nullptr, page.language, *catalog_));
}

HttpResponse Site::message(const Page& page, int status, const std::string& name) const {
    return respond(status, kHtml,
                   render_message("error." + name + "_title", "error." + name, page.language, *catalog_, page.depth));
}

} // namespace mailquotad::observe
