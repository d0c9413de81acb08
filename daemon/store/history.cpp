// Samples.
#include "store/connection.h"
#include "store/database.h"
#include "store/rows.h"
#include "store/texts.h"

#include <soci/soci.h>

namespace mailquotad::store {

namespace {

/// A number that may be absent, as SOCI exchanges it.
struct Nullable {
    Nullable() = default;
    explicit Nullable(const std::optional<std::int64_t>& from)
        : value(from.value_or(0)), indicator(from ? soci::i_ok : soci::i_null) {}
    [[nodiscard]] std::optional<std::int64_t> get() const {
        return indicator == soci::i_ok ? std::optional<std::int64_t>(value) : std::nullopt;
    }
    Number value = 0;
    soci::indicator indicator = soci::i_null;
};

} // namespace

void Database::add_sample(const std::string& slug, const Sample& sample) {
    connection_->write("store a measurement", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const Number at = seconds_of(sample.at);
        Nullable used(sample.used_bytes);
        Nullable limit(sample.limit_bytes);
        Nullable messages(sample.messages);
        const std::string roles = roles_text(sample.roles_bytes);
        connection_->sql() << "INSERT INTO sample (mailbox_id, measured_at, used_bytes, limit_bytes, messages, roles)"
                              " VALUES (:mailbox, :measured_at, :used, :limit, :messages, :roles)"
                              " ON CONFLICT (mailbox_id, measured_at) DO UPDATE SET used_bytes = excluded.used_bytes,"
                              " limit_bytes = excluded.limit_bytes, messages = excluded.messages,"
                              " roles = excluded.roles",
            soci::use(mailbox), soci::use(at), soci::use(used.value, used.indicator),
            soci::use(limit.value, limit.indicator), soci::use(messages.value, messages.indicator), soci::use(roles);
    });
}

std::vector<Sample> Database::samples(const std::string& slug, Time since) {
    return connection_->attempt("read the history", [&] {
        std::vector<Sample> result;
        const Number first = seconds_of(since);
        Number at = 0;
        Nullable used;
        Nullable limit;
        Nullable messages;
        std::string roles;
        soci::statement statement =
            (connection_->sql().prepare << "SELECT s.measured_at, s.used_bytes, s.limit_bytes, s.messages, s.roles"
                                           " FROM sample s JOIN mailbox m ON m.id = s.mailbox_id"
                                           " WHERE m.slug = :slug AND s.measured_at >= :first ORDER BY s.measured_at",
             soci::use(slug), soci::use(first), soci::into(at), soci::into(used.value, used.indicator),
             soci::into(limit.value, limit.indicator), soci::into(messages.value, messages.indicator),
             soci::into(roles));
        statement.execute();
        while (statement.fetch())
            result.push_back({time_of(at), used.get(), limit.get(), messages.get(), parse_roles(roles)});
        return result;
    });
}

std::vector<std::pair<Time, std::int64_t>> Database::hourly_use(const std::string& slug, Time since) {
    return connection_->attempt(
        "read the history", [&] {
            std::vector<std::pair<Time, std::int64_t>> result;
            const Number first = seconds_of(since);
            Number at = 0;
            Number used = 0;
            soci::statement statement =
                (connection_->sql().prepare
                     << "SELECT s.measured_at, s.used_bytes FROM sample s JOIN"
                        " (SELECT l.mailbox_id, MAX(l.measured_at) AS last_at FROM sample l"
                        " JOIN mailbox m ON m.id = l.mailbox_id WHERE m.slug = :slug AND l.measured_at >= :first"
                        " AND l.used_bytes IS NOT NULL GROUP BY l.mailbox_id, l.measured_at / 3600) hour"
                        " ON hour.mailbox_id = s.mailbox_id AND hour.last_at = s.measured_at ORDER BY s.measured_at",
                 soci::use(slug), soci::use(first), soci::into(at), soci::into(used));
            statement.execute();
            while (statement.fetch())
                result.emplace_back(time_of(at), used);
            return result;
        });
}

std::vector<Sample> Database::daily_samples(const std::string& slug, Time since) {
    return connection_->attempt(
        "read the history", [&] {
            std::vector<Sample> result;
            const Number first = seconds_of(since);
            Number at = 0;
            Nullable used;
            Nullable limit;
            Nullable messages;
            soci::statement statement =
                (connection_->sql().prepare
                     << "SELECT s.measured_at, s.used_bytes, s.limit_bytes, s.messages FROM sample s JOIN"
                        " (SELECT l.mailbox_id, MAX(l.measured_at) AS last_at FROM sample l"
                        " JOIN mailbox m ON m.id = l.mailbox_id WHERE m.slug = :slug AND l.measured_at >= :first"
                        " AND l.used_bytes IS NOT NULL GROUP BY l.mailbox_id, l.measured_at / 86400) day"
                        " ON day.mailbox_id = s.mailbox_id AND day.last_at = s.measured_at ORDER BY s.measured_at",
                 soci::use(slug), soci::use(first), soci::into(at), soci::into(used.value, used.indicator),
                 soci::into(limit.value, limit.indicator), soci::into(messages.value, messages.indicator));
            statement.execute();
            while (statement.fetch())
                result.push_back({time_of(at), used.get(), limit.get(), messages.get(), {}});
            return result;
        });
}

} // namespace mailquotad::store
