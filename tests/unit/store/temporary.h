// A state directory of a test, values to put into it, and child processes.
#pragma once

#include "store/connection.h"
#include "store/database.h"

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

/// A folder below the system's temporary one that is gone with this object, and a database of its own.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// A database of its own: SQLite in path(), or a schema of its own in the PostgreSQL whose URL is
    /// $MAILQUOTAD_TEST_POSTGRESQL, so that the same tests run on both.
    [[nodiscard]] mailquotad::store::Place place() const;
    [[nodiscard]] static bool is_postgresql();
    /// A bare connection to place(), without any schema.
    [[nodiscard]] std::unique_ptr<mailquotad::store::Connection> connect() const;
    /// Where the database lies that is opened with path().
    [[nodiscard]] std::filesystem::path file() const { return path_ / "mailquotad.sqlite"; }

private:
    std::filesystem::path path_;
};

/// 2026-11-21 19:00 UTC.
inline constexpr mailquotad::Time kNoon{mailquotad::Seconds(1'795'287'600)};

/// A mail to the owner of "kim", waiting since kNoon.
mailquotad::store::OutboxRow mail(const std::string& message_id);

/// Runs `work` in a child process and returns its exit status: 0 where it returned, 1 where it threw, else the signal
/// plus 128.
int in_child(const std::function<void()>& work);

/// Starts `work` in a child process, to be waited for with wait_for().
pid_t start_child(const std::function<void()>& work);
int wait_for(pid_t child);

/// One character at a time from one process to another. Make it before the child.
class Pipe {
public:
    Pipe();
    ~Pipe();
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void tell(char what) const;
    /// Waits; NUL where the other end is gone.
    [[nodiscard]] char hear() const;
    /// What was said before the other process ended.
    [[nodiscard]] std::string rest();

private:
    std::array<int, 2> ends_{};
};

/// Gives up the rights of root in this process, so that file modes count.
void become_nobody();

/// The text of the StoreError that `work` throws; fails where it throws none.
std::string store_error(const std::function<void()>& work);

/// All bytes of a file.
std::string content_of(const std::filesystem::path& file);
