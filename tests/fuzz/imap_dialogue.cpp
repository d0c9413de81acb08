// Arbitrary bytes as the server of a whole probe. The first byte chooses how to log in; a second probe follows with
// what the first one remembered.
#include "byte_transport.h"

#include "imap/probe.h"

#include <array>
#include <cstddef>
#include <cstdint>

using namespace mailquotad;

namespace {

/// Time stands still.
class StillClock final : public os::Clock {
public:
    [[nodiscard]] Time now() const override { return Time{Seconds{1795287600}}; }
    [[nodiscard]] os::SteadyTime steady() const override { return {}; }
};

void check(const ProbeReport& report) {
    if (const Snapshot* snapshot = report.snapshot()) {
        for (const Folder& folder : snapshot->folders) {
            if (folder.size_bytes.value_or(0) < 0 || folder.messages.value_or(0) < 0) {
                __builtin_trap();
            }
        }
        for (const Resource& resource : snapshot->quota) {
            if (resource.used < 0 || resource.limit.value_or(0) < 0) {
                __builtin_trap();
            }
        }
    } else if (report.failure()->kind == FailureKind::internal) {
        __builtin_trap();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    constexpr std::array kMechanisms{Mechanism::automatic, Mechanism::plain,       Mechanism::login,
                                     Mechanism::cram_md5,  Mechanism::scram_sha_1, Mechanism::scram_sha_256,
                                     Mechanism::xoauth2,   Mechanism::oauthbearer};
    const unsigned choice = *data;
    ProbeRequest request;
    request.endpoint = {.protocol = Protocol::imap,
                        .tls = (choice & 8U) != 0 ? TlsMode::starttls : TlsMode::implicit,
                        .host = "mail.example",
                        .port = 993};
    request.username = (choice & 16U) != 0 ? "jürgen" : "kim";
    request.password = Secret((choice & 16U) != 0 ? "geheimnißvoll" : "ge\"heim");
    request.authorize_as = (choice & 32U) != 0 ? "other" : "";
    request.mechanism = kMechanisms[choice & 7U];
    const StillClock clock;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    for (int round = 0; round < 2; ++round) {
        fuzz::ByteConnector connector(bytes);
        const ProbeReport report = imap::probe(request, connector, clock, nullptr);
        check(report);
        request.memory = report.memory;
    }
    return 0;
}
