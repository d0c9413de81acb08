#include "catch.h"
#include "observe/wire_redaction.h"

namespace mailquotad::observe {
namespace {

const PrivateNames kNames{.logins = {"web12p3"}, .addresses = {"kim.muster@verein.example"}, .folders = {}};

std::vector<std::string> shown(std::vector<std::string> lines) {
    const Evidence evidence{.at = {}, .failure = {FailureKind::protocol, "NO"}, .wire_log = std::move(lines)};
    return public_evidence(evidence, kNames).wire_log;
}

std::string shown_one(const std::string& line) {
    return shown({line}).front();
}

} // namespace

TEST_CASE("what is the protocol's own stays", "[evidence]") {
    for (const char* line : {"-- TLS1.3 with mail.example", "C: A1 CAPABILITY", "C: [66 secret bytes]", "C: A4 LOGOUT",
                             "S: * OK [CAPABILITY IMAP4rev1 SASL-IR] Dovecot ready.", "S: * CAPABILITY IMAP4rev1 QUOTA",
                             "S: A2 OK Completed (0.001 secs).", "S: * BYE Too many connections", "S: * 5 EXISTS",
                             "S: * 3 FETCH (UID 7 RFC822.SIZE 1234)", "C: A3 LIST \"\" \"*\"", "S: +OK ready",
                             "S: -ERR [IN-USE] locked", "S: SASL PLAIN LOGIN", "S: 1 2048", "S: ."})
        CHECK(shown_one(line) == line);
}

TEST_CASE("names are hidden by their place, also those that nobody told us", "[evidence]") {
    CHECK(shown_one(R"(S: * LIST (\HasNoChildren) "/" Arzt)") == R"(S: * LIST (\HasNoChildren) "/" [folder])");
    CHECK(shown_one(R"(S: * LIST (\HasNoChildren) "/" "Scheidung ""x")") ==
          R"(S: * LIST (\HasNoChildren) "/" [folder])");
    CHECK(shown_one("S: * LIST Arzt") == "S: * LIST [folder]");
    CHECK(shown_one("S: * STATUS \"Arzt (neu)\" (MESSAGES 3)") == "S: * STATUS [folder] (MESSAGES 3)");
    CHECK(shown_one("S: * QUOTA \"user/kim\" (STORAGE 1 2)") == "S: * QUOTA [root] (STORAGE 1 2)");
    CHECK(shown_one("S: * QUOTAROOT Arzt user/kim") == "S: * QUOTAROOT [not shown here]");
    CHECK(shown_one("S: * NAMESPACE ((\"kim/\" \"/\")) NIL NIL") == "S: * NAMESPACE [not shown here]");
    CHECK(shown_one("C: A4 STATUS \"Arzt\" (MESSAGES)") == "C: A4 STATUS [folder] (MESSAGES)");
    CHECK(shown_one("C: A4 GETQUOTAROOT \"A \\\" b\"") == "C: A4 GETQUOTAROOT [folder]");
    CHECK(shown_one("C: USER kim") == "C: USER [login]");
    CHECK(shown_one("S: A4 NO \"Arzt\" is locked") == "S: A4 NO [not shown here] is locked");
    CHECK(shown_one("S: + PDE4OTYuNjk3MTcwOTUyQHg+") == "S: + [not shown here]");
    CHECK(shown_one("S: Arzt und Apotheker") == "S: [not shown here]");
    CHECK(shown_one("S: HTTP/1.1 400 Kim") == "S: [not shown here]");
}

TEST_CASE("what a literal holds is hidden, whatever it looks like", "[evidence]") {
    CHECK(shown({"S: * LIST () \"/\" {10}", "S: * OK Kim", "S: A1 OK done"}) ==
          std::vector<std::string>{"S: * LIST () \"/\" [folder]", "S: [not shown here]", "S: A1 OK done"});
}

TEST_CASE("a folder that LIST told is hidden in later texts too", "[evidence]") {
    Evidence evidence{.at = {},
                      .failure = {FailureKind::protocol, "NO Arzt is locked, Sent is not"},
                      .wire_log = {"S: * LIST () \".\" Arzt", "S: * LIST () \".\" Sent", "S: * LIST () \".\" {4}",
                                   "S: Geld", "S: A4 NO Arzt or Geld is locked"}};
    const Evidence result = public_evidence(evidence, kNames);
    CHECK(result.failure.detail == "NO [folder] is locked, Sent is not");
    CHECK(result.wire_log.back() == "S: A4 NO [folder] or [folder] is locked");
}

TEST_CASE("logins and addresses are hidden wherever they stand", "[evidence]") {
    CHECK(shown_one("S: A1 NO web12p3 (Kim.Muster@verein.example, x@y.example) unknown") ==
          "S: A1 NO [login] ([address], [address]) unknown");
    CHECK(shown_one("") == "");
    CHECK(shown_one("x") == "x");
}

} // namespace mailquotad::observe
