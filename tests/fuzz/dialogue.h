// Arbitrary bytes as the server of a whole probe, the same for IMAP and POP3. The first byte chooses how to log in; a
// second probe follows with what the first one remembered.
#pragma once

#include "byte_transport.h"

#include "core/measurement.h"
#include "core/probe_request.h"
#include "os/clock.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace mailquotad::fuzz {

/// Time stands still.
class StillClock final : public os::Clock {
public:
    [[nodiscard]] Time now() const override { return Time{Seconds{1795287600}}; }
    [[nodiscard]] os::SteadyTime steady() const override { return {}; }
};

/// Traps for a number below zero, and for a failure that only a fault of ours can be.
inline void check_report(const ProbeReport& report) {
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

/// The request that the first byte of an input chooses.
inline ProbeRequest request_of(Protocol protocol, unsigned choice) {
    constexpr std::array kMechanisms{Mechanism::automatic, Mechanism::plain,       Mechanism::login,
                                     Mechanism::cram_md5,  Mechanism::scram_sha_1, Mechanism::scram_sha_256,
                                     Mechanism::xoauth2,   Mechanism::oauthbearer};
    ProbeRequest request;
    request.endpoint = {.protocol = protocol,
                        .tls = (choice & 8U) != 0 ? TlsMode::starttls : TlsMode::implicit,
                        .host = "mail.example",
                        .port = 993};
    request.username = (choice & 16U) != 0 ? "jürgen" : "kim";
    request.password = Secret((choice & 16U) != 0 ? "geheimnißvoll" : "ge\"heim");
    request.authorize_as = (choice & 32U) != 0 ? "other" : "";
    request.mechanism = kMechanisms[choice & 7U];
    return request;
}

/// Both probes of one input.
template <typename Probe>
void probe_twice(Protocol protocol, const std::uint8_t* data, std::size_t size, Probe probe, CheckWritten* check) {
    if (size == 0) {
        return;
    }
    ProbeRequest request = request_of(protocol, *data);
    const StillClock clock;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    for (int round = 0; round < 2; ++round) {
        ByteConnector connector(bytes, check);
        const ProbeReport report = probe(request, connector, clock);
        check_report(report);
        request.memory = report.memory;
    }
}

} // namespace mailquotad::fuzz
