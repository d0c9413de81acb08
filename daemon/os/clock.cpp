#include "os/clock.h"

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace mailquotad::os {
namespace {

/// A name of the time zone database, as a path below its folder: nothing absolute, no way out of it.
bool is_zone_name(const std::string& zone) {
    if (zone.empty() || zone.front() == '/' || zone.front() == '.' || zone.find("..") != std::string::npos) {
        return false;
    }
    return zone.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
           std::string::npos;
}

/// Whether the name leads to a compiled zone (RFC 8536 section 3.1) and not to a folder or a table beside them.
bool is_known_zone(const std::string& zone) {
    const char* folder = std::getenv("TZDIR"); // NOLINT(concurrency-mt-unsafe): no thread runs yet, see set_zone
    std::ifstream file(std::filesystem::path(folder ? folder : "/usr/share/zoneinfo") / zone, std::ios::binary);
    std::array<char, 4> magic{};
    return file.read(magic.data(), magic.size()) && std::string_view(magic.data(), magic.size()) == "TZif";
}

} // namespace

Time SystemClock::now() const {
    return std::chrono::floor<Seconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const {
    return std::chrono::steady_clock::now();
}

LocalTime local_time(Time time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm wall{};
    if (!localtime_r(&seconds, &wall)) {
        gmtime_r(&seconds, &wall);
    }
    const std::chrono::year_month_day day{std::chrono::year{wall.tm_year + 1900},
                                          std::chrono::month{static_cast<unsigned>(wall.tm_mon + 1)},
                                          std::chrono::day{static_cast<unsigned>(wall.tm_mday)}};
    return {.day = std::chrono::sys_days{day}, .minute_of_day = std::chrono::minutes{wall.tm_hour * 60 + wall.tm_min}};
}

bool set_zone(const std::string& zone) {
    // The C library takes any text for TZ and means UTC by what it does not know, so the name is looked up first.
    const bool utc = zone == "UTC";
    if (!utc && (!is_zone_name(zone) || !is_known_zone(zone))) {
        return false;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): as the header says, not while other threads format times
    if (setenv("TZ", utc ? "UTC0" : (":" + zone).c_str(), 1) != 0) {
        return false;
    }
    tzset();
    return true;
}

} // namespace mailquotad::os
