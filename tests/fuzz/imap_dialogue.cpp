// Arbitrary bytes as the server of a whole probe by IMAP.
#include "dialogue.h"

#include "imap/probe.h"

using namespace mailquotad;

namespace {

// Whatever a server sends, it never makes the client write a line that changes something.
bool is_allowed(std::string_view line) {
    constexpr std::string_view kAllowed[] = {"CAPABILITY", "STARTTLS",  "LOGIN ",      "AUTHENTICATE ", "NAMESPACE",
                                             "LIST \"\" ", "STATUS \"", "GETQUOTA ",   "GETQUOTAROOT ", "EXAMINE \"",
                                             "UID FETCH ", "NOOP",      "UID SEARCH ", "SEARCH ",       "ENABLE ",
                                             "ID NIL",     "UNSELECT",  "LOGOUT"};
    // A SASL answer may begin with an A, but holds no space; the pieces of a login as literals are no commands either.
    if (!line.starts_with('A') || line.find(' ') == std::string_view::npos) {
        return true;
    }
    const std::string_view command = line.substr(line.find(' ') + 1);
    return std::any_of(std::begin(kAllowed), std::end(kAllowed),
                       [&](std::string_view word) { return command.starts_with(word); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto probe = [](const ProbeRequest& request, net::Connector& connector, const os::Clock& clock) {
        return imap::probe(request, connector, clock, nullptr);
    };
    fuzz::probe_twice(Protocol::imap, data, size, probe,
                      [](std::string_view bytes) { fuzz::check_lines(bytes, is_allowed); });
    return 0;
}
