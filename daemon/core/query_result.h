// What a query of a database gave, for rooms that know nothing of databases.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mailquotad {

/// The names of the columns, and rows of as many texts; where the database had no value there is an empty text.
struct QueryResult {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

/// Differs where columns or rows differ; the order of the rows does not count, since a database gives them in any
/// unless it is asked.
std::uint64_t fingerprint(const QueryResult& result);

} // namespace mailquotad
