// libetpan's own POP3 and SMTP sessions over our transport.
#include "catch.h"

#include "fakes/scripted_transport.h"
#include "net/mailstream_driver.h"
#include "unit/net/net_test_tools.h"

#include <algorithm>
#include <memory>

#include <libetpan/mailpop3.h>
#include <libetpan/mailsmtp.h>
#include <libetpan/mailstream.h>
#include <libetpan/mailstream_helper.h>

using namespace mailquotad;
using namespace mailquotad::tests;
using fakes::ScriptedTransport;

namespace {

/// A stream over a script, and what happened on it.
struct Scripted {
    explicit Scripted(std::string_view script, bool is_protected = true, std::size_t chunk = SIZE_MAX) {
        auto transport =
            std::make_unique<ScriptedTransport>(script, is_protected, fakes::ScriptOptions{.chunk = chunk});
        conversation = transport->conversation();
        stream = std::make_unique<net::MailStream>(std::move(transport));
    }
    std::shared_ptr<const fakes::Conversation> conversation;
    std::unique_ptr<net::MailStream> stream;
};

using Pop3 = std::unique_ptr<mailpop3, decltype(&mailpop3_free)>;
using Smtp = std::unique_ptr<mailsmtp, decltype(&mailsmtp_free)>;

Pop3 new_pop3() {
    return {mailpop3_new(0, nullptr), &mailpop3_free};
}
Smtp new_smtp() {
    return {mailsmtp_new(0, nullptr), &mailsmtp_free};
}

std::string read_library_line(net::MailStream& stream) {
    MMAPString* buffer = mmap_string_new("");
    const char* line = mailstream_read_line_remove_eol(stream.get(), buffer);
    std::string out = line ? line : "(none)";
    mmap_string_free(buffer);
    return out;
}

bool shows(const net::MailStream& stream, std::string_view text) {
    const auto log = const_cast<net::MailStream&>(stream).transport().wire_log();
    return std::any_of(log.begin(), log.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

} // namespace

TEST_CASE("a POP3 session of libetpan runs over our transport, and its password is blanked") {
    Scripted pop(R"(
        S: +OK ready
        C: USER kim
        S: +OK
        C: PASS hunter2!
        S: +OK in
        C: STAT
        S: +OK 3 4500
        C: QUIT
        S: +OK bye)",
                 true, GENERATE(std::size_t{1}, SIZE_MAX));
    const Pop3 session = new_pop3();
    REQUIRE(mailpop3_connect(session.get(), pop.stream->get()) == MAILPOP3_NO_ERROR);
    REQUIRE(mailpop3_user(session.get(), "kim") == MAILPOP3_NO_ERROR);
    REQUIRE(mailpop3_pass(session.get(), "hunter2!") == MAILPOP3_NO_ERROR);
    mailpop3_stat_response* answer = nullptr;
    REQUIRE(mailpop3_stat(session.get(), &answer) == MAILPOP3_NO_ERROR);
    CHECK(answer->msgs_count == 3);
    CHECK(answer->msgs_size == 4500);
    mailpop3_stat_resp_free(answer);
    CHECK(mailpop3_quit(session.get()) == MAILPOP3_NO_ERROR);
    CHECK(pop.stream->get() == nullptr); // freed by the library
    CHECK(pop.conversation->clean());
    CHECK(pop.conversation->closed);
    CHECK_NOTHROW(pop.stream->rethrow_if_failed());
    CHECK(shows(*pop.stream, "C: STAT"));
    CHECK_FALSE(shows(*pop.stream, "hunter2!"));
}

TEST_CASE("an SMTP session of libetpan runs over our transport, with STARTTLS by us") {
    Scripted smtp(R"(
        S: 220 mail.example
        C: EHLO *
        S: 250-mail.example
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go on
        STARTTLS
        C: EHLO *
        S: 250 mail.example
        C: QUIT)",
                  false);
    const Smtp session = new_smtp();
    REQUIRE(mailsmtp_connect(session.get(), smtp.stream->get()) == MAILSMTP_NO_ERROR);
    REQUIRE(mailesmtp_ehlo(session.get()) == MAILSMTP_NO_ERROR);
    REQUIRE(mailesmtp_starttls(session.get()) == MAILSMTP_NO_ERROR);
    smtp.stream->start_tls();
    CHECK(smtp.stream->transport().is_protected());
    REQUIRE(mailesmtp_ehlo(session.get()) == MAILSMTP_NO_ERROR);
    CHECK(mailsmtp_quit(session.get()) == MAILSMTP_NO_ERROR);
    INFO(smtp.conversation->report());
    CHECK(smtp.conversation->clean());
}

TEST_CASE("text that the library had read before the handshake makes STARTTLS fail") {
    Scripted smtp("S: 220 mail.example\nC: EHLO *\nS: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go on\nS: "
                  "250 AUTH PLAIN\nSTARTTLS\n",
                  false);
    const Smtp session = new_smtp();
    REQUIRE(mailsmtp_connect(session.get(), smtp.stream->get()) == MAILSMTP_NO_ERROR);
    REQUIRE(mailesmtp_ehlo(session.get()) == MAILSMTP_NO_ERROR);
    mailesmtp_starttls(session.get()); // 1.9.4 notices by itself, older ones do not
    const Caught failure = caught([&] { smtp.stream->start_tls(); });
    CHECK(failure.kind == FailureKind::tls);
    CHECK_FALSE(smtp.stream->transport().is_protected());
    CHECK(smtp.conversation->sent.ends_with("\r\nSTARTTLS\r\n"));
}

TEST_CASE("a failure of the transport comes through libetpan unharmed, and nothing is tried after it") {
    Scripted pop("S: +OK ready\nC: STAT\nFAIL timeout time is up while reading\n");
    const Pop3 session = new_pop3();
    REQUIRE(mailpop3_connect(session.get(), pop.stream->get()) == MAILPOP3_NO_ERROR);
    CHECK_NOTHROW(pop.stream->rethrow_if_failed());
    mailpop3_stat_response* answer = nullptr;
    CHECK(mailpop3_stat(session.get(), &answer) != MAILPOP3_NO_ERROR);
    const Caught failure = caught([&] { pop.stream->rethrow_if_failed(); });
    CHECK(failure.kind == FailureKind::timeout);
    CHECK(failure.detail == "time is up while reading");
    CHECK(mailpop3_noop(session.get()) != MAILPOP3_NO_ERROR);
    CHECK(pop.conversation->sent == "STAT\r\n");
}

TEST_CASE("a stream that ends early ends the library's reads, wherever it is cut") {
    const std::string full = "+OK 2 messages\r\n1 100\r\n2 200\r\n.\r\n";
    for (std::size_t size = 0; size < full.size(); ++size) {
        std::string script = "S: +OK ready\nC: USER kim\nS: +OK\nC: PASS x\nS: +OK\nC: LIST\n";
        for (const char c : full.substr(0, size)) {
            const std::string hex = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            script += std::string("S~: <x") + hex[byte >> 4] + hex[byte & 15] + ">\n";
        }
        Scripted pop(script + "CLOSE\n");
        const Pop3 session = new_pop3();
        REQUIRE(mailpop3_connect(session.get(), pop.stream->get()) == MAILPOP3_NO_ERROR);
        REQUIRE(mailpop3_user(session.get(), "kim") == MAILPOP3_NO_ERROR);
        REQUIRE(mailpop3_pass(session.get(), "x") == MAILPOP3_NO_ERROR);
        carray* messages = nullptr;
        mailpop3_list(session.get(), &messages);
        CHECK(caught([&] { pop.stream->rethrow_if_failed(); }).kind == FailureKind::protocol);
    }
}

TEST_CASE("a line without end is cut off at the limit") {
    Scripted pop("S: +OK ready\nS~: " + std::string(200'000, 'x') + "\n");
    CHECK(read_library_line(*pop.stream) == "+OK ready");
    read_library_line(*pop.stream);
    CHECK(caught([&] { pop.stream->rethrow_if_failed(); }).kind == FailureKind::limit);
}

TEST_CASE("many lines are no long line") {
    Scripted pop("S*20000: line number <n>\n");
    for (int i = 1; i <= 20000; ++i) {
        REQUIRE(read_library_line(*pop.stream) == "line number " + std::to_string(i));
    }
    CHECK_NOTHROW(pop.stream->rethrow_if_failed());
}

TEST_CASE("what is written within a secret scope is blanked") {
    Scripted smtp("C: AUTH PLAIN *\nC: NOOP\n");
    const auto say = [&](const std::string& text) {
        mailstream_write(smtp.stream->get(), text.data(), text.size());
        mailstream_flush(smtp.stream->get());
    };
    {
        const net::MailStream::SecretScope scope(*smtp.stream);
        say("AUTH PLAIN AGtpbQBodW50ZXIyIQ==\r\n");
    }
    say("NOOP\r\n");
    CHECK(smtp.stream->transport().wire_log() == std::vector<std::string>{"C: [33 secret bytes]", "C: NOOP"});
}

TEST_CASE("a stream that no session took is freed with its owner") {
    Scripted pop("S: +OK\n");
    pop.stream.reset();
    CHECK(pop.conversation->closed);
}
