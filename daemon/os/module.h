// Parts of this program that lie in files of their own, beside it: what they need is in memory only where it is used.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace mailquotad::os {

/// A module cannot be loaded. The text names the file and what to do.
class ModuleError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Where the module `name` lies: beside the program, as it is built, else in the folder that the installation puts
/// modules into, seen from the program. Neither the environment nor the current folder has a say. Throws ModuleError.
std::filesystem::path module_file(const std::string& name);

/// A module, loaded until the process ends: the libraries that it needs leave threads' data and exit handlers behind.
class Module {
public:
    /// Loads a file by its full path. Its code runs with the rights of this process: a file or folder that belongs to
    /// others than root or the owner of the program, or that everybody may write, is refused before. So is a module of
    /// another build, which an upgrade may have put there while this program was running. Throws ModuleError.
    explicit Module(const std::filesystem::path& file);

    /// Its functions. Both sides name the same type.
    template <typename Functions>
    [[nodiscard]] const Functions& functions() const {
        return *static_cast<const Functions*>(functions_);
    }

private:
    const void* functions_ = nullptr;
};

/// The one name that is looked for in a module, and its type: takes the build of the program and gives the module's
/// functions, or nullptr to another build.
inline constexpr const char* kModuleEntry = "mailquotad_module";
using ModuleEntry = const void*(const char* build);

} // namespace mailquotad::os
