// When a mailbox will be full: the value that judgement, mails, metrics and pages share.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mailquotad {

/// Days until the limit is reached; nothing: beyond the horizon of 365 days. 0: it is reached already.
struct FullInDays {
    std::optional<double> p10;
    std::optional<double> p25;
    std::optional<double> p50;
    std::optional<double> p90;
    bool operator==(const FullInDays&) const = default;
};

/// A number of bytes as eight of ten outcomes bound it.
struct ByteQuantiles {
    std::int64_t p10 = 0;
    std::int64_t p25 = 0;
    std::int64_t p50 = 0;
    std::int64_t p75 = 0;
    std::int64_t p90 = 0;
    bool operator==(const ByteQuantiles&) const = default;
};

/// Days ahead for which a forecast tells the use.
inline constexpr std::array kForecastHorizons{7, 14, 30, 60};

struct Forecast {
    double growth_bytes_per_day = 0;
    FullInDays full_in_days;
    /// Used bytes after each of kForecastHorizons if nobody cleans up.
    std::array<ByteQuantiles, kForecastHorizons.size()> used_bytes = {};
    bool short_history = false; ///< fewer than four weeks without a gap are behind it
    bool operator==(const Forecast&) const = default;
};

/// Why there is no forecast: a closed set; JSON `forecast_reason` uses these words.
enum class ForecastReason {
    no_usage,        ///< nobody tells how much is in use
    no_limit,        ///< there is no limit that could be reached, or none is known
    too_little_data, ///< fewer than 14 days were measured
    gap,             ///< fewer than 14 days were measured since a gap of more than a week
};

std::string_view to_string(ForecastReason reason);
/// A sentence in English for people at a shell.
std::string_view words_for(ForecastReason reason);

} // namespace mailquotad
