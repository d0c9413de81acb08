#include "observe/log_event.h"

#include "observe/log_sinks.h"

#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <exception>

namespace mailquotad::observe {
namespace {

struct Named {
    std::string_view name;
    std::string_view id;
};

/// In the order of LogEvent.
constexpr std::array<Named, kLogEvents> kEvents{{
    {"started", "e6288a23ea9f43109c7149692b99b702"},         {"ended", "954f5d3f16e243a2ad273604eee6439c"},
    {"settings_read", "2d4ded65c3674e3d8f3d41236bbd0267"},   {"settings_refused", "c025441b6ffb408e999a8c81abbf889d"},
    {"measured", "d6292bcda95e486bb1de58ea4bd29298"},        {"probe_failed", "028681cc96ab40579536cf9b4b1e5ae7"},
    {"probe_warning", "01d97c8afa624e42ac4c274a049b9894"},   {"server_failed", "21e205903c954220a95fb34599d2c8c8"},
    {"server_back", "59b6b35c468a4693a254b22e73094576"},     {"mail_accepted", "8be7be217e0f458a9ce318510a70f584"},
    {"mail_deferred", "55003b0a80da428d853f1735fcf830eb"},   {"mail_refused", "95d6c90f95f84fd6a36afc463da1c637"},
    {"mail_bounced", "0e8303d5f0cf47909369b21acf8a1088"},    {"burst_held", "72f6e6607896480a98481043395970ae"},
    {"burst_ended", "7752f14fffad4350a8050a5191bc8c2a"},     {"webmaster_told", "4c53693b796645da9a63f630c6994343"},
    {"database_failed", "878d620bd6474c3bbeca6aedc0b43972"}, {"database_back", "e5a5c0feec424a55a67c80f798a139f5"},
    {"clock_jumped", "50c03d650a92437fb06d2c3a954ed475"},    {"step_failed", "40702b83268a440eb7e37e9c8f638669"},
}};

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warning:
        return spdlog::level::warn;
    case LogLevel::error:
        break;
    }
    return spdlog::level::err;
}

} // namespace

std::string_view to_string(LogEvent event) {
    return kEvents.at(static_cast<std::size_t>(event)).name;
}

std::string_view message_id(LogEvent event) {
    return kEvents.at(static_cast<std::size_t>(event)).id;
}

void log_event(const LogLine& line) noexcept {
    try {
        const auto logger = spdlog::default_logger();
        const auto level = level_of(line.level);
        if (!logger || !logger->should_log(level)) {
            return;
        }
        auto* sink = logger->sinks().empty() ? nullptr : dynamic_cast<EventSink*>(logger->sinks().front().get());
        if (sink != nullptr) {
            sink->log(line, level, std::chrono::steady_clock::now());
        } else {
            logger->log(level, "{}", line.text); // before start_logging
        }
    } catch (const std::exception&) { // a log that fails must not end what it tells of
        return;
    }
}

} // namespace mailquotad::observe
