#include "core/query_result.h"

#include "core/short_hash.h"

namespace mailquotad {

namespace {

/// Each text with its length, so that "ab", "c" is not "a", "bc".
std::uint64_t fingerprint_of(const std::vector<std::string>& texts) {
    std::string joined;
    for (const std::string& text : texts)
        joined += std::to_string(text.size()) + ':' + text;
    return fnv1a(joined);
}

} // namespace

std::uint64_t fingerprint(const QueryResult& result) {
    std::uint64_t sum = 0;
    for (const auto& row : result.rows)
        sum += fingerprint_of(row);
    return fnv1a(std::to_string(fingerprint_of(result.columns)) + ' ' + std::to_string(result.rows.size()) + ' ' +
                 std::to_string(sum));
}

} // namespace mailquotad
