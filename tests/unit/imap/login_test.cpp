#include "catch.h"

#include "imap/login.h"

using namespace mailquotad;
using namespace mailquotad::imap;

TEST_CASE("the mechanism is chosen as the contract says") {
    using enum LoginMethod;
    const Capabilities all("AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5 AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 AUTH=XOAUTH2");
    CHECK(choose_login(Mechanism::automatic, all, true, false) == plain);
    CHECK(choose_login(Mechanism::automatic, all, false, false) == scram_sha_256);
    CHECK(choose_login(Mechanism::cram_md5, all, true, false) == cram_md5);
    CHECK(choose_login(Mechanism::xoauth2, all, true, false) == xoauth2);
    CHECK(choose_login(Mechanism::automatic, Capabilities("IMAP4rev1"), true, false) == own_command);
    CHECK(choose_login(Mechanism::automatic, Capabilities("AUTH=CRAM-MD5 LOGINDISABLED"), true, false) == cram_md5);
    CHECK(choose_login(Mechanism::automatic, Capabilities("AUTH=CRAM-MD5 AUTH=SCRAM-SHA-256 LOGINDISABLED"), true,
                       false) == scram_sha_256);
    CHECK(choose_login(Mechanism::automatic, Capabilities("AUTH=SCRAM-SHA-256"), true, true) == scram_sha_256);
    CHECK_THROWS_AS(choose_login(Mechanism::automatic, Capabilities("LOGINDISABLED"), true, false), net::NetError);
    CHECK_THROWS_AS(choose_login(Mechanism::oauthbearer, all, true, false), net::NetError);
}
