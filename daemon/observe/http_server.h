// The one HTTP server (civetweb): exact paths, GET and HEAD only, security headers, Host checked.
#pragma once

#include "core/status.h"
#include "observe/past.h"
#include "os/clock.h"
#include "text/catalog.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mailquotad::observe {

struct HttpOptions {
    std::string address;              ///< an IPv4 address, "localhost" for 127.0.0.1, or IPv6 (see can_ipv6)
    std::uint16_t port = 0;           ///< 0: a free one
    std::string language;             ///< when Accept-Language names none that is there
    std::vector<std::string> hosts{}; ///< names under which a reverse proxy or a scraper asks, beside IP addresses
    std::chrono::milliseconds request_timeout{5000}; ///< for a request to arrive, and for each write of its answer
    const os::Clock* clock = nullptr;                ///< null: the system's; must outlive the server
    PastReader past{};                               ///< functions may be missing: the pages then say so
};

/// Serves the last published Status from civetweb's own threads.
class HttpServer {
public:
    /// Starts listening. Throws std::runtime_error that names address and port.
    HttpServer(const HttpOptions& options, std::shared_ptr<const text::Catalog> catalog);
    /// Stops listening; waits for requests that are being answered, at most a few seconds.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Makes `status` what is served from now on. Thread-safe; /metrics is rendered at most once per status (but for
    /// process_*, which is read at every request).
    void publish(StatusPointer status);
    /// /healthz answers 503 when the loop has not called this for two minutes.
    void loop_is_alive();
    [[nodiscard]] std::uint16_t port() const;

    /// Whether this machine's civetweb listens on IPv6 addresses; that of Debian 12 was built without.
    [[nodiscard]] static bool can_ipv6();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace mailquotad::observe
