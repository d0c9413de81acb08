#include "observe/logging.h"

#include "core/escape.h"
#include "observe/log_sinks.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace mailquotad::observe {
namespace {

constexpr std::pair<std::string_view, spdlog::level::level_enum> kLevels[] = {
    {"trace", spdlog::level::trace},  {"debug", spdlog::level::debug}, {"info", spdlog::level::info},
    {"warning", spdlog::level::warn}, {"error", spdlog::level::err},   {"critical", spdlog::level::critical},
    {"off", spdlog::level::off}};

std::optional<spdlog::level::level_enum> find_level(std::string_view name) {
    for (const auto& [known, level] : kLevels) {
        if (known == name) {
            return level;
        }
    }
    return std::nullopt;
}

std::shared_ptr<EventSink> choose_sink() {
    const char* journal_stream = std::getenv("JOURNAL_STREAM"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (journal_stream && is_journal_stream(journal_stream, STDERR_FILENO)) {
        return std::make_shared<EventSink>(&send_to_journal);
    }
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(spdlog::color_mode::automatic);
    sink->set_pattern("%Y-%m-%d %H:%M:%S %^%l%$ %v");
    return std::make_shared<EventSink>(std::move(sink));
}

spdlog::level::level_enum level_named(const std::string& level) {
    const auto found = find_level(level);
    if (!found) {
        throw std::invalid_argument("unknown log level \"" + for_terminal(level) +
                                    "\": trace, debug, info, warning, error, critical or off");
    }
    return *found;
}

} // namespace

bool is_log_level(std::string_view level) {
    return find_level(level).has_value();
}

bool is_journal_stream(std::string_view journal_stream, int descriptor) {
    const char* const end = journal_stream.data() + journal_stream.size();
    dev_t device = 0;
    ino_t inode = 0;
    const auto first = std::from_chars(journal_stream.data(), end, device);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') {
        return false;
    }
    const auto second = std::from_chars(first.ptr + 1, end, inode);
    struct stat status {};
    return second.ec == std::errc{} && second.ptr == end && fstat(descriptor, &status) == 0 &&
           status.st_dev == device && status.st_ino == inode;
}

void start_logging(const std::string& level) {
    const auto chosen = level_named(level);
    auto logger = std::make_shared<spdlog::logger>("mailquotad", choose_sink());
    logger->set_level(chosen);
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

void set_log_level(const std::string& level) {
    spdlog::default_logger()->set_level(level_named(level));
}

void settle_log() {
    const auto logger = spdlog::default_logger();
    for (const auto& sink : logger->sinks()) {
        if (auto* events = dynamic_cast<EventSink*>(sink.get())) {
            events->settle(std::chrono::steady_clock::now());
        }
    }
}

} // namespace mailquotad::observe
