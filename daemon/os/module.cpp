#include "os/module.h"

#include <dlfcn.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace mailquotad::os {

namespace {

namespace fs = std::filesystem;

constexpr const char* kAdvice = "Install mailquotad again, all of its files from one package";

/// The running program; while it runs, an upgrade may have taken its name away, but not its folder.
constexpr const char* kThisProgram = "/proc/self/exe";

[[noreturn]] void fail(const fs::path& file, const std::string& reason, const std::string& advice = kAdvice) {
    throw ModuleError(file.string() + " cannot be used: " + reason + ". " + advice);
}

struct stat status_of(const fs::path& path, const fs::path& file) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        fail(file, std::generic_category().message(errno));
    return status;
}

// Somebody who can put a file there could otherwise wait until this program is run by root.
void require_trusted(const fs::path& file) {
    const ::uid_t owner = status_of(kThisProgram, file).st_uid;
    for (const fs::path& path : {file, file.parent_path()}) {
        const struct stat status = status_of(path, file);
        if (status.st_uid != 0 && status.st_uid != owner)
            fail(file, path.string() + " belongs to another user than the program");
        if ((status.st_mode & S_IWOTH) != 0)
            fail(file, path.string() + " can be changed by every user of this machine");
    }
}

} // namespace

fs::path module_file(const std::string& name) {
    const std::string file = name + ".so";
    std::error_code error;
    const fs::path folder = fs::read_symlink(kThisProgram, error).parent_path();
    if (error || !folder.is_absolute())
        fail(file, std::string("where it lies cannot be told: ") + kThisProgram + " cannot be read");
    std::error_code ignored;
    const fs::path beside = folder / file;
    return fs::exists(beside, ignored) ? beside : (folder / MAILQUOTAD_MODULES / file).lexically_normal();
}

Module::Module(const fs::path& file) {
    require_trusted(file);
    void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr)
        fail(file, ::dlerror());
    const auto entry = reinterpret_cast<ModuleEntry*>(::dlsym(handle, kModuleEntry));
    if (entry == nullptr)
        fail(file, "it is no part of mailquotad");
    functions_ = entry(MAILQUOTAD_BUILD);
    if (functions_ == nullptr)
        fail(file, "it belongs to another version", "After an upgrade restart mailquotad. " + std::string(kAdvice));
}

} // namespace mailquotad::os
