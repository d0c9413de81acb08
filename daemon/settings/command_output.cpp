#include "settings/command_output.h"

#include "core/secret.h"
#include "settings/descriptor.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>

namespace mailquotad::settings {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = CommandFailure::Kind;

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// What posix_spawn changes in the child: stdin, stdout into a pipe, nothing else open, signals as usual.
class SpawnSetup {
public:
    SpawnSetup(int input, int output) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        if (input >= 0)
            posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        else
            posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        // The daemon blocks the signals that it reads from a descriptor, and ignores SIGPIPE: not so the child.
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;
    ~SpawnSetup() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&actions_);
    }

    /// 0 or an errno.
    int spawn(pid_t& process, const std::vector<std::string>& argv) const {
        std::vector<char*> pointers;
        pointers.reserve(argv.size() + 1);
        for (const auto& argument : argv)
            pointers.push_back(const_cast<char*>(argument.c_str()));
        pointers.push_back(nullptr);
        return posix_spawnp(&process, pointers.front(), &actions_, &attributes_, pointers.data(), environ);
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// glibc 2.36 declares pidfd_open without extern "C", so C++ cannot link it.
int open_process(pid_t process) {
    return static_cast<int>(::syscall(SYS_pidfd_open, process, 0U));
}

/// A child of ours; killed with its group and waited for at the end, so that none is left behind.
class Child {
public:
    explicit Child(pid_t process) : process_(process), exited_(open_process(process)) {
        if (!exited_) {
            const int error = errno;
            wait();
            errno = error;
            throw_errno("cannot watch a program");
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { wait(); }

    /// Becomes readable when the process has ended.
    [[nodiscard]] int exited() const { return exited_.get(); }

    /// Kills what is left of the group and returns the wait status of the process.
    int wait() {
        if (process_ <= 0)
            return status_;
        ::kill(-process_, SIGKILL);
        while (waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
        }
        process_ = -1;
        return status_;
    }

private:
    pid_t process_;
    Descriptor exited_;
    int status_ = 0;
};

/// Milliseconds until a point in time, for poll().
int left_until(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

/// Appends what can be read now, up to `limit` bytes altogether; false at the end of the stream.
bool read_some(int descriptor, std::string& output, std::size_t limit) {
    while (output.size() < limit) {
        const auto before = output.size();
        output.resize(limit); // reserved, so the secret is never copied
        const auto count = ::read(descriptor, output.data() + before, limit - before);
        const int error = errno;
        output.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0 || (count < 0 && error != EINTR && error != EAGAIN))
            return false;
        if (count < 0 && error == EAGAIN)
            return true;
    }
    return true;
}

/// Reads until the process ends; a grandchild that keeps stdout open is not waited for.
std::optional<Kind> collect(const Child& child, int output_pipe, std::string& output, const CommandLimits& limits) {
    const auto deadline = Clock::now() + limits.time;
    pollfd watched[2] = {{.fd = child.exited(), .events = POLLIN, .revents = 0},
                         {.fd = output_pipe, .events = POLLIN, .revents = 0}};
    for (;;) {
        const int ready = ::poll(watched, 2, left_until(deadline));
        if (ready < 0 && errno != EINTR)
            throw_errno("cannot wait for a program");
        if (ready < 0)
            continue;
        const bool ended = ready > 0 && watched[0].revents != 0;
        if (watched[1].fd >= 0 && !read_some(output_pipe, output, limits.bytes + 1))
            watched[1].fd = -1;
        if (output.size() > limits.bytes)
            return Kind::too_large;
        if (ended)
            return std::nullopt;
        if (Clock::now() >= deadline)
            return Kind::timeout;
    }
}

} // namespace

std::variant<std::string, CommandFailure> command_output(const std::vector<std::string>& argv,
                                                         const CommandLimits& limits) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw_errno("cannot make a pipe");
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
    pid_t process = -1;
    if (const int error = SpawnSetup(limits.input, writing.get()).spawn(process, argv); error != 0)
        return CommandFailure{Kind::not_started, error};
    writing.close();
    Child child(process);
    std::string output;
    output.reserve(limits.bytes + 1); // never moves, so no copy of the secret is left behind
    const auto stopped = collect(child, reading.get(), output, limits);
    const int status = child.wait();
    if (!stopped && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return output;
    wipe(output);
    if (stopped)
        return CommandFailure{*stopped, 0};
    return WIFEXITED(status) ? CommandFailure{Kind::exit_code, WEXITSTATUS(status)}
                             : CommandFailure{Kind::signal, WTERMSIG(status)};
}

} // namespace mailquotad::settings
