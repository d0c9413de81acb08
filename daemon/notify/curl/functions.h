// What the module mailquotad-http can do for the program: libcurl, and the libraries it brings, are in memory only
// where HTTP is spoken.
#pragma once

#include "notify/http_call.h"

#include <chrono>
#include <functional>

namespace mailquotad::notify {

struct HttpFunctions {
    /// perform() of notify/http_call.h, for at most `left` (1 ms or more) and until `is_over`, which is asked several
    /// times a second.
    HttpAnswer (*perform)(const HttpCall& call, std::chrono::milliseconds left, const std::function<bool()>& is_over);
};

} // namespace mailquotad::notify
