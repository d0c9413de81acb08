#include "core/forecast.h"

namespace mailquotad {

namespace {

struct ReasonWords {
    std::string_view name;
    std::string_view words;
};

constexpr ReasonWords kReasons[] = {
    {"no_usage", "nobody tells how much is in use"},
    {"no_limit", "no limit is known that could be reached"},
    {"too_little_data", "fewer than 14 days were measured"},
    {"gap", "fewer than 14 days were measured since a gap of more than a week"},
};

} // namespace

std::string_view to_string(ForecastReason reason) {
    return kReasons[static_cast<std::size_t>(reason)].name;
}

std::string_view words_for(ForecastReason reason) {
    return kReasons[static_cast<std::size_t>(reason)].words;
}

} // namespace mailquotad
