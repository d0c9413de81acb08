// Private files: rights, replacing, and nothing left behind.
#include "settings/write_file.h"

#include "catch.h"
#include "settings/encrypted_credential.h"
#include "settings/files.h"
#include "temporary_folder.h"

#include <sys/stat.h>

#include <algorithm>

using namespace mailquotad;
using namespace mailquotad::settings;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

} // namespace

TEST_CASE("a credential is its one line, and no other user can read it") {
    const TemporaryFolder folder;
    const mode_t old = ::umask(0);
    const Readers readers = write_credential(folder.path() / "credentials", "kim", Secret("pass word"));
    ::umask(old);
    CHECK(read_text_file(folder.path() / "credentials" / "kim") == "pass word\n");
    CHECK(mode_of(folder.path() / "credentials" / "kim") == (readers == Readers::service_group ? 0640U : 0600U));
    CHECK((mode_of(folder.path() / "credentials") & 07U) == 0);
    CHECK(entries(folder.path() / "credentials") == 1);
}

TEST_CASE("a credential that is there is replaced whole, and a loose mode is mended") {
    const TemporaryFolder folder;
    const auto file = folder.write("kim", "a very long old password\n", fs::perms(0666));
    write_credential(folder.path(), "kim", Secret("new"));
    CHECK(read_text_file(file) == "new\n");
    CHECK((mode_of(file) & 07U) == 0);
    CHECK(entries(folder.path()) == 1);
}

TEST_CASE("replacing a file keeps its mode and leaves the old one beside it") {
    const TemporaryFolder folder;
    const auto file = folder.write("settings.toml", "old\n", fs::perms(0604));
    replace_keeping_rights(file, "new\n");
    CHECK(read_text_file(file) == "new\n");
    CHECK(read_text_file(file.string() + ".bak") == "old\n");
    CHECK(mode_of(file) == 0604U);
    CHECK(mode_of(file.string() + ".bak") == 0604U);
    replace_keeping_rights(file, "newest\n");
    CHECK(read_text_file(file.string() + ".bak") == "new\n");
    CHECK(entries(folder.path()) == 2);
}

TEST_CASE("a settings file that is a symbolic link stays one") {
    const TemporaryFolder folder;
    const auto file = folder.write("real/settings.toml", "old\n");
    const auto link = folder.path() / "settings.toml";
    fs::create_symlink(file, link);
    replace_keeping_rights(link, "new\n");
    CHECK(fs::is_symlink(link));
    CHECK(read_text_file(file) == "new\n");
    CHECK(fs::exists(folder.path() / "real" / "settings.toml.bak"));
}

TEST_CASE("what cannot be written is told by name and leaves nothing behind") {
    const TemporaryFolder folder;
    folder.write("credentials/kim/x", "a folder where a file should be\n");
    CHECK_THROWS_WITH(write_credential(folder.path() / "credentials", "kim", Secret("secret")),
                      ContainsSubstring("credentials/kim") && !ContainsSubstring("secret"));
    CHECK(entries(folder.path() / "credentials") == 1);
    CHECK_THROWS_AS(replace_keeping_rights(folder.path() / "none", "x"), WriteError);
    CHECK(may_write_in(folder.path() / "not" / "there"));
    const auto file = folder.write("file", "");
    CHECK_THROWS_AS(write_private(file / "below", "x"), WriteError);
}

TEST_CASE("an encrypted credential lies where systemd finds it, and nothing of it in the folder") {
    // A stand-in that does what systemd-creds does to its pipes; the real one wants a machine with a key.
    const TemporaryFolder folder;
    folder.write("bin/systemd-creds",
                 "#!/bin/sh\n[ \"$1 $2 $3 $4\" = 'encrypt --name=kim - -' ] || exit 1\ntr a-z n-za-m\n",
                 fs::perms(0755));
    const std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
    ::setenv("PATH", ((folder.path() / "bin").string() + ":" + path).c_str(), 1);
    const auto credentials = folder.path() / "etc" / "mailquotad" / "credentials";
    write_encrypted(credentials, "kim", Secret("geheim"));
    ::setenv("PATH", path.c_str(), 1);
    CHECK(read_text_file(folder.path() / "etc" / "credstore.encrypted" / "kim") == "trurvz");
    CHECK(is_encrypted(credentials, "kim"));
    CHECK_FALSE(fs::exists(credentials));
    const auto drop_in = folder.path() / "etc" / "systemd" / "system" / "mailquotad.service.d" / "credential-kim.conf";
    CHECK_THAT(read_text_file(drop_in).value_or(""),
               ContainsSubstring("[Service]\nLoadCredentialEncrypted=kim:" +
                                 (folder.path() / "etc" / "credstore.encrypted" / "kim").string() + "\n"));
}

TEST_CASE("where systemd-creds is missing or fails, that is told and nothing is left") {
    const TemporaryFolder folder;
    folder.write("bin/systemd-creds", "#!/bin/sh\nexit 1\n", fs::perms(0755));
    const std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
    for (const auto& searched : {folder.path() / "bin", folder.path() / "nothing"}) {
        ::setenv("PATH", searched.c_str(), 1);
        CHECK_THROWS_WITH(write_encrypted(folder.path() / "etc" / "credentials", "kim", Secret("geheim")),
                          ContainsSubstring("--encrypt") && !ContainsSubstring("geheim"));
    }
    ::setenv("PATH", path.c_str(), 1);
    CHECK(entries(folder.path()) == 1);
}
