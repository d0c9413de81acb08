// The tables, as a row of steps that only ever grows: a released step is never changed.
#pragma once

#include <span>
#include <string_view>

namespace mailquotad::store {

class Connection;

/// One step of the schema. `{identity}` in a statement stands for the dialect's own type.
struct Step {
    std::string_view name;
    std::span<const std::string_view> statements;
};

/// All steps, oldest first; the version of a database is the number of steps that it has seen.
std::span<const Step> schema_steps();

/// Applies the steps that are missing, all in one transaction. Throws StoreError where the database has seen more
/// steps than there are: a newer version of the program wrote it.
void migrate(Connection& connection, std::span<const Step> steps);

/// Whether no step was ever applied.
bool is_empty(Connection& connection);

/// Throws StoreError unless the database has seen exactly these steps.
void require_current(Connection& connection, std::span<const Step> steps);

} // namespace mailquotad::store
