// Arbitrary bytes as the server of a whole submission by SMTP. The first byte chooses TLS and login.
#include "byte_transport.h"

#include "notify/smtp.h"

#include <cstddef>
#include <cstdint>

using namespace mailquotad;

namespace {

// A mail is said to be accepted or refused only by a server that was given it, and nobody is said to be left out who
// was not asked for.
void check_result(const notify::DeliveryResult& result, const notify::Delivery& delivery) {
    for (const std::string& address : result.refused_recipients) {
        if (std::find(delivery.to.begin(), delivery.to.end(), address) == delivery.to.end()) {
            __builtin_trap();
        }
    }
    const bool is_accepted = result.outcome == notify::DeliveryOutcome::accepted;
    if (is_accepted ? result.refused_recipients.size() >= delivery.to.size() : result.reason.empty()) {
        __builtin_trap();
    }
    if (std::any_of(result.detail.begin(), result.detail.end(), [](char c) { return c >= 0 && c < ' '; })) {
        __builtin_trap();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const unsigned choice = *data;
    notify::SmtpOptions options{.endpoint = {.protocol = Protocol::smtp,
                                             .tls = (choice & 1U) != 0 ? TlsMode::starttls : TlsMode::implicit,
                                             .host = "mail.example",
                                             .port = 465},
                                .trust = {},
                                .allow_plaintext = false,
                                .username = (choice & 2U) != 0 ? "" : "kim",
                                .password = [](std::string&) { return std::optional<Secret>(Secret("geheim")); }};
    const notify::Delivery delivery{.envelope_from = "webmaster@verein.example",
                                    .to = {"kim@privat.example", "kim@verein.example"},
                                    .text = "Subject: x\r\n\r\n.\r\nend\r\n"};
    fuzz::ByteConnector connector({reinterpret_cast<const char*>(data) + 1, size - 1}, nullptr);
    notify::SmtpNotifier notifier(std::move(options), connector);
    check_result(notifier.deliver(delivery, os::Deadline::in(std::chrono::seconds(30))), delivery);
    return 0;
}
