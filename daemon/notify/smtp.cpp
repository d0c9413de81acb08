#include "notify/smtp.h"

#include "core/escape.h"
#include "core/one_piece.h"
#include "net/login_choice.h"
#include "notify/message.h"
#include "notify/smtp_session.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace mailquotad::notify {
namespace {

using net::NetError;
using Failure = std::optional<DeliveryResult>; // nothing: go on

constexpr std::size_t kLongestDetail = 400;
constexpr std::size_t kLongestInitialResponse = 400; // so that the line stays below 512 bytes (RFC 5321 4.5.3.1.4)

DeliveryResult result_of(DeliveryOutcome outcome, const std::string& reason, std::string_view detail) {
    return {.outcome = outcome, .reason = reason, .detail = for_terminal(detail.substr(0, kLongestDetail))};
}

DeliveryResult deferred(const std::string& reason, std::string_view detail) {
    return result_of(DeliveryOutcome::deferred, reason, detail);
}

std::string reason_of(FailureKind kind) {
    switch (kind) {
    case FailureKind::dns:
    case FailureKind::connect:
        return "connect";
    case FailureKind::tls:
        return "tls";
    case FailureKind::timeout:
        return "timeout";
    case FailureKind::login_refused:
    case FailureKind::login_disabled:
        return "auth";
    default:
        return "protocol";
    }
}

std::string reason_of(const SmtpReply& reply) {
    if (reply.code == 530 || reply.code == 535) { // RFC 4954 section 6: about the login, wherever they come
        return "auth";
    }
    return reply.is_permanent() ? "smtp_5xx" : reply.is_transient() ? "smtp_4xx" : "protocol";
}

// A refusal that is not about this mail.
DeliveryResult refused_before_mail(std::string_view step, const SmtpReply& reply) {
    return deferred(reason_of(reply), std::string(step) + ": " + reply.text());
}

// A refusal of this mail: for good where the reply says so.
DeliveryResult refused_mail(std::string_view step, const SmtpReply& reply) {
    const std::string reason = reason_of(reply);
    const auto outcome = reason == "smtp_5xx" ? DeliveryOutcome::refused : DeliveryOutcome::deferred;
    return result_of(outcome, reason, std::string(step) + ": " + reply.text());
}

// The argument of EHLO: the domain that the mail comes from, so that nothing is asked of DNS and the name of this
// machine stays at home; an address literal where that is no host name.
std::string own_name(const std::string& envelope_from) {
    const std::string domain = envelope_from.substr(envelope_from.find('@') + 1);
    const bool is_host =
        domain.find('.') != std::string::npos && std::all_of(domain.begin(), domain.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
        });
    return is_host ? domain : "[127.0.0.1]";
}

// One submission over one connection: each step gives nothing, or the result that ends it.
class Submission {
public:
    Submission(const SmtpOptions& options, net::Transport& transport, const Delivery& delivery)
        : options_(options), transport_(transport), session_(transport), delivery_(delivery) {}

    DeliveryResult run(const std::optional<Secret>& password) {
        Failure failure = open();
        if (!failure && password) {
            failure = log_in(*password);
        }
        DeliveryResult result = failure ? *std::move(failure) : submit();
        say_goodbye();
        return result;
    }

private:
    Failure open() {
        if (const SmtpReply greeting = session_.read_reply(); greeting.code != 220) {
            return refused_before_mail("greeting", greeting);
        }
        if (Failure failure = greet()) {
            return failure;
        }
        if (options_.endpoint.tls != TlsMode::starttls) {
            return std::nullopt;
        }
        if (!capabilities_.starttls) {
            return deferred("tls", "the server does not offer STARTTLS");
        }
        if (const SmtpReply reply = session_.command("STARTTLS"); reply.code != 220) {
            return deferred("tls", "STARTTLS: " + reply.text());
        }
        session_.start_tls();
        return greet(); // nothing that was said before counts (RFC 3207 section 4.2)
    }

    Failure greet() {
        const SmtpReply reply = session_.command("EHLO " + own_name(delivery_.envelope_from));
        if (reply.code != 250) {
            return refused_before_mail("EHLO", reply);
        }
        capabilities_ = parse_capabilities(reply);
        return std::nullopt;
    }

    Failure log_in(const Secret& password) {
        if (!transport_.is_protected() && !options_.allow_plaintext) {
            return deferred("tls", "no password goes over a connection without TLS");
        }
        transport_.blank(password.reveal());
        const auto login =
            net::make_sasl_client(net::choose_login(Mechanism::automatic, offer(), transport_.is_protected(), false),
                                  {.username = options_.username, .authorize_as = {}, .password = password});
        const SmtpReply reply = exchange(*login);
        if (reply.code == 235) {
            return login->satisfied() ? Failure() : deferred("auth", "the server did not prove that it knows us");
        }
        if (reply.is_transient()) {
            return deferred("smtp_4xx", "AUTH: " + reply.text());
        }
        return deferred(reply.is_permanent() ? "auth" : "protocol", "AUTH: " + reply.text());
    }

    [[nodiscard]] net::LoginOffer offer() const {
        const std::vector<std::string>& offered = capabilities_.mechanisms;
        std::string text;
        for (const std::string& name : offered) {
            text += (text.empty() ? "" : " ") + name;
        }
        return {.own_command = false,
                .has_mechanism =
                    [&offered](std::string_view name) {
                        return std::find(offered.begin(), offered.end(), name) != offered.end();
                    },
                .text = text};
    }

    SmtpReply exchange(net::SaslClient& login) {
        net::SaslExchange exchange(login);
        std::string line = "AUTH " + std::string(login.mechanism());
        if (auto first = exchange.initial_response(kLongestInitialResponse)) {
            line = in_one_piece({line, " ", *first});
            wipe(*first);
        }
        SmtpReply reply = session_.command(line, true);
        wipe(line);
        while (reply.code == 334) {
            std::string answer = exchange.answer(reply.lines.front());
            reply = session_.command(answer, true);
            wipe(answer);
        }
        return reply;
    }

    DeliveryResult submit() {
        const SmtpReply from = session_.command("MAIL FROM:<" + delivery_.envelope_from + ">");
        if (!from.is_success()) {
            return refused_before_mail("MAIL FROM", from);
        }
        std::vector<std::string> left_out;
        Failure worst;
        for (const std::string& to : delivery_.to) {
            const SmtpReply reply = session_.command("RCPT TO:<" + to + ">");
            if (reply.is_success()) {
                continue;
            }
            left_out.push_back(to);
            const DeliveryResult refusal = refused_mail("RCPT TO:<" + to + ">", reply);
            if (!worst || refusal.outcome == DeliveryOutcome::deferred) {
                worst = refusal;
            }
        }
        if (left_out.size() == delivery_.to.size()) {
            return worst.value_or(result_of(DeliveryOutcome::refused, "address", "the mail has no recipient"));
        }
        if (const SmtpReply reply = session_.command("DATA"); reply.code != 354) {
            return refused_mail("DATA", reply);
        }
        if (const SmtpReply reply = session_.data(delivery_.text); !reply.is_success()) {
            return refused_mail("after DATA", reply);
        }
        return {.outcome = DeliveryOutcome::accepted,
                .reason = "",
                .detail = worst ? worst->detail : "",
                .refused_recipients = std::move(left_out)};
    }

    // The mail is accepted or not, whatever comes of this; the answer is not waited for.
    void say_goodbye() noexcept {
        try {
            session_.send("QUIT");
        } catch (const std::exception&) { // NOLINT: nothing depends on it
        }
    }

    const SmtpOptions& options_;
    net::Transport& transport_;
    SmtpSession session_;
    const Delivery& delivery_;
    SmtpCapabilities capabilities_;
};

// What would be another command, or needs SMTPUTF8, never reaches the wire.
Failure check_addresses(const Delivery& delivery) {
    std::vector<std::string> addresses = delivery.to;
    addresses.push_back(delivery.envelope_from);
    for (const std::string& address : addresses) {
        if (address_of(address) != address || address.empty()) {
            return result_of(DeliveryOutcome::refused, "address", "not an address for SMTP: " + address);
        }
    }
    return std::nullopt;
}

} // namespace

SmtpNotifier::SmtpNotifier(SmtpOptions options, net::Connector& connector)
    : options_(std::move(options)), connector_(connector) {}

DeliveryResult SmtpNotifier::deliver(const Delivery& delivery, os::Deadline deadline) {
    if (Failure failure = check_addresses(delivery)) {
        return *failure;
    }
    if (options_.endpoint.tls == TlsMode::plaintext && !options_.allow_plaintext) {
        return deferred("tls", "smtp:// needs plaintext = true in [smtp]");
    }
    std::optional<Secret> password;
    if (!options_.username.empty()) {
        std::string problem = "there is no password for the SMTP server";
        password = options_.password ? options_.password(problem) : std::nullopt;
        if (!password) {
            return deferred("credential", problem);
        }
    }
    std::unique_ptr<net::Transport> transport;
    DeliveryResult result;
    try {
        transport = connector_.connect({.endpoint = options_.endpoint, .trust = options_.trust, .deadline = deadline});
        result = Submission(options_, *transport, delivery).run(password);
    } catch (const NetError& error) {
        result = deferred(reason_of(error.kind()), error.what());
    }
    if (transport && result.outcome != DeliveryOutcome::accepted) {
        result.wire_log = transport->wire_log();
    }
    return result;
}

} // namespace mailquotad::notify
