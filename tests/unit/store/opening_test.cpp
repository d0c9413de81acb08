// How a database is opened: rights, damage, reading only, backup.
#include "catch.h"

#include "store/connection.h"
#include "store/sqlite.h"
#include "unit/store/temporary.h"

#include <soci/soci.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace mailquotad;
using namespace mailquotad::store;
namespace fs = std::filesystem;

namespace {

unsigned mode_of(const fs::path& path) {
    return static_cast<unsigned>(fs::status(path).permissions()) & 0777U;
}

void overwrite(const fs::path& file, std::streamoff at, const std::string& bytes) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(at);
    stream << bytes;
}

void write_file(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

// Enough rows that pages beyond the schema exist.
void fill(const fs::path& folder) {
    Database database = Database::open({.folder = folder});
    database.transaction([&] {
        for (int i = 0; i < 500; ++i)
            database.add_sample("kim", {kNoon + Seconds(i), i, 1'000, 3, {{FolderRole::inbox, i}}});
    });
}

void check_damaged(const TemporaryFolder& folder, const std::string& what) {
    const std::string before = content_of(folder.file());
    const std::string error = store_error([&] { Database::open({.folder = folder.path()}); });
    CHECK_THAT(error, ContainsSubstring(folder.file().string()));
    CHECK_THAT(error, ContainsSubstring(what));
    CHECK_THAT(error, ContainsSubstring("aside"));
    CHECK_THAT(error, ContainsSubstring("backup"));
    CHECK(content_of(folder.file()) == before);
}

} // namespace

TEST_CASE("a missing state directory is made, for its owner and group only, the database for its owner", "[sqlite]") {
    const TemporaryFolder parent;
    const fs::path folder = parent.path() / "deep" / "state";
    ::umask(022);
    Database database = Database::open({.folder = folder});
    database.enqueue(mail("<1@x.example>"));
    CHECK(mode_of(folder) == 0750);
    for (const char* name : {"mailquotad.sqlite", "mailquotad.sqlite-wal", "mailquotad.sqlite-shm"})
        CHECK(mode_of(folder / name) == 0600);
}

TEST_CASE("a state directory may have spaces, percent signs and a trailing slash in its name", "[sqlite]") {
    const TemporaryFolder parent;
    const fs::path folder = parent.path() / "a b%20#?c" / "";
    { Database::open({.folder = folder}).enqueue(mail("<1@x.example>")); }
    CHECK(Database::open({.folder = folder}).unsent_mail() == 1);
    CHECK(Database::open_readonly({.folder = folder})->unsent_mail() == 1);
    CHECK_THAT(store_error([&] { Database::open({.folder = parent.path() / "a\"b"}); }),
               ContainsSubstring("quotation mark"));
}

TEST_CASE("a state directory that is a file is named in the error", "[sqlite]") {
    const TemporaryFolder folder;
    write_file(folder.path() / "state", "x");
    const std::string error = store_error([&] { Database::open({.folder = folder.path() / "state"}); });
    CHECK_THAT(error, ContainsSubstring((folder.path() / "state").string()));
    CHECK_THAT(error, ContainsSubstring("not a directory"));
    CHECK_THAT(store_error([&] { Database::open({.folder = folder.path() / "state" / "x"}); }),
               ContainsSubstring("cannot"));
}

TEST_CASE("a state directory or a file that may not be written is refused at once", "[sqlite]") {
    const TemporaryFolder folder;
    { Database::open({.folder = folder.path()}); }
    const auto refused = [&] {
        return in_child([&] {
            become_nobody();
            const std::string error = store_error([&] { Database::open({.folder = folder.path()}); });
            if (error.find(folder.path().string()) == std::string::npos ||
                error.find("must belong to the user") == std::string::npos)
                throw std::runtime_error(error);
        });
    };
    fs::permissions(folder.path(), fs::perms(0555));
    fs::permissions(folder.file(), fs::perms(0666));
    CHECK(refused() == 0);
    fs::permissions(folder.path(), fs::perms(0777));
    fs::permissions(folder.file(), fs::perms(0444));
    CHECK(refused() == 0);
    fs::remove(folder.file());
    fs::permissions(folder.path(), fs::perms(0555));
    CHECK(refused() == 0);
    fs::permissions(folder.path(), fs::perms(0755));
}

TEST_CASE("a file that is no database is refused and kept", "[sqlite]") {
    const TemporaryFolder folder;
    write_file(folder.file(), std::string(5'000, 'x'));
    check_damaged(folder, "not a database");
    write_file(folder.file(), "SQLite");
    check_damaged(folder, "not a database");
}

TEST_CASE("a database with a damaged page is refused and kept", "[sqlite]") {
    const TemporaryFolder folder;
    fill(folder.path());
    overwrite(folder.file(), static_cast<std::streamoff>(fs::file_size(folder.file())) - 3 * 4'096,
              std::string(4'096, '\x5A'));
    check_damaged(folder, "");
}

TEST_CASE("a short command does not read the whole database, and meets damage where it is", "[sqlite]") {
    const TemporaryFolder folder;
    fill(folder.path());
    const auto size = static_cast<std::size_t>(fs::file_size(folder.file()));
    overwrite(folder.file(), 4'096, std::string(size - 4'096, '\x5A'));
    const std::string error = store_error([&] {
        Database database = Database::open({.folder = folder.path()}, Inspection::header);
        database.samples("kim", Time{});
    });
    CHECK_THAT(error, ContainsSubstring("aside"));
    write_file(folder.file(), std::string(5'000, 'x'));
    CHECK_THAT(store_error([&] { Database::open({.folder = folder.path()}, Inspection::header); }),
               ContainsSubstring("not a database"));
}

TEST_CASE("what a command makes in the daemon's folder belongs to the daemon", "[sqlite]") {
    const TemporaryFolder folder;
    // As root the folder is given away; another user's tests own it anyway.
    REQUIRE((::geteuid() != 0 || ::chown(folder.path().c_str(), 65'534, 65'534) == 0));
    struct ::stat expected {};
    REQUIRE(::stat(folder.path().c_str(), &expected) == 0);
    Database database = Database::open({.folder = folder.path()});
    database.enqueue(mail("<1@x.example>"));
    for (const char* name : {"mailquotad.sqlite", "mailquotad.sqlite-wal", "mailquotad.sqlite-shm"}) {
        struct ::stat status {};
        REQUIRE(::stat((folder.path() / name).c_str(), &status) == 0);
        CHECK(status.st_uid == expected.st_uid);
        CHECK(status.st_gid == expected.st_gid);
    }
}

TEST_CASE("opening a database again in one process leaves the locks of the first connection alone", "[sqlite]") {
    const TemporaryFolder folder;
    const Pipe go;
    // Started first: a child of a process with an open database inherits what SQLite believes about its locks.
    const pid_t command = start_child([&] {
        static_cast<void>(go.hear());
        Database::open({.folder = folder.path()}).enqueue(mail("<2@x.example>"));
    });
    Database daemon = Database::open({.folder = folder.path()});
    daemon.enqueue(mail("<1@x.example>"));
    { Database::open({.folder = folder.path()}); }
    { Database::open_readonly({.folder = folder.path()}); }
    go.tell('g');
    CHECK(wait_for(command) == 0);
    // Without its lock the daemon's log would have been deleted under its feet.
    CHECK(fs::exists(folder.file().string() + "-wal"));
    CHECK(daemon.unsent_mail() == 2);
}

TEST_CASE("a database that was cut short is refused and kept", "[sqlite]") {
    const TemporaryFolder folder;
    fill(folder.path());
    fs::resize_file(folder.file(), 8'192);
    check_damaged(folder, "");
}

TEST_CASE("an empty database beside a log that is not is refused, and the log is kept", "[sqlite]") {
    const TemporaryFolder folder;
    write_file(folder.file(), "");
    write_file(folder.file().string() + "-wal", "something");
    check_damaged(folder, "is empty");
    CHECK(content_of(folder.file().string() + "-wal") == "something");
}

TEST_CASE("an empty file is a new database", "[sqlite]") {
    const TemporaryFolder folder;
    write_file(folder.file(), "");
    CHECK(Database::open({.folder = folder.path()}).unsent_mail() == 0);
}

TEST_CASE("a database of another program is refused", "[sqlite]") {
    const TemporaryFolder folder;
    {
        soci::session other("sqlite3", "dbname=" + folder.file().string());
        other << "CREATE TABLE cookies (name TEXT)";
    }
    CHECK_THAT(store_error([&] { Database::open({.folder = folder.path()}); }), ContainsSubstring("another program"));
}

TEST_CASE("a full disk is an error that says so, and what was stored before is kept", "[sqlite]") {
    const TemporaryFolder folder;
    fill(folder.path());
    const int status = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        Database database = Database::open({.folder = folder.path()});
        const ::rlimit limit{200'000, 200'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::string error;
        for (int i = 0; i < 1'000 && error.empty(); ++i) {
            OutboxRow row = mail("<" + std::to_string(i) + "@x.example>");
            row.text.assign(20'000, 'x');
            try {
                database.enqueue(row);
            } catch (const StoreError& caught) {
                error = caught.what();
            }
        }
        // The connection still reads, and says again what is wrong.
        if (database.samples("kim", kNoon).size() != 500 || error.find("disk is full") == std::string::npos ||
            error.find("cannot store a mail") == std::string::npos)
            throw std::runtime_error("wrong: " + error);
        store_error([&] { database.transaction([&] { database.enqueue(mail(std::string(300'000, 'x'))); }); });
    });
    CHECK(status == 0);
    Database database = Database::open({.folder = folder.path()});
    CHECK(database.samples("kim", kNoon).size() == 500);
    CHECK(database.unsent_mail() > 0);
    CHECK(database.enqueue(mail("<after@x.example>")));
}

TEST_CASE("reading only gives nothing where there is no database yet", "[sqlite]") {
    const TemporaryFolder folder;
    CHECK_FALSE(Database::open_readonly({.folder = folder.path()}));
    CHECK_FALSE(Database::open_readonly({.folder = folder.path() / "missing"}));
    CHECK_FALSE(fs::exists(folder.file()));
    write_file(folder.file(), "");
    CHECK_FALSE(Database::open_readonly({.folder = folder.path()}));
}

TEST_CASE("reading only sees what a running daemon writes, and cannot write", "[sqlite]") {
    const TemporaryFolder folder;
    Database daemon = Database::open({.folder = folder.path()});
    auto reader = Database::open_readonly({.folder = folder.path()});
    REQUIRE(reader);
    CHECK(reader->unsent_mail() == 0);
    daemon.enqueue(mail("<1@x.example>"));
    CHECK(reader->unsent_mail() == 1);
    CHECK(reader->hash_key() == daemon.hash_key());
    CHECK_THAT(store_error([&] { reader->enqueue(mail("<2@x.example>")); }), ContainsSubstring("readonly"));
    CHECK(daemon.unsent_mail() == 1);
}

TEST_CASE("reading only works for a user who may write neither the file nor its folder", "[sqlite]") {
    const TemporaryFolder folder;
    { Database::open({.folder = folder.path()}).enqueue(mail("<1@x.example>")); }
    fs::permissions(folder.path(), fs::perms(0555));
    fs::permissions(folder.file(), fs::perms(0444));
    CHECK(in_child([&] {
              become_nobody();
              if (Database::open_readonly({.folder = folder.path()})->unsent_mail() != 1)
                  throw std::runtime_error("wrong number of mails");
          }) == 0);
    fs::permissions(folder.file(), fs::perms(0000));
    CHECK(in_child([&] {
              become_nobody();
              const std::string error = store_error([&] { Database::open_readonly({.folder = folder.path()}); });
              if (error.find(folder.file().string()) == std::string::npos)
                  throw std::runtime_error(error);
          }) == 0);
    fs::permissions(folder.path(), fs::perms(0755));
}

TEST_CASE("reading only refuses damage too", "[sqlite]") {
    const TemporaryFolder folder;
    write_file(folder.file(), std::string(5'000, 'x'));
    CHECK_THAT(store_error([&] { Database::open_readonly({.folder = folder.path()}); }), ContainsSubstring("aside"));
}

TEST_CASE("a backup holds everything, for its owner only, and can be put in place", "[sqlite]") {
    const TemporaryFolder folder;
    const TemporaryFolder target;
    Database database = Database::open({.folder = folder.path()});
    database.enqueue(mail("<1@x.example>"));
    database.add_sample("kim", {kNoon, 5, 10, 1, {}});
    database.backup(target.file());
    database.enqueue(mail("<2@x.example>"));
    CHECK(mode_of(target.file()) == 0600);
    Database copy = Database::open({.folder = target.path()});
    CHECK(copy.unsent_mail() == 1);
    CHECK(copy.samples("kim", kNoon).size() == 1);
    CHECK(copy.hash_key() == database.hash_key());
}

TEST_CASE("a backup never overwrites, and leaves nothing behind where it fails", "[sqlite]") {
    const TemporaryFolder folder;
    Database database = Database::open({.folder = folder.path()});
    const fs::path existing = folder.path() / "existing";
    write_file(existing, "precious");
    CHECK_THAT(store_error([&] { database.backup(existing); }), ContainsSubstring(existing.string()));
    CHECK(content_of(existing) == "precious");
    CHECK_THAT(store_error([&] { database.backup(folder.path() / "no" / "folder"); }), ContainsSubstring("folder"));
    CHECK_THROWS_AS(database.transaction([&] { database.backup(folder.path() / "x"); }), std::logic_error);
    CHECK_FALSE(fs::exists(folder.path() / "x"));
}

TEST_CASE("a backup can be made by one who only reads, beside the daemon", "[sqlite]") {
    const TemporaryFolder folder;
    const TemporaryFolder target;
    Database daemon = Database::open({.folder = folder.path()});
    daemon.enqueue(mail("<1@x.example>"));
    Database::open_readonly({.folder = folder.path()})->backup(target.file());
    CHECK(Database::open({.folder = target.path()}).unsent_mail() == 1);
}

TEST_CASE("a PostgreSQL that cannot be reached is named, with what is wrong, and without a password") {
    const auto error_of = [](const std::string& url) {
        return store_error([&] {
            Database::open({.postgresql_url = url, .password = [] { return mailquotad::Secret("topsecret"); }});
        });
    };
    const std::string refused = error_of("postgresql://kim@127.0.0.1:1/club");
    CHECK_THAT(refused, ContainsSubstring("PostgreSQL database club at 127.0.0.1:1"));
    CHECK_THAT(refused, ContainsSubstring("Connection refused"));
    CHECK_THAT(refused, !ContainsSubstring("topsecret"));
    CHECK_THAT(error_of("postgresql://127.0.0.1/club?nonsense=1"), ContainsSubstring("nonsense"));
}
