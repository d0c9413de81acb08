// Where the database lies.
#pragma once

#include "core/secret.h"

#include <filesystem>
#include <functional>
#include <string>

namespace mailquotad::store {

/// SQLite in a folder, or a PostgreSQL that several daemons may share.
struct Place {
    std::filesystem::path folder{}; ///< the state directory; unused with a URL
    std::string postgresql_url{};   ///< as libpq reads it, without a password; empty: SQLite
    /// Asked at every connection, so that a changed password counts; empty: none is needed. Throws StoreError where it
    /// cannot be had.
    std::function<Secret()> password{};

    [[nodiscard]] bool is_postgresql() const { return !postgresql_url.empty(); }
};

} // namespace mailquotad::store
