#include "observe/http_server.h"

#include "core/escape.h"
#include "observe/http_rules.h"
#include "observe/site.h"

#include <civetweb.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <future>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mailquotad::observe {
namespace {

/// Browsers open several connections ahead of need and leave them silent; each holds a thread until its timeout.
constexpr const char* kThreads = "8";
constexpr const char* kQueue = "32";
constexpr const char* kMaxRequestBytes = "16384";
constexpr std::chrono::milliseconds kKnockEvery{20};

/// civetweb's way to write an address and a port. Throws for anything but an IP address or "localhost": civetweb takes
/// lists, "+" and bare ports too.
std::string to_listening_port(const HttpOptions& options) {
    const std::string port = ":" + std::to_string(options.port);
    const std::string address = options.address == "localhost" ? "127.0.0.1" : options.address;
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
        return address + port;
    }
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) {
        if (!HttpServer::can_ipv6()) {
            throw std::runtime_error("cannot listen for HTTP at [" + address + "]" + port +
                                     ": this machine's civetweb was built without IPv6 (Debian 12's is); listen on an "
                                     "IPv4 address and let a reverse proxy serve IPv6");
        }
        return "[" + address + "]" + port;
    }
    throw std::runtime_error("cannot listen for HTTP at \"" + for_terminal(options.address) + "\": not an IP address");
}

HttpRequest to_request(const mg_request_info& info) {
    HttpRequest request;
    request.method = info.request_method;
    // The raw path: civetweb's cleaned one maps several paths to one file, and there are no files here.
    request.path = info.local_uri_raw ? info.local_uri_raw : "";
    request.query = info.query_string ? info.query_string : "";
    for (int i = 0; i < info.num_headers; ++i) {
        const mg_header& header = info.http_headers[static_cast<std::size_t>(i)];
        if (mg_strcasecmp(header.name, "Host") == 0) {
            request.hosts.emplace_back(header.value);
        } else if (mg_strcasecmp(header.name, "Accept-Language") == 0) {
            request.accept_language = header.value;
        }
    }
    return request;
}

void send(mg_connection* connection, const HttpResponse& response, bool with_body, long long now) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " +
                       mg_get_response_code_text(connection, response.status) + "\r\nDate: " + to_http_date(now) +
                       "\r\nConnection: close\r\n";
    for (const auto& [name, value] : response.headers) {
        head += name + ": " + value + "\r\n";
    }
    static const Parts no_parts;
    const Parts& parts = response.parts ? *response.parts : no_parts;
    std::size_t length = response.body.size();
    for (const std::string& part : parts) {
        length += part.size();
    }
    head += "Content-Length: " + std::to_string(length) + "\r\n\r\n";
    if (!with_body) {
        mg_write(connection, head.data(), head.size());
        return;
    }
    // As few packets as can be: a short answer leaves with its head.
    const auto write = [connection](const std::string& text) {
        return mg_write(connection, text.data(), text.size()) > 0;
    };
    if (parts.empty()) {
        write(head + response.body);
    } else if (write(head) && std::all_of(parts.begin(), parts.end(), write)) {
        write(response.body);
    }
}

/// What civetweb's threads see.
struct Handlers {
    const Site& site;
    const os::Clock& clock;

    static const Handlers& of(const mg_connection* connection) {
        return *static_cast<const Handlers*>(mg_get_user_context_data(connection));
    }
    [[nodiscard]] long long now() const { return clock.now().time_since_epoch().count(); }

    // Called before civetweb looks at the path itself. Everything ends here: its own handling of files, bodies and
    // directories (home of its known vulnerabilities) is never reached.
    static int begin_request(mg_connection* connection) noexcept {
        // One request a connection; a body is left unread instead of being read to its end.
        mg_disable_connection_keep_alive(connection);
        try {
            const HttpRequest request = to_request(*mg_get_request_info(connection));
            const Handlers& self = of(connection);
            const HttpResponse response = self.site.answer(request);
            send(connection, response, request.method != "HEAD", self.now());
            return response.status;
        } catch (const std::exception&) {
            return 500;
        }
    }

    // For what civetweb could not read as a request. Its message may quote the request, so it is not sent.
    static int http_error(mg_connection* connection, int status, const char*) noexcept {
        mg_disable_connection_keep_alive(connection);
        try {
            send(connection, Site::refuse(status), true, of(connection).now());
        } catch (const std::exception&) {
            return 0;
        }
        return 0;
    }

    static int log_message(const mg_connection*, const char* message) noexcept {
        try {
            spdlog::debug("HTTP: {}", message);
        } catch (const std::exception&) {
            return 1;
        }
        return 1;
    }
};

/// The skin of civetweb's server: runs from construction to destruction.
class Civetweb {
public:
    Civetweb(const HttpOptions& options, Handlers& handlers) {
        const std::string listening = to_listening_port(options);
        const std::string timeout = std::to_string(options.request_timeout.count());
        const std::array<const char*, 15> settings = {"listening_ports",
                                                      listening.c_str(),
                                                      "num_threads",
                                                      kThreads,
                                                      "connection_queue",
                                                      kQueue,
                                                      "request_timeout_ms",
                                                      timeout.c_str(),
                                                      "max_request_size",
                                                      kMaxRequestBytes,
                                                      "decode_url",
                                                      "no",
                                                      "enable_keep_alive",
                                                      "no",
                                                      nullptr};
        mg_callbacks callbacks{};
        callbacks.begin_request = Handlers::begin_request;
        callbacks.http_error = Handlers::http_error;
        callbacks.log_message = Handlers::log_message;
        address_.sin_family = AF_INET;
        inet_pton(AF_INET, options.address == "localhost" ? "127.0.0.1" : options.address.c_str(), &address_.sin_addr);
        mg_init_library(MG_FEATURES_DEFAULT);
        context_ = mg_start(&callbacks, &handlers, const_cast<const char**>(settings.data()));
        if (!context_) {
            mg_exit_library();
            throw std::runtime_error("cannot listen for HTTP at " + listening +
                                     ": the address is not this machine's, or the port is taken");
        }
        address_.sin_port = htons(port());
    }
    ~Civetweb() {
        try {
            auto stopped = std::async(std::launch::async, [this] { mg_stop(context_); });
            while (stopped.wait_for(kKnockEvery) != std::future_status::ready) {
                knock();
            }
        } catch (const std::system_error&) { // no thread to be had
            mg_stop(context_);
        }
        mg_exit_library();
    }
    Civetweb(const Civetweb&) = delete;
    Civetweb& operator=(const Civetweb&) = delete;

    [[nodiscard]] std::uint16_t port() const {
        mg_server_port port{};
        return mg_get_server_ports(context_, 1, &port) == 1 ? static_cast<std::uint16_t>(port.port) : std::uint16_t{0};
    }

private:
    // civetweb's listening thread looks at its stop flag only every two seconds, or when somebody connects.
    void knock() const noexcept {
        const int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (client >= 0) {
            static_cast<void>(connect(client, reinterpret_cast<const sockaddr*>(&address_), sizeof address_));
            close(client);
        }
    }

    mg_context* context_ = nullptr;
    sockaddr_in address_{};
};

} // namespace

struct HttpServer::Impl {
    os::SystemClock system_clock;
    const os::Clock& clock;
    Site site;
    Handlers handlers;
    Civetweb civetweb;

    Impl(const HttpOptions& options, std::shared_ptr<const text::Catalog> catalog)
        : clock(options.clock ? *options.clock : system_clock),
          site(options, std::move(catalog), clock), handlers{site, clock}, civetweb(options, handlers) {}
};

HttpServer::HttpServer(const HttpOptions& options, std::shared_ptr<const text::Catalog> catalog)
    : impl_(std::make_unique<Impl>(options, std::move(catalog))) {}

HttpServer::~HttpServer() = default;

void HttpServer::publish(StatusPointer status) {
    impl_->site.publish(std::move(status));
}

void HttpServer::loop_is_alive() {
    impl_->site.loop_is_alive();
}

bool HttpServer::can_ipv6() {
    return mg_check_feature(MG_FEATURES_IPV6) != 0;
}

std::uint16_t HttpServer::port() const {
    return impl_->civetweb.port();
}

} // namespace mailquotad::observe
