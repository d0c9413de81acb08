#include "settings/write_file.h"

#include "settings/descriptor.h"
#include "settings/files.h"
#include "settings/problems.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>

namespace mailquotad::settings {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kOwnerAlone = 0600;
constexpr mode_t kWithGroup = 0640;
constexpr mode_t kFolderMode = 0750;
constexpr gid_t kKeepGroup = static_cast<gid_t>(-1);
constexpr uid_t kKeepOwner = static_cast<uid_t>(-1);

[[noreturn]] void fail(const fs::path& file, const std::string& what, int error) {
    std::string advice;
    if (error == EACCES || error == EPERM)
        advice = "; run this as root (sudo)";
    throw WriteError(in_quotes(file.string()) + " cannot be " + what + ": " + std::generic_category().message(error) +
                     advice);
}

/// A new file beside the one that is meant; gone again unless it was renamed.
class Draft {
public:
    explicit Draft(const fs::path& file) : target_(file), name_(file.string() + ".XXXXXX") {
        descriptor_ = Descriptor(::mkostemp(name_.data(), O_CLOEXEC)); // 0600
        if (!descriptor_) {
            name_.clear();
            fail(file, "written", errno);
        }
    }
    ~Draft() {
        if (!name_.empty())
            ::unlink(name_.c_str());
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

    void write(std::string_view content) {
        while (!content.empty()) {
            const auto count = ::write(descriptor(), content.data(), content.size());
            if (count < 0 && errno != EINTR)
                fail(target_, "written", errno);
            content.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
        }
        if (::fsync(descriptor()) != 0)
            fail(target_, "written", errno);
    }

    void take_place() {
        if (::rename(name_.c_str(), target_.c_str()) != 0)
            fail(target_, "replaced", errno);
        name_.clear();
        const Descriptor folder(::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (folder)
            ::fsync(folder.get()); // where a file system cannot, the file is there all the same
    }

private:
    fs::path target_;
    std::string name_;
    Descriptor descriptor_;
};

std::optional<gid_t> service_group() {
    const group* found = ::getgrnam(kServiceGroup);
    return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    if (fs::is_directory(folder, error))
        return;
    fs::create_directories(folder.parent_path(), error);
    if (::mkdir(folder.c_str(), 0700) != 0)
        fail(folder, "made", errno);
    const auto group = service_group();
    if (group && ::chown(folder.c_str(), kKeepOwner, *group) == 0)
        ::chmod(folder.c_str(), kFolderMode);
}

} // namespace

Readers write_private(const fs::path& file, std::string_view content) {
    make_folder(file.parent_path());
    Draft draft(file);
    const auto group = service_group();
    const bool shared = group && ::fchown(draft.descriptor(), kKeepOwner, *group) == 0;
    if (::fchmod(draft.descriptor(), shared ? kWithGroup : kOwnerAlone) != 0)
        fail(file, "protected", errno);
    draft.write(content);
    draft.take_place();
    return shared ? Readers::service_group : Readers::owner_alone;
}

Readers write_credential(const fs::path& folder, const std::string& name, const Secret& secret) {
    std::string line;
    line.reserve(secret.reveal().size() + 1); // never moves, so no copy of the secret is left behind
    line.append(secret.reveal()).push_back('\n');
    try {
        const Readers readers = write_private(folder / name, line);
        wipe(line);
        return readers;
    } catch (...) {
        wipe(line);
        throw;
    }
}

void replace_keeping_rights(const fs::path& file, std::string_view content) {
    std::error_code error;
    fs::path real = fs::canonical(file, error);
    if (error)
        fail(file, "read", error.value());
    struct stat before {};
    if (::stat(real.c_str(), &before) != 0)
        fail(file, "read", errno);
    const auto old = read_text_file(real);
    if (!old)
        fail(file, "read", EACCES);
    const auto write = [&before](const fs::path& target, std::string_view text) {
        Draft draft(target);
        if (::fchown(draft.descriptor(), before.st_uid, before.st_gid) != 0 && before.st_uid != ::geteuid())
            fail(target, "given to its owner", errno);
        if (::fchown(draft.descriptor(), kKeepOwner, before.st_gid) != 0 ||
            ::fchmod(draft.descriptor(), before.st_mode & 07777U) != 0)
            fail(target, "given the rights that it had", errno);
        draft.write(text);
        draft.take_place();
    };
    write(real.string() + ".bak", *old);
    write(real, content);
}

FolderLock::FolderLock(const fs::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ >= 0)
        ::flock(descriptor_, LOCK_EX);
}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

bool may_write_in(const fs::path& folder) {
    std::error_code error;
    fs::path there = folder;
    while (!fs::exists(there, error) && there.has_relative_path())
        there = there.parent_path();
    return ::access(there.c_str(), W_OK | X_OK) == 0;
}

} // namespace mailquotad::settings
