#include "store/sqlite.h"

#include "store/connection.h"
#include "store/database.h"
#include "store/errors.h"
#include "store/kept_statements.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

namespace mailquotad::store {

namespace {

namespace fs = std::filesystem;

constexpr Dialect kDialect{
    // IMMEDIATE: a transaction that reads first and writes later would fail at once, without waiting, where another
    // process wrote in between.
    .begin_writing = "BEGIN IMMEDIATE",
    .identity = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .count_named = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = :name",
    .about_mailbox = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'mailbox_id'"
                     " WHERE m.type = 'table' ORDER BY m.name",
    .lock_schema = "", // the transaction has the whole database
    .lock_row = "",
    .clock = "SELECT CAST(strftime('%s', 'now') AS INTEGER)",
    .sync_soon = "PRAGMA synchronous = NORMAL", // with a log: only the log's own checkpoints wait
    .sync_now = "PRAGMA synchronous = FULL",
    .rethrow = rethrow_as_store_error,
};

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kBreath{20};

[[noreturn]] void throw_errno(const fs::path& path, const std::string& attempted) {
    const std::error_code error(errno, std::generic_category());
    throw StoreError(path.string() + ": cannot " + attempted + ": " + error.message() +
                     ". The folder must belong to the user that runs mailquotad, on a disk that has space and is not "
                     "read-only");
}

/// A file descriptor.
class File {
public:
    File(const fs::path& path, int flags, ::mode_t mode = 0) : descriptor_(::open(path.c_str(), flags, mode)) {}
    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
    // Only root can give a file away; others own what they make.
    [[nodiscard]] bool give_to_owner_of(const fs::path& folder) const {
        struct ::stat status {};
        return ::stat(folder.c_str(), &status) == 0 &&
               (::geteuid() != 0 || ::fchown(descriptor_, status.st_uid, status.st_gid) == 0);
    }
    [[nodiscard]] bool sync() const { return ::fsync(descriptor_) == 0; }

private:
    int descriptor_;
};

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder.parent_path(), error);
    if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST)
        throw_errno(folder, "make the state directory");
    if (!fs::is_directory(folder, error))
        throw StoreError(folder.string() + ": is not a directory, so the database cannot be kept in it");
}

// SQLite would take 0644 less the umask; its other files get rights and owner of this one. A command that root runs
// before the daemon's first start must not keep the daemon out.
void make_file(const fs::path& file) {
    const File made(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made.is_open() ? !made.give_to_owner_of(file.parent_path()) : errno != EEXIST)
        throw_errno(file, "make the database");
}

// SQLite falls back to reading only, and would fail at the first measurement instead of at the start.
void require_writable(const fs::path& folder, const fs::path& file) {
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
        throw_errno(folder, "write to the state directory");
    if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
        throw_errno(file, "write to the database");
}

// An empty file is a new database to SQLite, which would throw the log of the old one away. Asked without opening the
// file: closing it would drop the locks that another connection of this process holds on it.
void check_log(const fs::path& file) {
    // The log first: where another process is making the database just now, the file is never empty once there is a
    // log.
    std::error_code error;
    const auto log = fs::file_size(file.string() + "-wal", error);
    if (error || log == 0)
        return;
    const auto size = fs::file_size(file, error);
    if (!error && size == 0)
        throw_damaged(file.string(), "is empty although its log " + file.string() + "-wal is not");
}

// SOCI reads `key="value"` and knows no way to write a quotation mark inside it.
std::string connect_string(const std::string& name, bool readonly) {
    if (name.find('"') != std::string::npos)
        throw StoreError(name + ": the path of the database must not hold a quotation mark");
    return "dbname=\"" + name + "\" timeout=" + std::to_string(kPatience.count()) + (readonly ? " readonly=true" : "");
}

class SqliteCare : public StatementCare {
public:
    // A SELECT that was not read to its end would keep its view of the database, and the log could not be emptied.
    bool rest(soci::details::statement_backend& statement) override {
        auto& prepared = static_cast<soci::sqlite3_statement_backend&>(statement);
        prepared.useData_.clear();
        prepared.dataCache_.clear();
        prepared.columns_.clear();
        prepared.boundByName_ = prepared.boundByPos_ = prepared.hasVectorIntoElements_ = false;
        prepared.databaseReady_ = true;
        return sqlite_api::sqlite3_reset(prepared.stmt_) == SQLITE_OK &&
               sqlite_api::sqlite3_clear_bindings(prepared.stmt_) == SQLITE_OK;
    }
    void leave(soci::details::statement_backend& statement) override { statement.clean_up(); }
};

/// SOCI's own factory, except that its sessions keep their statements.
class Factory : public soci::backend_factory {
public:
    soci::details::session_backend* make_session(const soci::connection_parameters& parameters) const override {
        std::unique_ptr<soci::details::session_backend> session(soci::factory_sqlite3()->make_session(parameters));
        return keep_statements(std::move(session), std::make_unique<SqliteCare>()).release();
    }
};

std::unique_ptr<soci::session> open_session(const std::string& name, bool readonly) {
    static const Factory kFactory; // the session remembers where it comes from
    return std::make_unique<soci::session>(kFactory, connect_string(name, readonly));
}

template <typename Work>
auto opening(const fs::path& file, Work work) {
    try {
        return work();
    } catch (...) {
        rethrow_as_store_error(file.string(), "open the database");
    }
}

// SQLite does not wait by itself here when two processes make the same database at once.
void turn_on_log(soci::session& sql) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        try {
            sql << "PRAGMA journal_mode = WAL";
            return;
        } catch (...) {
            if (sqlite_code_of_current_error() != SQLITE_BUSY || std::chrono::steady_clock::now() > end)
                throw;
        }
        std::this_thread::sleep_for(kBreath);
    }
}

void check_content(soci::session& sql, const fs::path& file) {
    std::string verdict;
    sql << "PRAGMA quick_check(1)", soci::into(verdict);
    std::replace(verdict.begin(), verdict.end(), '\n', ' ');
    if (verdict != "ok")
        throw_damaged(file.string(), "is damaged: " + verdict);
}

void check_origin(soci::session& sql, const fs::path& file) {
    long long foreign = 0;
    sql << "SELECT COUNT(*) FROM sqlite_master WHERE NOT EXISTS"
           " (SELECT 1 FROM sqlite_master WHERE name = 'schema_step')",
        soci::into(foreign);
    if (foreign > 0)
        throw StoreError(file.string() + ": is a database of another program. Set another state_directory");
}

std::unique_ptr<soci::session> open_readable(const std::string& name) {
    auto session = open_session(name, true);
    long long tables = 0;
    *session << "SELECT COUNT(*) FROM sqlite_master", soci::into(tables);
    return session;
}

// A log needs files beside the database even for reading. Where nobody runs (there is no log) and we may not make
// them, the database can be read as it lies.
std::unique_ptr<soci::session> open_readonly(const fs::path& file) {
    try {
        return open_readable(file.string());
    } catch (...) {
        const int code = sqlite_code_of_current_error();
        if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY) || fs::exists(file.string() + "-wal"))
            throw;
    }
    return open_readable(as_sqlite_uri(file) + "?immutable=1"); // no locks, no files beside it
}

} // namespace

std::unique_ptr<Connection> connect_sqlite(const fs::path& folder, Inspection inspection) {
    const fs::path place = fs::absolute(folder).lexically_normal();
    const fs::path file = place / kSqliteName;
    make_folder(place.has_filename() ? place : place.parent_path());
    make_file(file);
    require_writable(place, file);
    check_log(file);
    return opening(file, [&] {
        auto session = open_session(file.string(), false);
        turn_on_log(*session);
        // Not in the connect string: where SOCI fails on it, a damaged file, it leaks the connection.
        *session << "PRAGMA synchronous = FULL";
        *session << "PRAGMA foreign_keys = ON";
        *session << "PRAGMA secure_delete = ON";
        if (inspection == Inspection::whole)
            check_content(*session, file);
        check_origin(*session, file);
        return std::make_unique<Connection>(std::move(session), file.string(), kDialect);
    });
}

std::unique_ptr<Connection> connect_sqlite_readonly(const fs::path& folder) {
    const fs::path file = fs::absolute(folder).lexically_normal() / kSqliteName;
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
        return nullptr;
    if (::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) != 0)
        throw_errno(file, "read the database");
    check_log(file);
    if (!error && size == 0)
        return nullptr;
    return opening(file, [&] { return std::make_unique<Connection>(open_readonly(file), file.string(), kDialect); });
}

void copy_sqlite(Connection& connection, const fs::path& file) {
    {
        const File made(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (!made.is_open())
            throw StoreError(file.string() +
                             ": cannot make the backup: " + std::error_code(errno, std::generic_category()).message());
    }
    try {
        const std::string name = fs::absolute(file).string();
        connection.attempt("copy it to " + name, [&] { connection.sql() << "VACUUM INTO :file", soci::use(name); });
        // SQLite leaves the copy to the cache of the system.
        sync_to_disk(file);
        sync_to_disk(fs::absolute(file).parent_path());
    } catch (...) {
        std::error_code ignored;
        fs::remove(file, ignored);
        throw;
    }
}

std::string as_sqlite_uri(const fs::path& file) {
    std::string name = "file:";
    for (const char c : file.string()) {
        if (c == '%' || c == '?' || c == '#')
            name.append(c == '%' ? "%25" : c == '?' ? "%3f" : "%23");
        else
            name += c;
    }
    return name;
}

void sync_to_disk(const fs::path& path) {
    if (!File(path, O_RDONLY | O_CLOEXEC).sync())
        throw_errno(path, "bring it to the disk");
}

void empty_sqlite_log(Connection& connection) {
    connection.attempt("empty its log", [&] { connection.sql() << "PRAGMA wal_checkpoint(TRUNCATE)"; });
}

} // namespace mailquotad::store
