#include "observe/logging.h"

#include "core/escape.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace mailquotad::observe {
namespace {

constexpr std::size_t kMaxMessageBytes = 8192;

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

/// Hands every message on as one harmless line. Around the real sink and not in its formatter, because the journal's
/// sink takes the bare message and no formatter's result.
class EscapingSink final : public spdlog::sinks::sink {
public:
    explicit EscapingSink(std::shared_ptr<spdlog::sinks::sink> inner) : inner_(std::move(inner)) {}

    void log(const spdlog::details::log_msg& message) override {
        const std::string_view text(message.payload.data(), message.payload.size());
        std::string harmless = for_terminal(text.substr(0, kMaxMessageBytes));
        if (text.size() > kMaxMessageBytes) {
            harmless += " [cut]";
        }
        spdlog::details::log_msg copy = message;
        copy.payload = harmless;
        inner_->log(copy);
    }
    void flush() override { inner_->flush(); }
    void set_pattern(const std::string& pattern) override { inner_->set_pattern(pattern); }
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
        inner_->set_formatter(std::move(formatter));
    }

private:
    std::shared_ptr<spdlog::sinks::sink> inner_;
};

std::shared_ptr<spdlog::sinks::sink> choose_sink() {
    const char* journal_stream = std::getenv("JOURNAL_STREAM"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (journal_stream && is_journal_stream(journal_stream, STDERR_FILENO)) {
        return std::make_shared<spdlog::sinks::systemd_sink_mt>("mailquotad");
    }
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(spdlog::color_mode::automatic);
    sink->set_pattern("%Y-%m-%d %H:%M:%S %^%l%$ %v");
    return sink;
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
    const auto found = find_level(level);
    if (!found) {
        throw std::invalid_argument("unknown log level \"" + for_terminal(level) +
                                    "\": trace, debug, info, warning, error, critical or off");
    }
    auto logger = std::make_shared<spdlog::logger>("mailquotad", std::make_shared<EscapingSink>(choose_sink()));
    logger->set_level(*found);
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

} // namespace mailquotad::observe
