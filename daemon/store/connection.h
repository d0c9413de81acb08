// What the files of this folder share: the SOCI session, where it leads, and how its errors are told.
#pragma once

#include "store/durability.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace soci {
class session;
}

namespace mailquotad::store {

/// Where the databases differ; everything else is SQL that both know.
struct Dialect {
    std::string_view begin_writing; ///< begins a transaction that will write
    std::string_view identity;      ///< type of a primary key that the database counts up, never reusing a number
    std::string_view count_named;   ///< asks for the number of tables called :name
    std::string_view about_mailbox; ///< asks for the names of all tables with a column mailbox_id
    std::string_view lock_schema;   ///< keeps other processes from making the tables until the transaction ends
    std::string_view lock_row;      ///< appended to a SELECT, keeps its row from others until the transaction ends
    std::string_view clock;         ///< asks for the database's own time in seconds
    std::string_view sync_soon;     ///< from now on a commit does not wait for the disk; what it wrote stays whole
    std::string_view sync_now;      ///< from now on it does, as from the beginning
    bool is_shared = false;         ///< several daemons may work with it
    bool (*is_lost)() = nullptr;    ///< whether the error that is being handled says that it is gone; if it can be
    /// To be called in a catch block: an error of SOCI leaves as a StoreError that names the place, what was attempted
    /// and what to do; anything else goes on as it is. Values that were to be stored are never part of the text.
    void (*rethrow)(const std::string& place, std::string_view attempted) = nullptr;
};

/// One open session. Used by one thread.
class Connection {
public:
    using Reopen = std::function<std::unique_ptr<soci::session>()>;

    /// `place` names the database in error texts. `reopen` makes the session anew after it was lost and throws
    /// StoreError; empty where a session cannot be lost.
    Connection(std::unique_ptr<soci::session> session, std::string place, const Dialect& dialect, Reopen reopen = {});
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] soci::session& sql() { return *session_; }
    [[nodiscard]] const std::string& place() const { return place_; }
    [[nodiscard]] const Dialect& dialect() const { return dialect_; }
    [[nodiscard]] bool in_transaction() const { return in_transaction_; }

    /// The number of a mailbox that know_mailbox() was told in the transaction that is open; 0 where it was not.
    [[nodiscard]] long long known_mailbox(const std::string& slug) const {
        return in_transaction_ && slug == known_slug_ ? known_number_ : 0;
    }
    /// To be asked for again and again while the transaction lasts; afterwards others may forget the mailbox.
    void know_mailbox(const std::string& slug, long long number) {
        known_slug_ = slug;
        known_number_ = number;
    }

    /// Connects again where the connection was lost; until then every attempt fails at once. Throws StoreError.
    void revive();

    /// Runs `work`; an error of SOCI leaves as a StoreError that says what was attempted ("store a mail").
    template <typename Work>
    auto attempt(std::string_view attempted, Work&& work) {
        require_connection(attempted);
        try {
            return std::forward<Work>(work)();
        } catch (...) {
            rethrow(attempted);
        }
    }

    /// The same in one transaction: in the one that is open, else in one of its own.
    template <typename Work>
    void write(std::string_view attempted, Work&& work) {
        if (in_transaction_) {
            require_whole(attempted);
            broken_ = true; // until it has worked
            attempt(attempted, std::forward<Work>(work));
            broken_ = false;
            return;
        }
        begin(attempted);
        try {
            attempt(attempted, std::forward<Work>(work));
            commit(attempted);
        } catch (...) {
            roll_back();
            throw;
        }
    }

    /// Begins a transaction that is on the disk when it has ended; roll_back() must follow where commit() is not
    /// reached or throws.
    void begin(std::string_view attempted) { begin(attempted, Durability::now); }
    /// The same; with Durability::soon nothing waits for the disk until kSyncEvery after the last time it did.
    void begin(std::string_view attempted, Durability durability);
    /// Ends it; what was written is as safe as begin() was told. Throws StoreError where a write() inside it had
    /// failed.
    void commit(std::string_view attempted);
    /// Undoes it; nothing happens where the database did so already.
    void roll_back() noexcept;

private:
    // After an error the database may have rolled back by itself (a full disk), so that what follows would stand alone.
    void require_whole(std::string_view attempted) const;
    void require_connection(std::string_view attempted) const;
    [[noreturn]] void rethrow(std::string_view attempted);

    std::unique_ptr<soci::session> session_;
    std::string place_;
    Dialect dialect_;
    Reopen reopen_;
    std::chrono::steady_clock::time_point synced_at_{};
    bool waits_for_disk_ = true;
    bool lost_ = false;
    std::string why_lost_;
    bool in_transaction_ = false;
    bool broken_ = false;
    std::string known_slug_;
    long long known_number_ = 0;
};

} // namespace mailquotad::store
