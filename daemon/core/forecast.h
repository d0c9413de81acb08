// When a mailbox will be full: the value that judgement, mails, metrics and pages share.
#pragma once

#include <optional>

namespace mailquotad {

/// Days until the limit is reached; nothing: beyond the horizon of 365 days.
struct FullInDays {
    std::optional<double> p10;
    std::optional<double> p25;
    std::optional<double> p50;
    std::optional<double> p90;
};

struct Forecast {
    double growth_bytes_per_day = 0;
    FullInDays full_in_days;
};

} // namespace mailquotad
