#include "catch.h"

#include "imap/base64.h"
#include "imap/crypto.h"
#include "imap/login.h"
#include "imap/sasl.h"
#include "net/transport.h"

using namespace mailquotad;
using namespace mailquotad::imap;

namespace {

Identity identity(std::string username, std::string password, std::string authorize_as = {}) {
    return {.username = std::move(username),
            .authorize_as = std::move(authorize_as),
            .password = Secret(std::move(password))};
}

FailureKind kind_of(SaslClient& client, std::string_view challenge) {
    try {
        client.respond(challenge);
    } catch (const net::NetError& error) {
        return error.kind();
    }
    return FailureKind::internal;
}

} // namespace

TEST_CASE("base64 is that of RFC 4648 section 10") {
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(encode_base64(plain) == encoded);
        CHECK(decode_base64(encoded) == plain);
    }
    CHECK(decode_base64("Zg") == "f");
    CHECK_FALSE(decode_base64("Z"));
    CHECK_FALSE(decode_base64("Zm 9v"));
}

TEST_CASE("SCRAM-SHA-1 makes the exchange of RFC 5802 section 5") {
    const auto client = make_scram(identity("user", "pencil"), ScramDigest::sha1, "fyko+d2lbbFgONRv9qkxdawL");
    CHECK(client->first() == "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    CHECK(client->respond("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096") ==
          "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    CHECK_FALSE(client->satisfied());
    CHECK(client->respond("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=") == "");
    CHECK(client->satisfied());
}

TEST_CASE("SCRAM-SHA-256 makes the exchange of RFC 7677 section 3") {
    const auto client = make_scram(identity("user", "pencil"), ScramDigest::sha256, "rOprNGfwEbeRWgbNEkqO");
    client->first();
    CHECK(client->respond("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") ==
          "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    CHECK(client->respond("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == "");
    CHECK(client->satisfied());
}

TEST_CASE("SCRAM refuses a server that does not know the password, or wants too much") {
    const std::string first = "r=abcdef,s=QSXCR+Q6sek8bf92,i=4096";
    const auto make = [] { return make_scram(identity("user", "pencil"), ScramDigest::sha256, "abc"); };
    const auto wrong_signature = make();
    wrong_signature->respond(first);
    CHECK(kind_of(*wrong_signature, "v=AAAA") == FailureKind::protocol);
    const auto refused = make();
    refused->respond(first);
    CHECK(kind_of(*refused, "e=invalid-proof") == FailureKind::login_refused);
    CHECK(kind_of(*make(), "r=abc,s=QQ==,i=4096") == FailureKind::protocol);
    CHECK(kind_of(*make(), "r=xyzdef,s=QQ==,i=4096") == FailureKind::protocol);
    CHECK(kind_of(*make(), "r=abcdef,s=,i=4096") == FailureKind::protocol);
    CHECK(kind_of(*make(), "r=abcdef,s=QQ==,i=0") == FailureKind::protocol);
    CHECK(kind_of(*make(), "r=abcdef,s=QQ==,i=2000000000") == FailureKind::limit);
    CHECK(kind_of(*make(), "r=abcdef,s=QQ==,i=99999999999999999999") == FailureKind::limit);
    CHECK(kind_of(*make(), "m=ext,r=abcdef,s=QQ==,i=4096") == FailureKind::protocol);
    CHECK(kind_of(*make(), "") == FailureKind::protocol);
}

TEST_CASE("SCRAM escapes names and says whom it acts for") {
    const auto client = make_scram(identity("a=b,c", "x", "kim,1"), ScramDigest::sha1, "n");
    CHECK(client->first() == "n,a=kim=2C1,n=a=3Db=2Cc,r=n");
}

TEST_CASE("two SCRAM exchanges never share a nonce") {
    CHECK(make_scram(identity("u", "p"), ScramDigest::sha1)->first() !=
          make_scram(identity("u", "p"), ScramDigest::sha1)->first());
}

TEST_CASE("the mechanism is chosen as the contract says") {
    using enum LoginMethod;
    const Capabilities all("AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5 AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 AUTH=XOAUTH2");
    CHECK(choose_login(Mechanism::automatic, all, true, false) == plain);
    CHECK(choose_login(Mechanism::automatic, all, false, false) == scram_sha_256);
    CHECK(choose_login(Mechanism::cram_md5, all, true, false) == cram_md5);
    CHECK(choose_login(Mechanism::xoauth2, all, true, false) == xoauth2);
    CHECK(choose_login(Mechanism::automatic, Capabilities("IMAP4rev1"), true, false) == login_command);
    CHECK(choose_login(Mechanism::automatic, Capabilities("AUTH=CRAM-MD5 LOGINDISABLED"), true, false) == cram_md5);
    CHECK(choose_login(Mechanism::automatic, Capabilities("AUTH=CRAM-MD5 AUTH=SCRAM-SHA-256 LOGINDISABLED"), true,
                       false) == scram_sha_256);
    CHECK(choose_login(Mechanism::automatic, Capabilities("AUTH=SCRAM-SHA-256"), true, true) == scram_sha_256);
    CHECK_THROWS_AS(choose_login(Mechanism::automatic, Capabilities("LOGINDISABLED"), true, false), net::NetError);
    CHECK_THROWS_AS(choose_login(Mechanism::oauthbearer, all, true, false), net::NetError);
}
