#include "observe/exposition.h"
#include "observe/views.h"

#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

namespace mailquotad::observe {
namespace {

/// What /proc/self/stat tells (proc(5)).
struct ProcessTimes {
    double cpu_seconds = 0;
    double started_after_boot_seconds = 0;
    double virtual_bytes = 0;
    double resident_bytes = 0;
};

std::optional<ProcessTimes> read_process_times() {
    std::ifstream file("/proc/self/stat");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    // The second field is the program's name in parentheses and may hold anything, a ")" included.
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream rest(text.substr(name_end + 1));
    constexpr int kFirst = 3;
    constexpr int kLast = 24;
    std::array<double, kLast + 1> field{};
    std::string word;
    for (int number = kFirst; number <= kLast; ++number) {
        if (!(rest >> word)) {
            return std::nullopt;
        }
        std::from_chars(word.data(), word.data() + word.size(), field[static_cast<std::size_t>(number)]);
    }
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    return ProcessTimes{.cpu_seconds = (field[14] + field[15]) / ticks,
                        .started_after_boot_seconds = field[22] / ticks,
                        .virtual_bytes = field[23],
                        .resident_bytes = field[24] * static_cast<double>(sysconf(_SC_PAGESIZE))};
}

double seconds_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Not from btime in /proc/stat: a unit with ProcSubset=pid does not see that file. Asked once, because the difference
/// of two clocks is a little different each time and a changing start time reads as a restart.
double start_time(const ProcessTimes& times) {
    static const double start =
        seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + times.started_after_boot_seconds;
    return start;
}

std::optional<double> open_descriptors() {
    std::error_code error;
    std::filesystem::directory_iterator folder("/proc/self/fd", error);
    if (error) {
        return std::nullopt;
    }
    // The descriptor that reads the folder is listed too.
    return static_cast<double>(std::distance(begin(folder), end(folder)) - 1);
}

double max_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                           : static_cast<double>(limit.rlim_cur);
}

} // namespace

std::string render_process_metrics() {
    TextParts text;
    const auto add = [&](const char* name, const char* help, MetricType type, double value) {
        text.write({name, help, type, {{{}, value}}});
    };
    if (const auto times = read_process_times()) {
        add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", MetricType::counter,
            times->cpu_seconds);
        add("process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::gauge,
            times->resident_bytes);
        add("process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::gauge, times->virtual_bytes);
        add("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", MetricType::gauge,
            start_time(*times));
    }
    if (const auto open = open_descriptors()) {
        add("process_open_fds", "Number of open file descriptors.", MetricType::gauge, *open);
    }
    add("process_max_fds", "Maximum number of open file descriptors.", MetricType::gauge, max_descriptors());
    return joined(text.take());
}

} // namespace mailquotad::observe
