#include "app/database_place.h"

#include "settings/secret_reader.h"
#include "store/database.h"

#include <utility>
#include <variant>
#include <vector>

namespace mailquotad::app {

store::Place place_of(const settings::Settings& settings) {
    store::Place place{
        .folder = settings.state_directory, .postgresql_url = settings.database.postgresql_url, .password = {}};
    if (const auto& reference = settings.database.password)
        place.password = [reference = *reference] {
            std::vector<std::string> warnings; // check-config tells them
            auto secret = settings::read_secret(reference, settings::secret_places(), warnings);
            if (const auto* error = std::get_if<settings::SecretError>(&secret))
                throw store::StoreError("database.password: " + error->message);
            return std::move(std::get<Secret>(secret));
        };
    return place;
}

} // namespace mailquotad::app
