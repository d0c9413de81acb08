// The rows of a query that somebody else wrote. Only in the module.
#pragma once

#include "core/query_result.h"

#include <string>

namespace mailquotad::store {

struct Place;

/// read_rows() of store/read_rows.h.
QueryResult fetch_rows(const Place& place, const std::string& query);

} // namespace mailquotad::store
