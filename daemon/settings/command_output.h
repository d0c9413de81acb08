// Runs one program and takes what it prints: no shell, bounded in time and size.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace mailquotad::settings {

/// How a program ended that gave no usable output.
struct CommandFailure {
    enum class Kind { not_started, exit_code, signal, timeout, too_large };
    Kind kind = Kind::not_started;
    int number = 0; ///< errno, exit code or signal, by kind
};

struct CommandLimits {
    std::chrono::milliseconds time{30'000};
    std::size_t bytes = 64UL * 1024;
    int input = -1; ///< a descriptor that becomes its stdin; stays the caller's
};

/// Runs argv[0], found by $PATH where it has no slash, in a process group of its own, and returns its stdout once it
/// exits with 0. Its stdin is empty unless the limits name one. After the limits the whole group is killed. stderr is
/// passed on; other open files are not inherited. `argv` must not be empty. May be called from several threads at once.
/// Throws std::system_error where the system has no more descriptors.
std::variant<std::string, CommandFailure> command_output(const std::vector<std::string>& argv,
                                                         const CommandLimits& limits);

} // namespace mailquotad::settings
