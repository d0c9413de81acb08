// One HTTP request by libcurl: verified TLS, no redirects, a deadline, small answers. libcurl is in memory from the
// first of them on, by a module (notify/curl/).
#pragma once

#include "os/deadline.h"

#include <string>
#include <vector>

namespace mailquotad::notify {

struct HttpCall {
    std::string method = "POST";
    std::string url;                  ///< may be a secret: it stands in no error text
    std::vector<std::string> headers; ///< "Name: value"; may hold secrets
    std::string body;                 ///< left out of a GET
    std::string ca_file;              ///< PEM; empty for the system's
    bool allow_plaintext = false;     ///< http:// too
    bool past_proxies = false;        ///< whatever the environment names
    std::size_t most_kept = 0;        ///< how long an answer may be whose text is wanted
};

/// What came of it.
struct HttpAnswer {
    enum class Failure { none, address, connect, tls, timeout, protocol };
    long status = 0; ///< 0 where there was no answer
    Failure failure = Failure::none;
    std::string detail; ///< one line; names neither URL nor header
    std::string body;   ///< where HttpCall::most_kept asks for it
};

/// Largest answer that is read where its text is not wanted; what comes after it is not waited for.
inline constexpr std::size_t kLargestHttpAnswer = 64U << 10;

/// Loads what perform() needs. A program that will need it later does so before an upgrade may have replaced it.
/// Thread-safe. Throws os::ModuleError.
void load_http();

/// Blocks up to the deadline, and no longer than until its cancellation. A text that is wanted and longer than wanted
/// is a failure (protocol). Thread-safe. Throws std::runtime_error where libcurl cannot be loaded or started.
HttpAnswer perform(const HttpCall& call, os::Deadline deadline);

} // namespace mailquotad::notify
