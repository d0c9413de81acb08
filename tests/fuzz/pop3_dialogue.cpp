// Arbitrary bytes as the server of a whole probe by POP3.
#include "dialogue.h"

#include "pop3/probe.h"

using namespace mailquotad;

namespace {

// Whatever a server sends, it never makes the client write RETR, TOP, DELE or anything else that is not listed here.
bool is_allowed(std::string_view line) {
    constexpr std::string_view kAllowed[] = {"CAPA", "STLS", "STAT", "LIST", "UIDL", "NOOP", "QUIT"};
    constexpr std::string_view kWithArgument[] = {"USER ", "PASS ", "AUTH "};
    return std::find(std::begin(kAllowed), std::end(kAllowed), line) != std::end(kAllowed) ||
           std::any_of(std::begin(kWithArgument), std::end(kWithArgument),
                       [&](std::string_view word) { return line.starts_with(word); }) ||
           (line != "DELE" && line != "RETR" && line != "RSET" && fuzz::is_sasl_answer(line));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto probe = [](const ProbeRequest& request, net::Connector& connector, const os::Clock& clock) {
        return pop3::probe(request, connector, clock, nullptr);
    };
    fuzz::probe_twice(Protocol::pop3, data, size, probe,
                      [](std::string_view bytes) { fuzz::check_lines(bytes, is_allowed); });
    return 0;
}
