// A CSV of past use, `date,used_bytes`, as `mailquotad forecast` reads it.
#pragma once

#include "core/usage_series.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace mailquotad::app {

/// Reads the lines of a CSV: days in ascending order, each at most once; missing days are allowed, and so are a header
/// and empty lines. Throws CommandFailed that says `name`, the line and what is wrong.
std::vector<DailyUse> parse_usage(std::string_view text, std::string_view name);

/// Reads a file in this form. Throws CommandFailed.
std::vector<DailyUse> read_usage(const std::filesystem::path& file);

} // namespace mailquotad::app
