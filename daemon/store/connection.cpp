#include "store/connection.h"

#include "store/database.h"

#include <soci/soci.h>

namespace mailquotad::store {

Connection::Connection(std::unique_ptr<soci::session> session, std::string place, const Dialect& dialect, Reopen reopen)
    : session_(std::move(session)), place_(std::move(place)), dialect_(dialect), reopen_(std::move(reopen)) {}

Connection::~Connection() = default;

void Connection::begin(std::string_view attempted, Durability durability) {
    const bool wait = durability == Durability::now || std::chrono::steady_clock::now() >= synced_at_ + kSyncEvery;
    attempt(attempted, [&] {
        if (wait != waits_for_disk_)
            *session_ << std::string(wait ? dialect_.sync_now : dialect_.sync_soon);
        waits_for_disk_ = wait;
        *session_ << std::string(dialect_.begin_writing);
    });
    in_transaction_ = true;
    broken_ = false;
    known_number_ = 0;
}

void Connection::commit(std::string_view attempted) {
    require_whole(attempted);
    attempt(attempted, [&] { *session_ << "COMMIT"; });
    in_transaction_ = false;
    if (waits_for_disk_)
        synced_at_ = std::chrono::steady_clock::now();
}

void Connection::roll_back() noexcept {
    in_transaction_ = false;
    try {
        *session_ << "ROLLBACK";
    } catch (...) {
        // After a full disk SQLite has rolled back by itself and says that there is no transaction.
    }
}

void Connection::require_whole(std::string_view attempted) const {
    if (broken_)
        throw StoreError(place_ + ": cannot " + std::string(attempted) +
                         ": something in this transaction failed before, so all of it is undone");
}

void Connection::revive() {
    if (!lost_)
        return;
    session_ = reopen_();
    lost_ = in_transaction_ = false;
    waits_for_disk_ = true;
}

void Connection::require_connection(std::string_view attempted) const {
    if (lost_)
        throw StoreError(place_ + ": cannot " + std::string(attempted) + ": the connection was lost (" + why_lost_ +
                         ")");
}

void Connection::rethrow(std::string_view attempted) {
    lost_ = reopen_ && dialect_.is_lost();
    try {
        dialect_.rethrow(place_, attempted);
    } catch (const StoreError& error) {
        if (lost_)
            why_lost_ = std::string(error.what()).substr(place_.size() + 2); // which the next error names again
        throw;
    }
    throw; // never reached: the dialect throws
}

} // namespace mailquotad::store
