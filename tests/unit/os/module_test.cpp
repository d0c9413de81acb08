#include "os/module.h"

#include "catch.h"

#include <dlfcn.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace mailquotad::os {
namespace {

namespace fs = std::filesystem;

/// A folder beside others' in /tmp.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "module-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] fs::path file() const {
        const fs::path file = path_ / "some.so";
        std::ofstream(file) << "no program";
        return file;
    }

private:
    fs::path path_;
};

std::string why_not(const fs::path& file) {
    try {
        const Module module(file);
        return "it can be used";
    } catch (const ModuleError& error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("a module is looked for where the installation puts it, seen from the program, and nowhere else") {
    ::setenv("LD_LIBRARY_PATH", "/somewhere", 1);
    const fs::path file = module_file("mailquotad-none");
    ::unsetenv("LD_LIBRARY_PATH");
    CHECK(file.filename() == "mailquotad-none.so");
    CHECK(file.parent_path().filename() == "mailquotad");
    const fs::path program = fs::read_symlink("/proc/self/exe");
    CHECK_FALSE(file.lexically_relative(program.parent_path().parent_path()).string().starts_with(".."));
}

TEST_CASE("a module that is missing, broken or something else is told with its file and what to do") {
    const Folder folder;
    const std::string missing = why_not(folder.path() / "none.so");
    CHECK_THAT(missing, ContainsSubstring((folder.path() / "none.so").string() + " cannot be used: No such file"));
    CHECK_THAT(missing, ContainsSubstring("Install mailquotad again"));
    CHECK_THAT(why_not(folder.file()), ContainsSubstring("cannot be used") && ContainsSubstring("some.so"));
    ::Dl_info library{};
    REQUIRE(::dladdr(reinterpret_cast<void*>(&std::abort), &library) != 0);
    CHECK_THAT(why_not(fs::canonical(library.dli_fname)), ContainsSubstring("no part of mailquotad"));
}

TEST_CASE("a module that every user of the machine could have put there is not loaded") {
    const Folder folder;
    const fs::path file = folder.file();
    fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
    CHECK_THAT(why_not(file), ContainsSubstring("some.so can be changed by every user"));
    fs::permissions(file, fs::perms::others_write, fs::perm_options::remove);
    fs::permissions(folder.path(), fs::perms::others_write, fs::perm_options::add);
    CHECK_THAT(why_not(file), ContainsSubstring(folder.path().string() + " can be changed by every user"));
}

} // namespace mailquotad::os
