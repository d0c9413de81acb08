#include "observe/site.h"

#include "observe/http_rules.h"
#include "observe/views.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace mailquotad::observe {
namespace {

constexpr std::chrono::minutes kLoopSilence{2};
constexpr std::string_view kMailboxPath = "/mailbox/";
constexpr std::array kExactPaths = {"/", "/metrics", "/healthz", "/readyz", "/api/v1/status", "/style.css"};

constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=utf-8";

HttpResponse respond(int status, const char* type, std::string body) {
    return {.status = status,
            .headers = {{"Content-Type", type},
                        {"Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; "
                                                    "form-action 'none'; frame-ancestors 'none'"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"X-Frame-Options", "DENY"},
                        {"Referrer-Policy", "no-referrer"},
                        {"Cross-Origin-Opener-Policy", "same-origin"},
                        {"Cross-Origin-Resource-Policy", "same-origin"},
                        {"Cache-Control", "no-store"}},
            .body = std::move(body)};
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
    return html(request);
}

HttpResponse Site::health() const {
    const os::SteadyTime alive_at{os::SteadyTime::duration{alive_at_.load()}};
    const auto silence = std::chrono::floor<Seconds>(clock_.steady() - alive_at);
    return silence <= kLoopSilence
               ? respond(200, kPlain, "ok\n")
               : respond(503, kPlain, "The loop has been silent for " + std::to_string(silence.count()) + " s.\n");
}

HttpResponse Site::html(const HttpRequest& request) const {
    const Page page(request, *this);
    const bool overview = request.path == "/";
    if (!overview && !request.path.starts_with(kMailboxPath)) {
        return message(page, 404, "not_found");
    }
    const auto current = published();
    if (!current) {
        return message(page, 503, "starting");
    }
    HttpResponse response = respond(200, kHtml, "");
    if (overview) {
        response.body = render_overview(*current->status, page.language, *catalog_);
    } else if (const auto slug = from_path_segment(request.path.substr(kMailboxPath.size()))) {
        response.body = render_mailbox(*current->status, *slug, page.language, *catalog_);
    }
    if (response.body.empty()) {
        return message(page, 404, "not_found");
    }
    response.headers.emplace_back("Vary", "Accept-Language");
    return response;
}

HttpResponse Site::message(const Page& page, int status, const std::string& name) const {
    return respond(status, kHtml,
                   render_message("error." + name + "_title", "error." + name, page.language, *catalog_, page.depth));
}

} // namespace mailquotad::observe
