// CSV that a spreadsheet can open without harm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::app {

/// Writes rows as RFC 4180 says: CR LF, quotation marks where a text needs them. A text that a spreadsheet would take
/// for a formula (it begins with = + - @, a tab or a carriage return) gets an apostrophe before it; numbers stay as
/// they are.
class CsvText {
public:
    explicit CsvText(const std::vector<std::string_view>& names);

    /// Begins the next row; the fields follow from left to right, and what is left out at its end stays empty.
    CsvText& row();
    CsvText& text(std::string_view value);
    /// Nothing for what is not known.
    CsvText& number(std::optional<std::int64_t> value);
    /// With four digits behind the point.
    CsvText& ratio(std::optional<double> value);
    CsvText& nothing() { return field(""); }

    /// All rows; the object is empty afterwards.
    [[nodiscard]] std::string take();

private:
    CsvText& field(std::string_view written);
    void end_row();

    std::size_t columns_;
    std::size_t written_ = 0; ///< fields of the row begun last; 0 before the first field
    bool row_begun_ = false;
    std::string text_;
};

} // namespace mailquotad::app
