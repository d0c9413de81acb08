#include "store/postgresql/rows.h"

#include "store/database.h"
#include "store/postgresql/patience.h"
#include "store/postgresql/session.h"
#include "store/read_rows.h"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <memory>
#include <string_view>

namespace mailquotad::store {

namespace {

struct ClearResult {
    void operator()(::PGresult* result) const { ::PQclear(result); }
};
using Answer = std::unique_ptr<::PGresult, ClearResult>;

/// A part of what PostgreSQL says about a failure; empty where it says none.
std::string field_of(const ::PGresult* result, int field) {
    const char* text = ::PQresultErrorField(result, field);
    return text != nullptr ? text : "";
}

std::string why(::PGconn* connection, const ::PGresult* result) {
    std::string message = field_of(result, PG_DIAG_MESSAGE_PRIMARY); // the detail may hold values
    if (message.empty()) {
        message = ::PQerrorMessage(connection); // the server did not answer
        return message.substr(0, message.find('\n'));
    }
    if (const std::string hint = field_of(result, PG_DIAG_MESSAGE_HINT); !hint.empty())
        message += ". " + hint;
    const std::string state = field_of(result, PG_DIAG_SQLSTATE);
    if (state == "42501")
        message += ". The user of the setting database needs the right to SELECT there (GRANT), and no other";
    if (state == "42P01" || state == "3F000")
        message += ". Only tables of the database that the setting database names can be read";
    return message;
}

/// Reads by libpq itself: SOCI knows only some types of columns, and would run several statements.
class Reader {
public:
    explicit Reader(const Place& place)
        : link_(link_postgresql(place, true)), session_(connect_for_rows(place)), connection_(session_->conn_),
          patience_(connection_) {}

    QueryResult read(const std::string& query) {
        patience_.begin(kLongestQuery);
        ask("BEGIN READ ONLY", PGRES_COMMAND_OK);
        // Only what can be read has a cursor. All of it is wanted, not the first tenth.
        ask("SET LOCAL cursor_tuple_fraction = 1", PGRES_COMMAND_OK);
        ask("DECLARE mailquotad_rows NO SCROLL CURSOR FOR " + query, PGRES_COMMAND_OK);
        QueryResult result;
        while (take(ask("FETCH 2000 FROM mailquotad_rows", PGRES_TUPLES_OK), result) > 0) {
        }
        ask("ROLLBACK", PGRES_COMMAND_OK);
        patience_.end();
        return result;
    }

private:
    [[noreturn]] void fail(const std::string& reason) {
        const std::string late = "it took longer than " + std::to_string(kLongestQuery.count()) + " s";
        throw StoreError(link_.name + ": cannot run this query: " + (patience_.end() ? late : reason));
    }

    /// One statement: the extended protocol takes no two.
    Answer ask(const std::string& statement, ::ExecStatusType wanted) {
        Answer answer(
            ::PQexecParams(connection_, statement.c_str(), 0, nullptr, nullptr, nullptr, nullptr, /*resultFormat=*/0));
        if (::PQresultStatus(answer.get()) != wanted)
            fail(why(connection_, answer.get()));
        return answer;
    }

    /// Adds the rows of an answer and says how many there were.
    int take(const Answer& answer, QueryResult& result) {
        const int columns = ::PQnfields(answer.get());
        const int rows = ::PQntuples(answer.get());
        for (int column = static_cast<int>(result.columns.size()); column < columns; ++column)
            result.columns.emplace_back(::PQfname(answer.get(), column));
        for (int row = 0; row < rows; ++row) {
            std::vector<std::string>& texts = result.rows.emplace_back();
            texts.reserve(static_cast<std::size_t>(columns));
            for (int column = 0; column < columns; ++column)
                bytes_ += texts
                              .emplace_back(::PQgetvalue(answer.get(), row, column),
                                            static_cast<std::size_t>(::PQgetlength(answer.get(), row, column)))
                              .size();
        }
        if (result.rows.size() > kMaxRows)
            fail("it gives more than " + std::to_string(kMaxRows) + " rows");
        if (bytes_ > kMaxRowBytes)
            fail("it gives more than " + std::to_string(kMaxRowBytes >> 20U) + " MiB");
        return rows;
    }

    PostgresqlLink link_;
    std::unique_ptr<soci::postgresql_session_backend> session_;
    ::PGconn* connection_; ///< of the session
    Patience patience_;
    std::size_t bytes_ = 0;
};

} // namespace

QueryResult fetch_rows(const Place& place, const std::string& query) {
    return Reader(place).read(query);
}

} // namespace mailquotad::store
