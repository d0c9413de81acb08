#include "app/database_place.h"

#include "settings/secret_reader.h"
#include "store/database.h"
#include "store/postgresql.h"
#include "store/read_rows.h"

#include <utility>
#include <variant>
#include <vector>

namespace mailquotad::app {

namespace {

store::Place place_of_database(const settings::Database& database) {
    store::Place place{.folder = {}, .postgresql_url = database.postgresql_url, .password = {}};
    if (const auto& reference = database.password)
        place.password = [reference = *reference] {
            std::vector<std::string> warnings; // check-config tells them
            auto secret = settings::read_secret(reference, settings::secret_places(), warnings);
            if (const auto* error = std::get_if<settings::SecretError>(&secret))
                throw store::StoreError("database.password: " + error->message);
            return std::move(std::get<Secret>(secret));
        };
    return place;
}

settings::QueryRows run_list_query(const settings::Database& database, const std::string& query) {
    try {
        return store::read_rows(place_of_database(database), query);
    } catch (const store::StoreError& error) {
        return settings::QueryError{error.what()};
    }
}

} // namespace

store::Place place_of(const settings::Settings& settings) {
    store::Place place = place_of_database(settings.database);
    place.folder = settings.state_directory;
    return place;
}

settings::DatabaseReader database_reader(Queries queries) {
    settings::DatabaseReader reader{.fault_of_url = store::fault_of_postgresql_url, .rows_of = {}};
    if (queries == Queries::run)
        reader.rows_of = run_list_query;
    return reader;
}

} // namespace mailquotad::app
