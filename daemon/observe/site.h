// What the HTTP server answers, as a function from a request to a response: no socket, no thread of its own.
#pragma once

#include "core/status.h"
#include "observe/exposition.h"
#include "observe/http_server.h"
#include "os/clock.h"
#include "text/catalog.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mailquotad::observe {

struct HttpRequest {
    std::string method;
    std::string path;               ///< as sent, without the query; not decoded
    std::string query{};            ///< what follows "?"; not decoded
    std::vector<std::string> hosts; ///< every Host header
    std::string accept_language;
};

struct HttpResponse {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers; ///< without Content-Length, Date and Connection
    std::string body;
    std::shared_ptr<const Parts> parts{}; ///< sent before the body; null, or shared with other answers
};

/// The pages of one daemon. All functions are thread-safe.
class Site {
public:
    /// `clock` must outlive the site.
    Site(const HttpOptions& options, std::shared_ptr<const text::Catalog> catalog, const os::Clock& clock);

    void publish(StatusPointer status);
    void loop_is_alive();

    /// The answer to any request. Never throws: what goes wrong inside becomes a 500 and a line in the log.
    [[nodiscard]] HttpResponse answer(const HttpRequest& request) const noexcept;

    /// The answer to what the HTTP library refused to read: a plain one, with the same security headers.
    [[nodiscard]] static HttpResponse refuse(int status);

private:
    struct Published;
    struct Page;
    [[nodiscard]] std::shared_ptr<const Published> published() const;
    [[nodiscard]] HttpResponse route(const HttpRequest& request) const;
    [[nodiscard]] HttpResponse health() const;
    [[nodiscard]] HttpResponse page(const HttpRequest& request) const;
    [[nodiscard]] HttpResponse overview(const Page& page, const HttpRequest& request, const Status& status) const;
    [[nodiscard]] HttpResponse mailbox(const Page& page, const HttpRequest& request, const Status& status) const;
    [[nodiscard]] HttpResponse message(const Page& page, int status, const std::string& name) const;

    HttpOptions options_;
    std::shared_ptr<const text::Catalog> catalog_;
    const os::Clock& clock_;
    std::atomic<os::SteadyTime::rep> alive_at_;
    mutable std::mutex mutex_; ///< guards published_; not std::atomic<shared_ptr>, which GCC 12's TSan cannot read
    std::shared_ptr<const Published> published_;
};

} // namespace mailquotad::observe
