#include "catch.h"
#include "observe/evidence.h"
#include "sample_status.h"

namespace mailquotad::observe {
namespace {

Evidence evidence(const std::string& detail, std::size_t lines = 0) {
    Evidence result{sample_time(), {FailureKind::protocol, detail}, {}};
    for (std::size_t i = 0; i < lines; ++i) {
        result.wire_log.push_back(std::to_string(i));
    }
    return result;
}

} // namespace

TEST_CASE("the last three failed probes of a mailbox are kept, the newest first", "[evidence]") {
    EvidenceLog log;
    for (const char* detail : {"one", "two", "three", "four"}) {
        log.add("kim", evidence(detail));
    }
    log.add("kasse", evidence("other"));
    const auto kept = log.of("kim");
    REQUIRE(kept.size() == 3);
    CHECK(kept[0].failure.detail == "four");
    CHECK(kept[2].failure.detail == "two");
    CHECK(log.of("nobody").empty());
    log.keep_only({"kasse"});
    CHECK(log.of("kim").empty());
    CHECK(log.of("kasse").size() == 1);
}

TEST_CASE("of a long wire log the beginning and the end are kept, and long lines are cut", "[evidence]") {
    EvidenceLog log;
    Evidence long_one = evidence("x", 1000);
    long_one.wire_log[0] = std::string(5000, 'x');
    log.add("kim", long_one);
    log.add("short", evidence("x", EvidenceLog::kMaxLines));
    const auto lines = log.of("kim").front().wire_log;
    REQUIRE(lines.size() == EvidenceLog::kMaxLines + 1);
    CHECK(lines[0].size() < 1100);
    CHECK(lines[99] == "99");
    CHECK(lines[100] == "[800 lines left out]");
    CHECK(lines[101] == "900");
    CHECK(lines.back() == "999");
    CHECK(log.of("short").front().wire_log.size() == EvidenceLog::kMaxLines);
}

TEST_CASE("logins, addresses and folder names are taken out of a text", "[evidence]") {
    const PrivateNames names{.logins = {"web123p4", "kim"},
                             .addresses = {"kim.muster@verein.example"},
                             .folders = {"INBOX", "Gehalt", "Entw\xC3\xBCrfe", "A", "Mit \"Zeichen\""}};
    const auto hide = [&](const char* text) { return hide_names(text, names); };
    CHECK(hide("NO user Kim.Muster@Verein.example unknown") == "NO user [address] unknown");
    CHECK(hide("uid_web123p4x failed") == "uid_[login]x failed");
    CHECK(hide("kim.muster, kim, kimono") == "[address], [login], kimono");
    CHECK(hide("SELECT \"Gehalt\" in INBOX: A is no Gehaltsliste") ==
          "SELECT \"[folder]\" in INBOX: [folder] is no Gehaltsliste");
    CHECK(hide("STATUS \"Entw&APw-rfe\" Entw\xC3\xBCrfe") == "STATUS \"[folder]\" [folder]");
    CHECK(hide("STATUS \"Mit \\\"Zeichen\\\"\"") == "STATUS \"[folder]\"");
    CHECK(hide("") == "");
}

TEST_CASE("whatever looks like an address is hidden", "[evidence]") {
    CHECK(hide_addresses("<a.b+c@x.example>.") == "<[address]>.");
    CHECK(hide_addresses("to b@x.example. Then") == "to [address]. Then");
    CHECK(hide_addresses("\"kim muster\"@x.example!") == "[address]!");
    CHECK(hide_addresses("a@b@c.example") == "[address]");
    CHECK(hide_addresses("@ and a@ and @b") == "@ and a@ and @b");
    CHECK(hide_addresses("m\xC3\xBCller@x.example") == "[address]");
    CHECK(hide_addresses("root@localhost failed") == "[address] failed");
    CHECK(hide_addresses("a@...") == "[address]...");
}

TEST_CASE("a folder name is found in the form that servers write it", "[evidence]") {
    CHECK(to_modified_utf7("INBOX") == "INBOX");
    CHECK(to_modified_utf7("Entw\xC3\xBCrfe") == "Entw&APw-rfe");
    CHECK(to_modified_utf7("Tom & Jerry") == "Tom &- Jerry");
    CHECK(to_modified_utf7("~peter/mail/\xE5\x8F\xB0\xE5\x8C\x97/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E") ==
          "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
    CHECK(to_modified_utf7("\xF0\x9F\x93\xA7") == "&2D3c5w-");
    CHECK(to_modified_utf7("\xff") == "\xff");
}

} // namespace mailquotad::observe
