// The parts of the room without a conversation: replies, capabilities, memory, choice of login, credentials.
#include "catch.h"

#include "pop3/capabilities.h"
#include "pop3/login.h"
#include "pop3/memory.h"
#include "pop3/reply.h"
#include "pop3/words.h"

using namespace mailquotad;
using namespace mailquotad::pop3;

namespace {

Capabilities offer(std::initializer_list<std::string_view> lines) {
    Capabilities result;
    for (const auto line : lines) {
        result.add(line);
    }
    return result;
}

FailureKind judged(std::string_view line) {
    return classify_refusal(parse_reply(line).value(), FailureKind::internal);
}

} // namespace

TEST_CASE("a POP3 reply is +OK or -ERR, with a code only where it is one word in brackets after -ERR") {
    CHECK(parse_reply("+OK")->text.empty());
    CHECK(parse_reply("+OK [x] y")->code.empty());
    CHECK(parse_reply("-ERR [sys/temp] later")->code == "SYS/TEMP");
    CHECK(parse_reply("-ERR [sys/temp] later")->text == "later");
    CHECK(parse_reply("-ERR [two words] later")->code.empty());
    CHECK(parse_reply("-ERR [open later")->text == "[open later");
    CHECK(parse_reply("-ERR [] later")->code.empty());
    CHECK(parse_reply("-ERR " + std::string(1000, 'x'))->text.size() == 300);
    CHECK(to_string(*parse_reply("-ERR [auth] no")) == "-ERR [AUTH] no");
    for (const char* line : {"", "+", "+ ", "OK", "+OKAY", "-ERROR", "* OK", "+OK\tx"}) {
        CHECK_FALSE(parse_reply(line));
    }
}

TEST_CASE("a refusal is judged by its code first, then by its words") {
    CHECK(judged("-ERR [IN-USE] x") == FailureKind::throttled);
    CHECK(judged("-ERR [LOGIN-DELAY] x") == FailureKind::throttled);
    CHECK(judged("-ERR [SYS/TEMP/DISK] x") == FailureKind::throttled);
    CHECK(judged("-ERR [SYS/PERM] x") == FailureKind::login_refused);
    CHECK(judged("-ERR [AUTH] temporarily locked") == FailureKind::login_refused);
    CHECK(judged("-ERR [IN-USER] x") == FailureKind::internal);
    CHECK(judged("-ERR Mailbox is LOCKED by another session") == FailureKind::throttled);
    CHECK(judged("-ERR mailbox in use") == FailureKind::throttled);
    CHECK(judged("-ERR use STLS first") == FailureKind::login_disabled);
    CHECK(judged("-ERR no") == FailureKind::internal);
}

TEST_CASE("capabilities of POP3 survive being written and read, whatever a server puts into them") {
    const auto first = offer({"sasl PLAIN  LOGIN ", "", "X\xe9", "A,B", "LOGIN-DELAY 90 USER", std::string(500, 'A')});
    const auto again = Capabilities::from_text(first.text());
    CHECK(again.text() == "SASL PLAIN  LOGIN, LOGIN-DELAY 90 USER");
    CHECK(again.has_sasl("LOGIN"));
    CHECK_FALSE(again.has_sasl("LOG"));
    CHECK(again.login_delay() == Seconds{90});
    CHECK_FALSE(offer({"LOGIN-DELAY 0"}).login_delay());
    CHECK_FALSE(offer({"LOGIN-DELAY -5"}).login_delay());
    CHECK_FALSE(offer({"LOGIN-DELAY"}).login_delay());
    CHECK(offer({"LOGIN-DELAY 999999999999999999999"}).login_delay() == Days{1});
    Capabilities many;
    for (int i = 0; i < 10'000; ++i) {
        many.add("X" + std::to_string(i));
    }
    CHECK(many.text().size() < 1000);
}

TEST_CASE("the memory of a POP3 probe is read back by its own mailbox alone") {
    Memory memory;
    memory.discovered_at = Time{Seconds{1'700'000'000}};
    memory.capabilities = offer({"PIPELINING", "SASL PLAIN"});
    memory.login_delay = Seconds{900};
    memory.stat = StatWorth::useless;
    const std::string text = to_text(memory, "me");
    CHECK(text.find("me\n") == std::string::npos);
    const Memory again = memory_from_text(text, "me");
    CHECK(to_text(again, "me") == text);
    CHECK(again.is_fresh(*memory.discovered_at + Seconds{60}));
    CHECK_FALSE(again.is_fresh(*memory.discovered_at - Seconds{1}));
    CHECK_FALSE(again.is_fresh(*memory.discovered_at + kDiscoverEvery));
    CHECK(to_text(memory_from_text(text, "you"), "me") == to_text(Memory{}, "me"));
    for (const char* line : {"what 1\n", "stat maybe\n", "login_delay -1\n", "discovered 99999999999999\n", "\n"}) {
        CHECK_FALSE(memory_from_text(text + line, "me").discovered_at);
    }
    for (std::size_t size = 0; size < text.size(); ++size) {
        (void)memory_from_text(std::string_view(text).substr(0, size), "me");
    }
}

TEST_CASE("POP3 logs in by PLAIN, else by USER and PASS, else by what hides the password") {
    const auto both = offer({"USER", "SASL PLAIN"});
    using enum LoginMethod;
    CHECK(choose_login(Mechanism::automatic, both, true, false) == plain);
    CHECK(choose_login(Mechanism::plain, both, true, true) == plain);
    CHECK(choose_login(Mechanism::login, both, true, false) == own_command);
    CHECK(choose_login(Mechanism::login, offer({"SASL LOGIN"}), true, false) == login);
    CHECK(choose_login(Mechanism::automatic, offer({"USER"}), true, false) == own_command);
    CHECK(choose_login(Mechanism::automatic, std::nullopt, true, false) == own_command);
    CHECK(choose_login(Mechanism::automatic, offer({"SASL CRAM-MD5 SCRAM-SHA-256"}), true, false) == scram_sha_256);
    CHECK(choose_login(Mechanism::automatic, offer({"USER", "SASL PLAIN CRAM-MD5"}), false, false) == cram_md5);
    CHECK(choose_login(Mechanism::automatic, offer({"USER", "SASL CRAM-MD5"}), true, false) == cram_md5);
    CHECK(choose_login(Mechanism::login, offer({"USER", "SASL CRAM-MD5"}), true, false) == own_command);
    CHECK(choose_login(Mechanism::automatic, offer({"USER", "SASL NTLM"}), true, false) == own_command);
    CHECK(choose_login(Mechanism::xoauth2, offer({"SASL PLAIN XOAUTH2"}), true, false) == xoauth2);
    CHECK_THROWS_AS(choose_login(Mechanism::login, both, true, true), net::NetError);
    CHECK_THROWS_AS(choose_login(Mechanism::plain, std::nullopt, true, false), net::NetError);
    CHECK_THROWS_AS(choose_login(Mechanism::cram_md5, both, true, false), net::NetError);
}

TEST_CASE("numbers of POP3 are digits alone, and the largest one where they are larger") {
    CHECK(parse_number("007") == 7);
    CHECK(parse_number("9223372036854775807") == INT64_MAX);
    CHECK(parse_number("9223372036854775808") == INT64_MAX);
    for (const char* word : {"", "-1", "+1", "1.5", "1x", " 1"}) {
        CHECK_FALSE(parse_number(word));
    }
}
