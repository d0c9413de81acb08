#include "catch.h"

#include "net/base64.h"
#include "net/crypto.h"
#include "net/login_choice.h"
#include "net/sasl.h"
#include "net/transport.h"

using namespace mailquotad;
using namespace mailquotad::net;

namespace {

Identity identity(std::string username, std::string password, std::string authorize_as = {}) {
    return {.username = std::move(username),
            .authorize_as = std::move(authorize_as),
            .password = Secret(std::move(password))};
}

FailureKind kind_of(SaslClient& client, std::string_view challenge) {
    try {
        client.respond(challenge);
    } catch (const NetError& error) {
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

TEST_CASE("an exchange carries an initial response where there is one and it is short enough") {
    const auto client = make_plain(identity("kim", "pw"));
    CHECK(SaslExchange(*client).initial_response(12) == "AGtpbQBwdw==");
    SaslExchange late(*client);
    CHECK_FALSE(late.initial_response(11));
    CHECK(late.answer("") == "AGtpbQBwdw==");
    const auto login = make_login(identity("kim", "pw"));
    SaslExchange prompts(*login);
    CHECK_FALSE(prompts.initial_response(SIZE_MAX));
    CHECK(prompts.answer(" VXNlcm5hbWU6") == "a2lt");
    CHECK(prompts.answer("UGFzc3dvcmQ6") == "cHc=");
    CHECK_THROWS_AS(prompts.answer(""), NetError);
}

TEST_CASE("PLAIN is said once more where a server overlooked it, and not twice") {
    const auto client = make_plain(identity("kim", "pw"));
    SaslExchange exchange(*client);
    REQUIRE(exchange.initial_response(SIZE_MAX));
    CHECK(exchange.answer("") == "AGtpbQBwdw==");
    CHECK_THROWS_AS(exchange.answer(""), NetError);
}

TEST_CASE("an exchange ends at a challenge that is no base64") {
    const auto client = make_cram_md5(identity("kim", "pw"));
    CHECK_THROWS_AS(SaslExchange(*client).answer("???"), NetError);
}

TEST_CASE("no login leaves that could end a line") {
    ProbeRequest request;
    request.username = "kim";
    request.password = Secret("pw");
    CHECK(checked_identity(request).username == "kim");
    for (const std::string& text : {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3), std::string()}) {
        ProbeRequest bad = request;
        bad.username = text;
        CHECK_THROWS_AS(checked_identity(bad), NetError);
        bad = request;
        bad.password = Secret(text);
        CHECK_THROWS_AS(checked_identity(bad), NetError);
    }
}
