#include "store/postgresql/errors.h"

#include "store/database.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <string_view>

namespace mailquotad::store {

using namespace std::string_view_literals;

namespace {

// PostgreSQL's own sentence: SOCI puts one before it, and DETAIL, CONTEXT and LINE after it may hold values.
std::string words_of(const soci::soci_error& error) {
    std::string message = error.get_error_message();
    for (const std::string_view mark : {"ERROR:  ", "FATAL:  ", "connection to server", "Cannot execute query. "})
        if (const std::size_t at = message.find(mark); at != std::string::npos)
            message.erase(0, mark.front() == 'c' ? at : at + mark.size());
    return message.substr(0, message.find('\n'));
}

bool is_lost(const soci::soci_error& error) {
    const auto* const told = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    if (told == nullptr)
        return error.get_error_category() == soci::soci_error::connection_error;
    const std::string state = told->sqlstate();
    // Class 08: connection; 57P0x: shut down or cannot connect now; SOCI writes blanks where the server said nothing.
    return state.starts_with("08") || state.starts_with("57P") || state.find_first_not_of(" \0"sv) == std::string::npos;
}

std::string advice(std::string_view state) {
    if (state.empty()) // never connected
        return "Check that it runs there, and the user and the password of the setting database";
    if (state.starts_with("28"))
        return "Check the user and the password of the setting database";
    if (state == "42501")
        return "The user of the setting database must own the tables: give it a database of its own";
    if (state.starts_with("53"))
        return "PostgreSQL lacks disk, memory or connections. What was stored before is kept";
    if (state == "42P07")
        return "Tables of another program lie there: give mailquotad a database of its own";
    return {};
}

[[noreturn]] void throw_store_error(const std::string& place, std::string_view attempted, const soci::soci_error& error,
                                    std::string_view state) {
    std::string text = place + ": cannot ";
    text.append(attempted).append(": ").append(words_of(error));
    if (const std::string what_to_do = advice(state); !what_to_do.empty())
        text += ". " + what_to_do;
    throw StoreError(text);
}

} // namespace

void rethrow_postgresql(const std::string& place, std::string_view attempted) {
    try {
        throw;
    } catch (const soci::postgresql_soci_error& error) {
        throw_store_error(place, attempted, error, error.sqlstate());
    } catch (const soci::soci_error& error) {
        throw_store_error(place, attempted, error, "");
    }
}

bool is_lost_postgresql() {
    try {
        throw;
    } catch (const soci::soci_error& error) {
        return is_lost(error);
    } catch (...) {
        return false;
    }
}

} // namespace mailquotad::store
