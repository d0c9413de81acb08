// Tables of text as RFC 4180 writes them, the way spreadsheets and scripts really do.
#pragma once

#include "settings/document.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mailquotad::settings {

/// One field of a row, without its quotes.
struct CsvField {
    std::string text;
    Position position; ///< where it begins in the file, in characters
};

using CsvRow = std::vector<CsvField>;

/// More rows than this are refused.
inline constexpr std::size_t kMaxCsvRows = 100'000;

/// Reads a table: UTF-8 with or without byte order mark, lines ending in LF or CR LF, fields in quotes where they hold
/// a separator, a quote (doubled) or a line end. The separator is the comma, semicolon or tab that the first line has
/// most of outside of quotes. Empty lines are passed over. Any bytes may come; what is not such a table is a
/// SyntaxError.
std::variant<std::vector<CsvRow>, SyntaxError> parse_csv(std::string_view text);

} // namespace mailquotad::settings
