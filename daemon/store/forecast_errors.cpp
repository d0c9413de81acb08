#include "store/forecast_errors.h"

#include "store/connection.h"
#include "store/database.h"

#include <soci/soci.h>

#include <algorithm>
#include <cmath>

namespace mailquotad::store {

namespace {

constexpr double kThousandths = 1000;
constexpr Number kSecondsOfDay = 86'400;

Number number_of(std::chrono::sys_days day) {
    return day.time_since_epoch().count();
}

} // namespace

void prune_forecast_errors(soci::session& sql, Number end) {
    const Number day = end / kSecondsOfDay;
    sql << "DELETE FROM forecast_error WHERE day < :last", soci::use(day);
}

void Database::add_forecast_errors(const std::string& slug, std::chrono::sys_days day,
                                   std::span<const ForecastError> errors) {
    if (errors.empty())
        return;
    connection_->write("store what a forecast was worth", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const Number number = number_of(day);
        for (const ForecastError& error : errors) {
            const auto horizon = static_cast<Number>(kForecastHorizons[error.horizon]);
            const Number score = std::llround(error.score * kThousandths);
            connection_->sql() << "INSERT INTO forecast_error (mailbox_id, day, horizon, score)"
                                  " VALUES (:mailbox, :day, :horizon, :score)"
                                  " ON CONFLICT (mailbox_id, day, horizon) DO UPDATE SET score = excluded.score",
                soci::use(mailbox), soci::use(number), soci::use(horizon), soci::use(score);
        }
    });
}

std::vector<ForecastError> Database::forecast_errors(std::chrono::sys_days since, int most) {
    return connection_->attempt("read what forecasts were worth", [&] {
        std::vector<ForecastError> errors;
        const Number first = number_of(since);
        Number days = 0;
        Number score = 0;
        soci::statement statement =
            (connection_->sql().prepare << "SELECT horizon, score FROM forecast_error WHERE day >= :first"
                                           " ORDER BY day DESC, mailbox_id, horizon LIMIT :most",
             soci::use(first), soci::use(most), soci::into(days), soci::into(score));
        statement.execute();
        while (statement.fetch()) {
            const auto* const horizon = std::find(kForecastHorizons.begin(), kForecastHorizons.end(), days);
            if (horizon == kForecastHorizons.end())
                continue; // of a version with other horizons
            const auto index = static_cast<std::size_t>(horizon - kForecastHorizons.begin());
            errors.push_back({.horizon = index,
                              .score = static_cast<double>(score) / kThousandths,
                              .weight = forecast_error_weight(index)});
        }
        return errors;
    });
}

} // namespace mailquotad::store
