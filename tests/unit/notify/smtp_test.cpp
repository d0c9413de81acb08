#include "catch.h"

#include "fakes/scripted_transport.h"
#include "notify/smtp.h"
#include "notify/smtp_session.h"

#include <algorithm>

using namespace mailquotad;
using namespace std::chrono_literals;
using fakes::ScriptedConnector;
using notify::Delivery;
using notify::DeliveryOutcome;
using notify::DeliveryResult;
using notify::SmtpNotifier;
using notify::SmtpOptions;

namespace {

constexpr const char* kPassword = "geheim-7";

SmtpOptions options(TlsMode tls = TlsMode::implicit) {
    return {.endpoint = {.protocol = Protocol::smtp, .tls = tls, .host = "mail.example", .port = 465},
            .trust = {},
            .allow_plaintext = false,
            .username = "webmaster",
            .password = [](std::string&) { return std::optional<Secret>(Secret(kPassword)); }};
}

SmtpOptions anonymous(TlsMode tls = TlsMode::implicit) {
    SmtpOptions without = options(tls);
    without.username.clear();
    without.password = {};
    return without;
}

Delivery delivery() {
    return {.envelope_from = "webmaster@verein.example",
            .to = {"kim@privat.example"},
            .text = "Subject: x\r\n\r\n.dot\r\nend\r\n"};
}

// One delivery against one script.
struct Played {
    DeliveryResult result;
    std::shared_ptr<const fakes::Conversation> conversation;
};

Played play(const std::string& script, const SmtpOptions& with, const Delivery& mail = delivery(),
            std::size_t chunk = SIZE_MAX) {
    ScriptedConnector connector(script, {.chunk = chunk});
    SmtpNotifier notifier(with, connector);
    Played played{.result = notifier.deliver(mail, os::Deadline::in(30s)), .conversation = nullptr};
    if (!connector.conversations().empty()) {
        played.conversation = connector.conversations().back();
    }
    return played;
}

const std::string kGreeting = "S: 220 mail.example ESMTP\nC: EHLO verein.example\n";
const std::string kHello = kGreeting + "S: 250-mail.example\nS: 250-SIZE 1000000\nS: 250 AUTH PLAIN LOGIN\n";
// base64 of NUL webmaster NUL geheim-7
const std::string kLogin = "C: AUTH PLAIN AHdlYm1hc3RlcgBnZWhlaW0tNw==\nS: 235 2.7.0 ok\n";
const std::string kEnvelope = "C: MAIL FROM:<webmaster@verein.example>\nS: 250 2.1.0 ok\n"
                              "C: RCPT TO:<kim@privat.example>\nS: 250 2.1.5 ok\n";
const std::string kMail = "C: DATA\nS: 354 go on\nC: Subject: x\nC: \nC: ..dot\nC: end\nC: .\n";
const std::string kBye = "S: 250 2.0.0 queued\nC: QUIT\nCLOSE\n";

std::string without_login(const std::string& rest) {
    return kGreeting + "S: 250 mail.example\n" + rest;
}

} // namespace

TEST_CASE("a mail is submitted over TLS with PLAIN, dots doubled", "[notify][smtp]") {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}}) {
        const Played played = play(kHello + kLogin + kEnvelope + kMail + kBye, options(), delivery(), chunk);
        INFO(played.result.detail << "\n" << played.conversation->report());
        CHECK(played.result.outcome == DeliveryOutcome::accepted);
        CHECK(played.result.reason.empty());
        CHECK(played.conversation->problems.empty());
        CHECK(played.conversation->closed);
    }
}

TEST_CASE("the password and what is made of it stay out of the wire log", "[notify][smtp]") {
    const Played played = play(kHello + "C: AUTH PLAIN *\nS: 535 5.7.8 no\nC: QUIT\nCLOSE\n", options());
    CHECK_FALSE(played.result.wire_log.empty());
    for (const std::string& line : played.result.wire_log) {
        INFO(line);
        CHECK(line.find(kPassword) == std::string::npos);
        CHECK(line.find("AHdlYm1hc3RlcgBnZWhlaW0tNw") == std::string::npos);
    }
    CHECK(played.conversation->sent_secret.find("AHdlYm1hc3RlcgBnZWhlaW0tNw==") != std::string::npos);
    CHECK(played.conversation->blanked == std::vector<std::string>{kPassword});
}

TEST_CASE("LOGIN is used where PLAIN is not offered", "[notify][smtp]") {
    const Played played = play(kGreeting +
                                   "S: 250-mail.example\nS: 250 AUTH=LOGIN\nC: AUTH LOGIN\n"
                                   "S: 334 VXNlcm5hbWU6\nC: d2VibWFzdGVy\nS: 334 UGFzc3dvcmQ6\n"
                                   "C: Z2VoZWltLTc=\nS: 235 ok\n" +
                                   kEnvelope + kMail + kBye,
                               options());
    INFO(played.result.detail);
    CHECK(played.result.outcome == DeliveryOutcome::accepted);
}

TEST_CASE("CRAM-MD5 is used where nothing else is offered", "[notify][smtp]") {
    // The challenge and the digest of RFC 2195 section 2, with its user and password.
    SmtpOptions tim = options();
    tim.username = "tim";
    tim.password = [](std::string&) { return std::optional<Secret>(Secret("tanstaaftanstaaf")); };
    const Played played = play(kGreeting +
                                   "S: 250-mail.example\nS: 250 AUTH CRAM-MD5 GSSAPI\nC: AUTH CRAM-MD5\n"
                                   "S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\n"
                                   "C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\nS: 235 ok\n" +
                                   kEnvelope + kMail + kBye,
                               tim);
    INFO(played.result.detail << "\n" << (played.conversation ? played.conversation->report() : ""));
    CHECK(played.result.outcome == DeliveryOutcome::accepted);
}

TEST_CASE("a SCRAM server that does not prove itself is not trusted", "[notify][smtp]") {
    const Played played = play(kGreeting + "S: 250-mail.example\nS: 250 AUTH SCRAM-SHA-256\n"
                                           "C: AUTH SCRAM-SHA-256 *\nS: 235 come in\nC: QUIT\nCLOSE\n",
                               options());
    CHECK(played.result.outcome == DeliveryOutcome::deferred);
    CHECK(played.result.reason == "auth");
}

TEST_CASE("a long token is sent after the command and not cut", "[notify][smtp]") {
    SmtpOptions with = options();
    with.password = [](std::string&) { return std::optional<Secret>(Secret(std::string(1500, 'x'))); };
    const Played played =
        play(kHello + "C: AUTH PLAIN\nS: 334 \nC: AHdlYm1hc3RlcgB4*\nS: 235 ok\n" + kEnvelope + kMail + kBye, with);
    INFO(played.result.detail);
    CHECK(played.result.outcome == DeliveryOutcome::accepted);
}

TEST_CASE("without a user name nobody logs in", "[notify][smtp]") {
    const Played played = play(without_login(kEnvelope + kMail + kBye), anonymous());
    CHECK(played.result.outcome == DeliveryOutcome::accepted);
}

TEST_CASE("STARTTLS comes before everything else, and nothing said before it counts", "[notify][smtp]") {
    const Played played = play(kGreeting +
                                   "S: 250-mail.example\nS: 250-AUTH CRAM-MD5\nS: 250 STARTTLS\nC: STARTTLS\n"
                                   "S: 220 ready\nSTARTTLS\nC: EHLO verein.example\nS: 250-mail.example\n"
                                   "S: 250 AUTH PLAIN\n" +
                                   kLogin + kEnvelope + kMail + kBye,
                               options(TlsMode::starttls));
    INFO(played.result.detail);
    CHECK(played.result.outcome == DeliveryOutcome::accepted);
    CHECK(played.conversation->sent_unprotected == "EHLO verein.example\r\nSTARTTLS\r\n");
}

TEST_CASE("no STARTTLS, no password and no mail", "[notify][smtp]") {
    const std::string scripts[] = {
        kHello + "C: QUIT\nCLOSE\n",
        kGreeting + "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 not now\nC: QUIT\nCLOSE\n",
        kGreeting + "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 502 never\nC: QUIT\nCLOSE\n",
        kGreeting + "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 ready\nS: 250 injected\nCLOSE\n",
        kGreeting + "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 ready\nFAIL tls bad name\n",
    };
    for (const std::string& script : scripts) {
        const Played played = play(script, options(TlsMode::starttls));
        INFO(script);
        CHECK(played.result.outcome == DeliveryOutcome::deferred);
        CHECK(played.result.reason == "tls");
        CHECK(played.conversation->sent.find("AUTH") == std::string::npos);
        CHECK(played.conversation->sent.find("MAIL") == std::string::npos);
    }
}

TEST_CASE("a plain connection needs the word of the webmaster", "[notify][smtp]") {
    const Played refused = play(kHello, options(TlsMode::plaintext));
    CHECK(refused.result.reason == "tls");
    CHECK(refused.conversation == nullptr);
    SmtpOptions allowed = options(TlsMode::plaintext);
    allowed.allow_plaintext = true;
    CHECK(play(kHello + kLogin + kEnvelope + kMail + kBye, allowed).result.outcome == DeliveryOutcome::accepted);
}

TEST_CASE("each refusal says whether the mail is to be tried again, and why", "[notify][smtp]") {
    struct Row {
        std::string script;
        DeliveryOutcome outcome;
        std::string reason;
    };
    const auto deferred = DeliveryOutcome::deferred;
    const auto refused = DeliveryOutcome::refused;
    const std::string bye = "\nC: QUIT\nCLOSE\n";
    const std::string from = "C: MAIL FROM:<webmaster@verein.example>\n";
    const std::string rcpt = from + "S: 250 ok\nC: RCPT TO:<kim@privat.example>\n";
    const Row rows[] = {
        {"S: 421 too busy" + bye, deferred, "smtp_4xx"},
        {"S: 554 no service" + bye, deferred, "smtp_5xx"},
        {kGreeting + "S: 502 no EHLO" + bye, deferred, "smtp_5xx"},
        {without_login(from + "S: 451 later" + bye), deferred, "smtp_4xx"},
        {without_login(from + "S: 550 not this sender" + bye), deferred, "smtp_5xx"},
        {without_login(from + "S: 530 5.7.0 log in first" + bye), deferred, "auth"},
        {without_login(rcpt + "S: 450 greylisted" + bye), deferred, "smtp_4xx"},
        {without_login(rcpt + "S: 452 4.2.2 mailbox full" + bye), deferred, "smtp_4xx"},
        {without_login(rcpt + "S: 550 5.1.1 unknown" + bye), refused, "smtp_5xx"},
        {without_login(rcpt + "S: 530 5.7.0 log in first" + bye), deferred, "auth"},
        {without_login(kEnvelope + "C: DATA\nS: 451 later" + bye), deferred, "smtp_4xx"},
        {without_login(kEnvelope + "C: DATA\nS: 554 no" + bye), refused, "smtp_5xx"},
        {without_login(kEnvelope + "C: DATA\nS: 250 what" + bye), deferred, "protocol"},
        {without_login(kEnvelope + kMail + "S: 552 5.2.2 too big" + bye), refused, "smtp_5xx"},
        {without_login(kEnvelope + kMail + "S: 451 4.3.0 later" + bye), deferred, "smtp_4xx"},
        {without_login(kEnvelope + kMail + "CLOSE\n"), deferred, "connect"},
        {without_login(kEnvelope + kMail + "STALL\n"), deferred, "timeout"},
        {"FAIL dns no such host\n", deferred, "connect"},
        {"FAIL connect refused\n", deferred, "connect"},
        {"FAIL tls expired\n", deferred, "tls"},
        {"FAIL timeout slow\n", deferred, "timeout"},
        {"CLOSE\n", deferred, "connect"},
        {"S: HTTP/1.1 400 Bad Request\nCLOSE\n", deferred, "protocol"},
        {"S: 220-two\nS: 250 codes\nCLOSE\n", deferred, "protocol"},
        {"S*20000: 220-without end\nCLOSE\n", deferred, "protocol"},
    };
    for (const Row& row : rows) {
        const Played played = play(row.script, anonymous());
        INFO(row.script.substr(0, 400) << "\n" << played.result.reason << " " << played.result.detail);
        CHECK(played.result.outcome == row.outcome);
        CHECK(played.result.reason == row.reason);
        CHECK_FALSE(played.result.detail.empty());
        if (played.conversation) {
            CHECK(played.conversation->problems.empty());
        }
    }
}

TEST_CASE("a refused login is deferred, because it is not about the mail", "[notify][smtp]") {
    const std::pair<std::string, std::string> rows[] = {
        {"535 5.7.8 wrong", "auth"}, {"534 too weak", "auth"}, {"530 more", "auth"}, {"454 4.7.0 later", "smtp_4xx"}};
    for (const auto& [reply, reason] : rows) {
        const Played played = play(kHello + "C: AUTH PLAIN *\nS: " + reply + "\nC: QUIT\nCLOSE\n", options());
        CHECK(played.result.outcome == DeliveryOutcome::deferred);
        CHECK(played.result.reason == reason);
    }
    CHECK(play(without_login("C: QUIT\nCLOSE\n"), options()).result.reason == "auth");
}

TEST_CASE("without a password nothing is connected", "[notify][smtp]") {
    SmtpOptions with = options();
    with.password = [](std::string& problem) {
        problem = "credential smtp: no such file";
        return std::optional<Secret>();
    };
    const Played played = play(kHello, with);
    CHECK(played.result.reason == "credential");
    CHECK(played.result.detail == "credential smtp: no such file");
    CHECK(played.conversation == nullptr);
}

TEST_CASE("replies that come before their commands are no answers", "[notify][smtp]") {
    const Played early = play("S: 220 hi\nS: 250 x\nS: 250 x\nS: 250 x\nS: 354 x\nS: 250 queued\nCLOSE\n", anonymous());
    CHECK(early.result.outcome == DeliveryOutcome::deferred);
    CHECK(early.result.reason == "protocol");
    CHECK(early.conversation->sent.find("MAIL") == std::string::npos);
    const Played closing = play("S: 220 hi\nS: 421 4.3.2 shutting down\nCLOSE\n", anonymous());
    CHECK(closing.result.reason == "smtp_4xx");
}

TEST_CASE("a server that asks for ever is left", "[notify][smtp]") {
    const Played played = play(kHello + "C: AUTH PLAIN *\nS: 334 \nC: *\nS: 334 \nCLOSE\n", options());
    CHECK(played.result.outcome == DeliveryOutcome::deferred);
    CHECK(played.result.reason == "protocol");
    CHECK(play(kHello + "C: AUTH PLAIN *\nS: 334 ???\nCLOSE\n", options()).result.reason == "protocol");
}

TEST_CASE("of several recipients those that are taken get the mail, the others are named", "[notify][smtp]") {
    Delivery two = delivery();
    two.to = {"gone@privat.example", "kim@privat.example"};
    const Played played = play(without_login("C: MAIL FROM:<webmaster@verein.example>\nS: 250 ok\n"
                                             "C: RCPT TO:<gone@privat.example>\nS: 550 5.1.1 gone\n"
                                             "C: RCPT TO:<kim@privat.example>\nS: 250 ok\n" +
                                             kMail + kBye),
                               anonymous(), two);
    CHECK(played.result.outcome == DeliveryOutcome::accepted);
    CHECK(played.result.refused_recipients == std::vector<std::string>{"gone@privat.example"});
    CHECK_THAT(played.result.detail, ContainsSubstring("550 5.1.1 gone"));
}

TEST_CASE("where no recipient is taken, one that may be taken later decides", "[notify][smtp]") {
    Delivery two = delivery();
    two.to = {"later@privat.example", "gone@privat.example"};
    const Played played = play(without_login("C: MAIL FROM:<webmaster@verein.example>\nS: 250 ok\n"
                                             "C: RCPT TO:<later@privat.example>\nS: 450 later\n"
                                             "C: RCPT TO:<gone@privat.example>\nS: 550 gone\nC: QUIT\nCLOSE\n"),
                               anonymous(), two);
    CHECK(played.result.outcome == DeliveryOutcome::deferred);
    CHECK(played.result.reason == "smtp_4xx");
}

TEST_CASE("an address that would be another command never reaches the server", "[notify][smtp]") {
    for (const std::string evil :
         {"a@b>\r\nRCPT TO:<x@y", "a b@c", "", "Kim <kim@privat.example>", "jürgen@x.example", "no-at-sign", "a@b\n"}) {
        Delivery mail = delivery();
        mail.to = {"kim@privat.example", evil};
        const Played played = play(kHello, anonymous(), mail);
        CHECK(played.result.outcome == DeliveryOutcome::refused);
        CHECK(played.result.reason == "address");
        CHECK(played.conversation == nullptr);
    }
    Delivery nobody = delivery();
    nobody.to.clear();
    CHECK(play(without_login("C: MAIL FROM:*\nS: 250 ok\nC: QUIT\nCLOSE\n"), anonymous(), nobody).result.outcome ==
          DeliveryOutcome::refused);
}

TEST_CASE("what a server says is harmless in a terminal", "[notify][smtp]") {
    const Played played = play("S: 554 <x1b>[31m<xff>\nC: QUIT\nCLOSE\n", anonymous());
    CHECK(played.result.detail == "greeting: 554 \\x1b[31m\\xff");
}

TEST_CASE("this machine tells no name of its own", "[notify][smtp]") {
    Delivery mail = delivery();
    mail.envelope_from = "webmaster@localhost";
    const Played played = play("S: 220 hi\nC: EHLO [127.0.0.1]\nS: 421 bye\nC: QUIT\nCLOSE\n", anonymous(), mail);
    CHECK(played.conversation->problems.empty());
}

TEST_CASE("a mail ends with a dot that nothing in it can forge", "[notify][smtp]") {
    CHECK(notify::dot_stuffed("a\r\n.\r\nb\r\n") == "a\r\n..\r\nb\r\n.\r\n");
    CHECK(notify::dot_stuffed(".") == "..\r\n.\r\n");
    CHECK(notify::dot_stuffed("a\n.\nMAIL FROM:<x@y>") == "a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n");
    CHECK(notify::dot_stuffed("a\r.\rb") == "a\r\n..\r\nb\r\n.\r\n");
    CHECK(notify::dot_stuffed("") == "\r\n.\r\n");
}
