// What a person may ask for: every row about one mailbox, whatever tables there are.
#include "core/escape.h"
#include "store/connection.h"
#include "store/database.h"
#include "store/rows.h"

#include <nlohmann/json.hpp>
#include <soci/soci.h>

namespace mailquotad::store {

namespace {

using nlohmann::ordered_json;

ordered_json cell(const soci::row& row, std::size_t column) {
    if (row.get_indicator(column) == soci::i_null)
        return nullptr;
    switch (row.get_properties(column).get_data_type()) {
    case soci::dt_integer:
        return row.get<int>(column);
    case soci::dt_long_long:
        return row.get<long long>(column);
    case soci::dt_unsigned_long_long:
        return row.get<unsigned long long>(column);
    case soci::dt_double:
        return row.get<double>(column);
    default:
        return to_valid_utf8(row.get<std::string>(column));
    }
}

ordered_json rows_of(soci::session& sql, const std::string& table, Number mailbox) {
    ordered_json rows = ordered_json::array();
    const soci::rowset<soci::row> found =
        (sql.prepare << "SELECT * FROM " + table + " WHERE mailbox_id = :mailbox", soci::use(mailbox));
    for (const soci::row& row : found) {
        ordered_json fields = ordered_json::object();
        for (std::size_t column = 0; column < row.size(); ++column) {
            const std::string& name = row.get_properties(column).get_name();
            if (name != "mailbox_id")
                fields[name] = cell(row, column);
        }
        rows.push_back(std::move(fields));
    }
    return rows;
}

} // namespace

std::string Database::everything_about(const std::string& slug) {
    return connection_->attempt("read all that is stored about a mailbox", [&] {
        soci::session& sql = connection_->sql();
        Number mailbox = 0;
        sql << "SELECT id FROM mailbox WHERE slug = :slug", soci::use(slug), soci::into(mailbox);
        ordered_json all = ordered_json::object();
        if (!sql.got_data())
            return all.dump();
        std::vector<std::string> tables;
        const soci::rowset<std::string> names = (sql.prepare << std::string(connection_->dialect().about_mailbox));
        tables.assign(names.begin(), names.end());
        for (const std::string& table : tables) {
            if (ordered_json rows = rows_of(sql, table, mailbox); !rows.empty())
                all[table] = std::move(rows);
        }
        return all.dump(2);
    });
}

} // namespace mailquotad::store
