#include "store/errors.h"

#include "store/database.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace mailquotad::store {

namespace {

std::string damaged_advice(const std::string& place) {
    return "Nothing was deleted. 'mailquotad run' puts it aside when it starts and goes on with all that can be read; "
           "a copy made by 'mailquotad backup' can also be put in place of " +
           place + " and the files of the same name that end in -wal and -shm";
}

std::string advice(int code, const std::string& place) {
    switch (code) {
    case SQLITE_FULL:
        return "The disk is full: free some space. What was stored before is kept";
    case SQLITE_IOERR:
        return "The disk is full or faulty, or a file may not grow (ulimit -f). What was stored before is kept";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return "The file and its folder must belong to the user that runs mailquotad, on a disk that is not read-only";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return damaged_advice(place);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "Another process has kept it locked for more than 10 s";
    default:
        return {};
    }
}

// Only SQLite's own words: what() of SOCI appends the values that were bound, and its message begins with the name of
// a function of SOCI.
std::string words_of(const soci::soci_error& error) {
    std::string message = error.get_error_message();
    const std::size_t colon = message.find(": ");
    if (message.starts_with("sqlite3_statement_backend::") && colon != std::string::npos)
        message.erase(0, colon + 2);
    return message;
}

[[noreturn]] void throw_store_error(const std::string& place, std::string_view attempted, const soci::soci_error& error,
                                    int code) {
    std::string text = place + ": cannot ";
    text.append(attempted).append(": ").append(words_of(error));
    if (const std::string what_to_do = advice(code, place); !what_to_do.empty())
        text += ". " + what_to_do;
    if (is_damage(code))
        throw DamagedError(text);
    throw StoreError(text);
}

// Extended codes hold the primary one in their low byte.
int primary(int code) {
    return code & 0xFF;
}

} // namespace

bool is_damage(int code) {
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

void rethrow_as_store_error(const std::string& place, std::string_view attempted) {
    try {
        throw;
    } catch (const soci::sqlite3_soci_error& error) {
        throw_store_error(place, attempted, error, primary(error.result()));
    } catch (const soci::soci_error& error) {
        throw_store_error(place, attempted, error, 0);
    }
}

void throw_damaged(const std::string& place, std::string_view detail) {
    throw DamagedError(place + ": " + std::string(detail) + ". " + damaged_advice(place));
}

int sqlite_code_of_current_error() {
    try {
        throw;
    } catch (const soci::sqlite3_soci_error& error) {
        return primary(error.result());
    } catch (...) {
        return 0;
    }
}

} // namespace mailquotad::store
