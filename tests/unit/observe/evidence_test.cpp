#include "catch.h"
#include "observe/evidence.h"

namespace mailquotad::observe {
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
