#include "notify/http_call.h"

#include "notify/curl/functions.h"
#include "os/module.h"

#include <algorithm>

namespace mailquotad::notify {

namespace {

const HttpFunctions& module() {
    static const os::Module loaded(os::module_file("mailquotad-http"));
    return loaded.functions<HttpFunctions>();
}

} // namespace

void load_http() {
    module();
}

HttpAnswer perform(const HttpCall& call, os::Deadline deadline) {
    const std::chrono::milliseconds left(std::max(1, deadline.poll_timeout()));
    return module().perform(call, left, [&deadline] { return deadline.passed(); });
}

} // namespace mailquotad::notify
