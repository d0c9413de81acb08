// The one HTTP server (civetweb): exact paths, GET and HEAD only, security headers, Host checked.
#pragma once

#include "core/status.h"
#include "text/catalog.h"

#include <cstdint>
#include <memory>
#include <string>

namespace mailquotad::observe {

struct HttpOptions {
    std::string address;
    std::uint16_t port = 0;
    std::string language;  ///< when Accept-Language names none that is there
};

/// Serves the last published Status from civetweb's own threads.
class HttpServer {
public:
    /// Starts listening. Throws std::runtime_error that names address and port.
    HttpServer(const HttpOptions& options, std::shared_ptr<const text::Catalog> catalog);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Makes `status` what is served from now on. Thread-safe; /metrics is rendered at most once per status.
    void publish(StatusPointer status);
    /// /healthz answers 503 when the loop has not called this for two minutes.
    void loop_is_alive();
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace mailquotad::observe
