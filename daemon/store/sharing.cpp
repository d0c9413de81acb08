#include "store/sharing.h"

#include "store/connection.h"
#include "store/database.h"
#include "store/rows.h"

#include <soci/soci.h>

#include <algorithm>
#include <map>

namespace mailquotad::store {

namespace {

std::vector<std::string> texts(soci::statement& statement, const std::string& text) {
    std::vector<std::string> all;
    statement.execute();
    while (statement.fetch())
        all.push_back(text);
    return all;
}

std::map<std::string, std::string> servers_of_units(soci::session& sql) {
    std::map<std::string, std::string> servers;
    std::string unit;
    std::string server;
    soci::statement statement = (sql.prepare << "SELECT unit, server FROM claim", soci::into(unit), soci::into(server));
    statement.execute();
    while (statement.fetch())
        servers[unit] = server;
    return servers;
}

Number count_of(soci::session& sql, const std::string& me, const std::string& server) {
    Number count = 0;
    sql << "SELECT COUNT(*) FROM connection_slot WHERE server = :server AND holder = :me", soci::use(server),
        soci::use(me), soci::into(count);
    return count;
}

} // namespace

Time Sharing::clock() {
    return connection_.attempt("read its clock", [&] {
        Number seconds = 0;
        connection_.sql() << std::string(connection_.dialect().clock), soci::into(seconds);
        return time_of(seconds);
    });
}

void Sharing::enter(const std::string& me, const std::string& host, Time until) {
    connection_.write("enter a daemon", [&] {
        const Number until_at = seconds_of(until);
        connection_.sql() << "INSERT INTO daemon (name, host, until_at) VALUES (:name, :host, :until_at)"
                             " ON CONFLICT (name) DO UPDATE SET until_at = excluded.until_at",
            soci::use(me), soci::use(host), soci::use(until_at);
    });
}

bool Sharing::renew(const std::string& me, Time until) {
    bool lives = false;
    connection_.write("renew a daemon", [&] {
        const Number until_at = seconds_of(until);
        soci::statement statement =
            (connection_.sql().prepare << "UPDATE daemon SET until_at = :until_at WHERE name = :me",
             soci::use(until_at), soci::use(me));
        statement.execute(true);
        lives = statement.get_affected_rows() > 0;
    });
    return lives;
}

void Sharing::leave(const std::string& me) {
    connection_.write("leave as a daemon",
                      [&] { connection_.sql() << "DELETE FROM daemon WHERE name = :me", soci::use(me); });
}

std::vector<std::string> Sharing::living(const std::string& me, Time now) {
    std::vector<std::string> names;
    connection_.write("read which daemons live", [&] {
        const Number at = seconds_of(now);
        // A renewal under way is waited for, and the condition is asked again of what it wrote.
        connection_.sql() << "DELETE FROM daemon WHERE until_at < :now AND name <> :me", soci::use(at), soci::use(me);
        std::string name;
        soci::statement statement =
            (connection_.sql().prepare << "SELECT name FROM daemon ORDER BY name", soci::into(name));
        names = texts(statement, name);
    });
    return names;
}

bool Sharing::enrol(const std::vector<WorkUnit>& units, Time now, int most) {
    int made = 0;
    connection_.write("make units of work", [&] {
        const Number at = seconds_of(now);
        const Number old = seconds_of(now - Days(7));
        connection_.sql() << "DELETE FROM claim WHERE kept_at < :old"
                             " AND NOT EXISTS (SELECT 1 FROM daemon d WHERE d.name = claim.holder)",
            soci::use(old);
        const auto known = servers_of_units(connection_.sql());
        for (const WorkUnit& unit : units) {
            const auto found = known.find(unit.name);
            if ((found != known.end() && found->second == unit.server) || ++made > most)
                continue;
            connection_.sql() << "INSERT INTO claim (unit, server, holder, due_at, kept_at)"
                                 " VALUES (:unit, :server, '', :due_at, :kept_at)"
                                 " ON CONFLICT (unit) DO UPDATE SET server = excluded.server",
                soci::use(unit.name), soci::use(unit.server), soci::use(at), soci::use(at);
        }
    });
    return made <= most;
}

std::map<std::string, int> Sharing::units_per_server() {
    return connection_.attempt("count units of work", [&] {
        std::map<std::string, int> counts;
        std::string server;
        Number count = 0;
        soci::statement statement = (connection_.sql().prepare << "SELECT server, COUNT(*) FROM claim GROUP BY server",
                                     soci::into(server), soci::into(count));
        statement.execute();
        while (statement.fetch())
            counts[server] = static_cast<int>(count);
        return counts;
    });
}

void Sharing::set_slots(const std::string& server, int slots) {
    connection_.write("make connection slots", [&] {
        const Number most = slots;
        for (Number number = 1; number <= most; ++number)
            connection_.sql() << "INSERT INTO connection_slot (server, number, holder) VALUES (:server, :number, '')"
                                 " ON CONFLICT (server, number) DO NOTHING",
                soci::use(server), soci::use(number);
        connection_.sql() << "DELETE FROM connection_slot WHERE server = :server AND number > :most", soci::use(server),
            soci::use(most);
    });
}

std::vector<Taken> Sharing::take(const std::string& me, const std::string& server, int most) {
    std::vector<Taken> taken;
    if (most <= 0)
        return taken;
    connection_.write(
        "take units of work", [&] {
            std::string unit;
            Number due_at = 0;
            const Number limit = most;
            // Two that take at once see the same free rows. The second waits for the first, and then only what the
            // outer condition asks of the row itself is asked again (PostgreSQL, READ COMMITTED): so it must name the
            // holder.
            soci::statement statement =
                (connection_.sql().prepare
                     << "UPDATE claim SET holder = :me FROM (SELECT c.unit AS name, c.holder AS past FROM claim c"
                        " WHERE c.server = :server AND NOT EXISTS (SELECT 1 FROM daemon d WHERE d.name = c.holder)"
                        " ORDER BY c.due_at, c.unit LIMIT :most) free"
                        " WHERE claim.unit = free.name AND claim.holder = free.past RETURNING unit, due_at",
                 soci::use(me), soci::use(server), soci::use(limit), soci::into(unit), soci::into(due_at));
            statement.execute();
            while (statement.fetch())
                taken.push_back({.unit = unit, .due_at = time_of(due_at)});
        });
    return taken;
}

void Sharing::release(const std::string& me, const std::vector<std::string>& units) {
    connection_.write("give units of work back", [&] {
        for (const std::string& unit : units)
            connection_.sql() << "UPDATE claim SET holder = '' WHERE unit = :unit AND holder = :me", soci::use(unit),
                soci::use(me);
    });
}

std::vector<std::string> Sharing::held(const std::string& me) {
    return connection_.attempt("read which units of work are held", [&] {
        std::string unit;
        soci::statement statement =
            (connection_.sql().prepare << "SELECT unit FROM claim WHERE holder = :me", soci::use(me), soci::into(unit));
        return texts(statement, unit);
    });
}

int Sharing::take_slots(const std::string& me, const std::string& server, int most) {
    Number held = 0;
    connection_.write("take connection slots", [&] {
        if (most > 0) {
            const Number limit = most;
            connection_.sql() << "UPDATE connection_slot SET holder = :me FROM (SELECT s.number AS place,"
                                 " s.holder AS past FROM connection_slot s WHERE s.server = :server AND NOT EXISTS"
                                 " (SELECT 1 FROM daemon d WHERE d.name = s.holder) ORDER BY s.number LIMIT :most) free"
                                 " WHERE connection_slot.server = :same AND connection_slot.number = free.place"
                                 " AND connection_slot.holder = free.past",
                soci::use(me), soci::use(server), soci::use(limit), soci::use(server);
        }
        held = count_of(connection_.sql(), me, server);
    });
    return static_cast<int>(held);
}

void Sharing::release_slots(const std::string& me, const std::string& server, int count) {
    connection_.write("give connection slots back", [&] {
        const Number most = std::max(count, 0);
        connection_.sql() << "UPDATE connection_slot SET holder = '' WHERE server = :server AND holder = :me AND number"
                             " IN (SELECT s.number FROM connection_slot s WHERE s.server = :same AND s.holder = :mine"
                             " ORDER BY s.number DESC LIMIT :most)",
            soci::use(server), soci::use(me), soci::use(server), soci::use(me), soci::use(most);
    });
}

void Sharing::note_due(const std::string& me, const Taken& unit, Time now) {
    connection_.write("keep when a unit of work is due", [&] {
        const Number due_at = seconds_of(unit.due_at);
        const Number at = seconds_of(now);
        connection_.sql() << "UPDATE claim SET due_at = :due_at, kept_at = :now WHERE unit = :unit AND holder = :me",
            soci::use(due_at), soci::use(at), soci::use(unit.unit), soci::use(me);
    });
}

void Sharing::postpone(const std::string& me, const std::string& unit, Time due) {
    connection_.write("let a unit of work wait", [&] {
        const Number due_at = seconds_of(due);
        connection_.sql() << "UPDATE claim SET due_at = :due_at WHERE unit = :unit AND holder = :me", soci::use(due_at),
            soci::use(unit), soci::use(me);
    });
}

std::vector<std::string> Sharing::changed_elsewhere(const std::string& me, Time since) {
    return connection_.attempt("read what other daemons did", [&] {
        std::string unit;
        const Number from = seconds_of(since);
        soci::statement statement =
            (connection_.sql().prepare << "SELECT unit FROM claim WHERE kept_at >= :since AND holder <> :me",
             soci::use(from), soci::use(me), soci::into(unit));
        return texts(statement, unit);
    });
}

bool Sharing::lock(const std::string& me, const std::string& unit) {
    return connection_.attempt("lock a unit of work", [&] {
        Number found = 0;
        connection_.sql() << "SELECT 1 FROM claim WHERE unit = :unit AND holder = :me" +
                                 std::string(connection_.dialect().lock_row),
            soci::use(unit), soci::use(me), soci::into(found);
        return connection_.sql().got_data();
    });
}

} // namespace mailquotad::store
