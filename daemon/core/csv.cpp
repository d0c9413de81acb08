#include "core/csv.h"

#include "core/escape.h"

namespace mailquotad {

std::string for_csv(std::string_view text) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    std::string field = to_valid_utf8(text);
    if (!field.empty() && kFormula.find(field.front()) != std::string_view::npos) {
        field.insert(field.begin(), '\'');
    }
    if (field.find_first_of(",;\"\r\n") == std::string::npos) {
        return field;
    }
    std::string quoted = "\"";
    for (const char c : field) {
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    return quoted + '"';
}

} // namespace mailquotad
