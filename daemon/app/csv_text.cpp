#include "app/csv_text.h"

#include "core/csv.h"

#include <array>
#include <cstdio>
#include <utility>

namespace mailquotad::app {

CsvText::CsvText(const std::vector<std::string_view>& names) : columns_(names.size()) {
    row();
    for (const std::string_view name : names)
        field(name);
}

CsvText& CsvText::row() {
    end_row();
    row_begun_ = true;
    written_ = 0;
    return *this;
}

void CsvText::end_row() {
    if (!row_begun_)
        return;
    while (written_ < columns_)
        field("");
    text_ += "\r\n";
    row_begun_ = false;
}

CsvText& CsvText::field(std::string_view written) {
    text_ += (written_++ == 0 ? "" : ",") + std::string(written);
    return *this;
}

CsvText& CsvText::text(std::string_view value) {
    return field(for_csv(value));
}

CsvText& CsvText::number(std::optional<std::int64_t> value) {
    return field(value ? std::to_string(*value) : "");
}

CsvText& CsvText::ratio(std::optional<double> value) {
    std::array<char, 32> digits{};
    if (value)
        std::snprintf(digits.data(), digits.size(), "%.4f", *value);
    return field(digits.data());
}

std::string CsvText::take() {
    end_row();
    return std::exchange(text_, {});
}

} // namespace mailquotad::app
