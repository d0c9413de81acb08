// Statements that stay prepared: what every look at a mailbox asks for is parsed and planned once, not each time.
#pragma once

#include <functional>
#include <memory>

namespace soci::details {
class session_backend;
class statement_backend;
} // namespace soci::details

namespace mailquotad::store {

/// What a database's statements need besides SOCI.
class StatementCare {
public:
    virtual ~StatementCare() = default;
    /// Runs what may ask the server.
    virtual void ask(const std::function<void()>& call) { call(); }
    /// Ends a use: the statement holds no lock, no row and none of the values that it was given. False where it must
    /// not be used again. Asks no server.
    virtual bool rest(soci::details::statement_backend& statement) = 0;
    /// Frees one together with its session; only destroyed after that. Asks no server.
    virtual void leave(soci::details::statement_backend& statement) = 0;
};

/// The same session, except that statements which read or write rows are prepared once and kept by their text, the last
/// few of them. At rest they hold nothing of the database. One that failed is prepared anew. They end with the session,
/// so that one which was lost takes them along; what changes the schema needs no care, as the databases notice.
std::unique_ptr<soci::details::session_backend> keep_statements(std::unique_ptr<soci::details::session_backend> session,
                                                                std::unique_ptr<StatementCare> care);

} // namespace mailquotad::store
