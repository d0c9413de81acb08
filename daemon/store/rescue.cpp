#include "store/rescue.h"

#include "store/connection.h"
#include "store/errors.h"
#include "store/schema.h"
#include "store/sqlite.h"

#include <soci/soci.h>

#include <deque>

namespace mailquotad::store {

namespace {

namespace fs = std::filesystem;

constexpr const char* kLog = "-wal";
constexpr const char* kIndexOfLog = "-shm";
// Row numbers are counted up, in a life of 34 years of one measurement a millisecond.
constexpr std::int64_t kLargestNumber = std::int64_t{1} << 40;
// A table of a million measurements with a hundred damaged pages needs some thousand.
constexpr int kMostAttempts = 4'000;

std::vector<std::string> names_of(soci::session& sql, const std::string& question) {
    std::vector<std::string> names;
    std::string name;
    soci::statement statement = (sql.prepare << question, soci::into(name));
    statement.execute();
    while (statement.fetch())
        names.push_back(name);
    return names;
}

// The columns that both databases know, ready for SQL; empty where the old one lacks the table.
std::string common_columns(soci::session& sql, const std::string& table) {
    std::string columns;
    for (const std::string& name :
         names_of(sql, "SELECT n.name FROM pragma_table_info('" + table + "', 'main') n JOIN pragma_table_info('" +
                           table + "', 'damaged') o ON o.name = n.name"))
        columns += (columns.empty() ? "" : ", ") + name;
    return columns;
}

struct Numbers {
    std::int64_t first;
    std::int64_t last;
};

std::int64_t count_rows(soci::session& sql, const std::string& table) {
    std::int64_t rows = 0;
    sql << "SELECT COUNT(*) FROM main." + table, soci::into(rows);
    return rows;
}

// The largest row number; where that cannot be read, larger than any.
std::int64_t last_number(soci::session& sql, const std::string& table) {
    try {
        std::int64_t last = 0;
        sql << "SELECT COALESCE(MAX(rowid), 0) FROM damaged." + table, soci::into(last);
        return last;
    } catch (const soci::soci_error&) {
        if (!is_damage(sqlite_code_of_current_error()))
            throw;
        return kLargestNumber;
    }
}

/// Copies what can be read, a range of row numbers at a time. A range with damage in it is halved until the damage
/// stands alone; the widest first, so that a hopeless table costs no more than kMostAttempts. Whether all of it came.
bool copy_table(soci::session& sql, const std::string& table, const std::string& columns) {
    std::string statement = "INSERT OR IGNORE INTO main.";
    statement.append(table).append(" (").append(columns).append(") SELECT ").append(columns);
    statement.append(" FROM damaged.").append(table).append(" WHERE rowid BETWEEN :first AND :last");
    std::deque<Numbers> ranges{{0, last_number(sql, table)}};
    bool whole = true;
    for (int attempts = 0; !ranges.empty() && attempts < kMostAttempts; ++attempts) {
        const Numbers range = ranges.front();
        ranges.pop_front();
        try {
            sql << statement, soci::use(range.first), soci::use(range.last);
        } catch (const soci::soci_error&) {
            if (const int code = sqlite_code_of_current_error(); !is_damage(code))
                throw;
            whole = false;
            if (range.first < range.last) {
                const std::int64_t middle = range.first + (range.last - range.first) / 2;
                ranges.push_back({range.first, middle});
                ranges.push_back({middle + 1, range.last});
            }
        }
    }
    return whole && ranges.empty();
}

constexpr const char* kOwnTables = "SELECT name FROM main.sqlite_master WHERE type = 'table'"
                                   " AND name NOT LIKE 'sqlite_%' AND name <> 'schema_step'";

// Read as it lies, with its log, and never written: not even when it is closed.
void attach(soci::session& sql, const fs::path& damaged) {
    const std::string uri = as_sqlite_uri(damaged) + "?mode=ro";
    sql << "ATTACH DATABASE :file AS damaged", soci::use(uri);
    try {
        long long tables = 0; // where the list of tables is damaged, what follows would find none and say nothing
        sql << "SELECT COUNT(*) FROM damaged.sqlite_master", soci::into(tables);
    } catch (const soci::soci_error&) {
        sql << "DETACH DATABASE damaged";
        throw;
    }
}

void copy_tables(soci::session& sql, Rescue& rescue) {
    for (const std::string& table : names_of(sql, kOwnTables)) {
        try {
            const std::string columns = common_columns(sql, table);
            if (!columns.empty() && !copy_table(sql, table, columns))
                rescue.incomplete.push_back(table);
        } catch (const soci::soci_error&) {
            if (!is_damage(sqlite_code_of_current_error()))
                throw;
            rescue.incomplete.push_back(table); // not even its columns can be read
        }
    }
}

// Where the row of a mailbox is lost, nobody can tell whose the rest was.
void delete_orphans(Connection& connection) {
    for (const std::string& table : names_of(connection.sql(), std::string(connection.dialect().about_mailbox)))
        connection.sql() << "DELETE FROM " + table + " WHERE mailbox_id NOT IN (SELECT id FROM mailbox)";
}

void take_over(Connection& fresh, const fs::path& damaged, Rescue& rescue) {
    soci::session& sql = fresh.sql();
    sql << "PRAGMA foreign_keys = OFF";   // a lost mailbox must not stop the others
    sql << "PRAGMA synchronous = OFF";    // the file is brought to the disk as a whole, before it is put in place
    sql << "PRAGMA writable_schema = ON"; // else a file that is shorter than its first page says gives nothing
    attach(sql, damaged);
    copy_tables(sql, rescue); // each range by itself: a transaction that met damage in `damaged` cannot be ended
    sql << "DETACH DATABASE damaged";
    sql << "PRAGMA writable_schema = OFF";
    delete_orphans(fresh);
    for (const std::string& table : names_of(sql, kOwnTables))
        rescue.rows += count_rows(sql, table);
}

// A file whose very first page is damaged gives nothing.
void take_over_or_begin_anew(Connection& fresh, const fs::path& damaged, Rescue& rescue) {
    try {
        fresh.attempt("take over what can be read", [&] { take_over(fresh, damaged, rescue); });
    } catch (const DamagedError&) {
        rescue.incomplete = names_of(fresh.sql(), kOwnTables);
    }
}

// Before the new one stands in its place nothing of the damaged one is missing; between the two steps it lacks its log,
// which then lies aside.
void exchange(const fs::path& file, const fs::path& fresh, const fs::path& aside) {
    sync_to_disk(fresh);
    fs::create_hard_link(file, aside);
    if (fs::exists(file.string() + kLog))
        fs::create_hard_link(file.string() + kLog, aside.string() + kLog);
    fs::remove(file.string() + kLog);
    fs::remove(file.string() + kIndexOfLog);
    fs::rename(fresh, file);
    sync_to_disk(file.parent_path());
}

void remove_all_of(const fs::path& folder) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

std::string stamp(Time now) {
    std::string text = format_utc(now); // 2026-11-21T19:00:00Z
    std::erase(text, ':');
    std::erase(text, '-');
    return text;
}

} // namespace

std::string damage_of(const fs::path& folder) {
    try {
        Database::open({.folder = folder});
        return {};
    } catch (const DamagedError& error) {
        return error.what();
    }
}

Rescue rescue_sqlite(const fs::path& folder, const std::string& damage, Time now) {
    const fs::path file = fs::absolute(folder).lexically_normal() / kSqliteName;
    Rescue rescue{.damage = damage, .put_aside = file.string() + ".damaged-" + stamp(now), .rows = 0, .incomplete = {}};
    const fs::path workshop = file.string() + ".rescue";
    remove_all_of(workshop); // of an attempt that was cut off
    try {
        {
            const auto fresh = connect_sqlite(workshop, Inspection::header);
            migrate(*fresh, schema_steps());
            take_over_or_begin_anew(*fresh, file, rescue);
            empty_sqlite_log(*fresh);
        }
        exchange(file, workshop / kSqliteName, rescue.put_aside);
    } catch (const fs::filesystem_error& error) {
        remove_all_of(workshop);
        throw StoreError(file.string() + ": is damaged and cannot be put aside: " + error.code().message());
    } catch (...) {
        remove_all_of(workshop);
        throw;
    }
    remove_all_of(workshop);
    return rescue;
}

} // namespace mailquotad::store
