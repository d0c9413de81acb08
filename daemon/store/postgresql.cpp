#include "store/postgresql.h"

#include "os/module.h"
#include "store/connection.h"
#include "store/database.h"
#include "store/place.h"
#include "store/postgresql/functions.h"
#include "store/read_rows.h"

#include <soci/soci.h>

namespace mailquotad::store {

namespace {

const PostgresqlFunctions& module() {
    static const os::Module loaded(os::module_file("mailquotad-postgresql"));
    return loaded.functions<PostgresqlFunctions>();
}

/// The same, with the error of this room.
const PostgresqlFunctions& module_for_use() {
    try {
        return module();
    } catch (const os::ModuleError& error) {
        throw StoreError(std::string("PostgreSQL cannot be spoken to: ") + error.what());
    }
}

} // namespace

std::string fault_of_postgresql_url(const std::string& url) {
    try {
        return module().fault_of_url(url);
    } catch (const os::ModuleError& error) {
        return error.what();
    }
}

std::unique_ptr<Connection> connect_postgresql(const Place& place, bool readonly) {
    const PostgresqlLink link = module_for_use().link(place, readonly);
    return std::make_unique<Connection>(link.open(), link.name, link.dialect, link.open);
}

QueryResult read_rows(const Place& place, const std::string& query) {
    return module_for_use().read_rows(place, query);
}

} // namespace mailquotad::store
