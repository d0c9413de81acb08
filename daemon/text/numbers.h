// Numbers, sizes and dates as a reader of a language writes them.
#pragma once

#include "core/time.h"

#include <cstdint>
#include <string>

namespace mailquotad::text {

/// "1,2 GB", "431 MB", "12 KB" in de, "1.2 GB" in en; 1024-based as most German panels count (the mail says so once).
/// Two or three significant digits.
std::string bytes(std::int64_t bytes, const std::string& language);

/// 0.8312 as "83 %" (de) or "83%" (en); never rounded up to the next threshold: 0.996 is "99 %".
std::string percent(double ratio, const std::string& language);

/// "12.345" in de, "12,345" in en.
std::string count(std::int64_t number, const std::string& language);

/// "21. November 2026" / "21 November 2026". A language without names of its own gets "2026-11-21".
std::string date(std::chrono::sys_days day, const std::string& language);

/// The same without the year: "21. November" / "21 November".
std::string day_and_month(std::chrono::sys_days day, const std::string& language);

/// "November 2026"; a language without names of its own gets "2026-11".
std::string month_and_year(std::chrono::sys_days day, const std::string& language);

/// "21. November 2026, 19:05 Uhr" / "21 November 2026, 19:05".
std::string date_and_time(const LocalTime& time, const std::string& language);

} // namespace mailquotad::text
