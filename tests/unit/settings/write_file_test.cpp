// Private files: rights, replacing, and nothing left behind.
#include "settings/write_file.h"

#include "catch.h"
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
