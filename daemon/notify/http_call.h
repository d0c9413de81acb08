// One HTTP request by libcurl: verified TLS, no redirects, a deadline, small answers. Skin for a CURL handle.
#pragma once

#include "os/deadline.h"

#include <string>
#include <vector>

namespace mailquotad::notify {

struct HttpCall {
    std::string method = "POST";
    std::string url;                  ///< may be a secret: it stands in no error text
    std::vector<std::string> headers; ///< "Name: value"; may hold secrets
    std::string body;
    std::string ca_file;          ///< PEM; empty for the system's
    bool allow_plaintext = false; ///< http:// too
};

/// What came of it.
struct HttpAnswer {
    enum class Failure { none, address, connect, tls, timeout, protocol };
    long status = 0; ///< 0 where there was no answer
    Failure failure = Failure::none;
    std::string detail; ///< one line; names neither URL nor header
};

/// Largest answer that is read; what comes after it is not waited for.
inline constexpr std::size_t kLargestHttpAnswer = 64U << 10;

/// Blocks up to the deadline, and no longer than until its cancellation. Thread-safe. Throws std::runtime_error where
/// libcurl cannot be started.
HttpAnswer perform(const HttpCall& call, os::Deadline deadline);

} // namespace mailquotad::notify
