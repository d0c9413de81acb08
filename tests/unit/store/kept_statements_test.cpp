// Statements that stay prepared: against a database that only counts, and against the real ones.
#include "catch.h"

#include "store/kept_statements.h"
#include "unit/store/temporary.h"

#include <soci/soci.h>

#include <algorithm>
#include <stdexcept>

using namespace mailquotad;
using namespace mailquotad::store;
using namespace soci::details;

namespace {

/// What was asked of a database, in order.
using Calls = std::vector<std::string>;

/// A statement whose text says what becomes of it: "SELECT broken" is refused, "SELECT failing" prepared and fails.
class FakeStatement : public statement_backend {
public:
    explicit FakeStatement(Calls& calls) : calls_(calls) {}

    void alloc() override {}
    void clean_up() override { calls_.push_back("free " + text_); }
    void prepare(const std::string& query, statement_type type) override {
        if (query == "SELECT broken")
            throw std::runtime_error("broken");
        text_ = query;
        calls_.push_back((type == st_repeatable_query ? "prepare " : "prepare once ") + query);
    }
    exec_fetch_result execute(int /*number*/) override {
        calls_.push_back("run " + text_);
        if (text_ == "SELECT failing")
            throw std::runtime_error("failing");
        return ef_no_data;
    }
    exec_fetch_result fetch(int /*number*/) override { return ef_no_data; }
    long long get_affected_rows() override { return 0; }
    int get_number_of_rows() override { return 0; }
    std::string get_parameter_name(int /*index*/) const override { return {}; }
    std::string rewrite_for_procedure_call(const std::string& query) override { return query; }
    int prepare_for_describe() override { return 0; }
    void describe_column(int /*column*/, soci::data_type& /*type*/, std::string& /*name*/) override {}
    standard_into_type_backend* make_into_type_backend() override { return nullptr; }
    standard_use_type_backend* make_use_type_backend() override { return nullptr; }
    vector_into_type_backend* make_vector_into_type_backend() override { return nullptr; }
    vector_use_type_backend* make_vector_use_type_backend() override { return nullptr; }

    void note(const std::string& what) { calls_.push_back(what + ' ' + text_); }

private:
    Calls& calls_;
    std::string text_;
};

class FakeSession : public session_backend {
public:
    explicit FakeSession(Calls& calls) : calls_(calls) {}
    ~FakeSession() override { calls_.emplace_back("close"); }
    bool is_connected() override { return true; }
    void begin() override {}
    void commit() override {}
    void rollback() override {}
    std::string get_dummy_from_table() const override { return {}; }
    std::string get_backend_name() const override { return "fake"; }
    statement_backend* make_statement_backend() override { return new FakeStatement(calls_); }
    rowid_backend* make_rowid_backend() override { return nullptr; }
    blob_backend* make_blob_backend() override { return nullptr; }

private:
    Calls& calls_;
};

class FakeCare : public StatementCare {
public:
    bool rest(statement_backend& statement) override {
        static_cast<FakeStatement&>(statement).note("rest");
        return true;
    }
    void leave(statement_backend& statement) override { static_cast<FakeStatement&>(statement).note("leave"); }
};

std::unique_ptr<session_backend> keeping(Calls& calls) {
    return keep_statements(std::make_unique<FakeSession>(calls), std::make_unique<FakeCare>());
}

std::unique_ptr<statement_backend> prepared(session_backend& session, const std::string& text) {
    std::unique_ptr<statement_backend> statement(session.make_statement_backend());
    statement->alloc();
    statement->prepare(text, st_one_time_query);
    return statement;
}

void run(session_backend& session, const std::string& text) {
    prepared(session, text)->execute(1);
}

std::size_t count(const Calls& calls, const std::string& call) {
    return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), call));
}

} // namespace

TEST_CASE("a statement is prepared once, and at rest between two uses") {
    Calls calls;
    auto session = keeping(calls);
    run(*session, "SELECT 1");
    run(*session, "SELECT 1");
    CHECK(calls == Calls{"prepare SELECT 1", "run SELECT 1", "rest SELECT 1", "run SELECT 1", "rest SELECT 1"});
    calls.clear();
    session.reset();
    CHECK(calls == Calls{"leave SELECT 1", "close"});
}

TEST_CASE("a statement that is in use is prepared a second time beside it") {
    Calls calls;
    const auto session = keeping(calls);
    {
        const auto first = prepared(*session, "UPDATE a");
        const auto second = prepared(*session, "UPDATE a");
        CHECK(count(calls, "prepare UPDATE a") == 2);
    }
    run(*session, "UPDATE a");
    CHECK(count(calls, "prepare UPDATE a") == 2);
}

TEST_CASE("a statement that failed is freed, and the next one is prepared anew") {
    Calls calls;
    const auto session = keeping(calls);
    CHECK_THROWS(run(*session, "SELECT failing"));
    CHECK_THROWS(run(*session, "SELECT failing"));
    CHECK(count(calls, "prepare SELECT failing") == 2);
    CHECK(count(calls, "free SELECT failing") == 2);
    CHECK_THROWS(run(*session, "SELECT broken"));
    CHECK(count(calls, "rest SELECT failing") == 0);
}

TEST_CASE("what is no reading or writing of rows is prepared each time") {
    Calls calls;
    const auto session = keeping(calls);
    for (const char* const text : {"PRAGMA synchronous = FULL", "COMMIT", "VACUUM INTO :file"}) {
        run(*session, text);
        run(*session, text);
        CHECK(count(calls, std::string("prepare once ") + text) == 2);
        CHECK(count(calls, std::string("free ") + text) == 2);
    }
}

TEST_CASE("of many statements the last used are kept") {
    Calls calls;
    const auto session = keeping(calls);
    run(*session, "SELECT rare");
    for (int number = 0; number < 100; ++number) {
        run(*session, "SELECT often");
        run(*session, "SELECT " + std::to_string(number));
    }
    CHECK(count(calls, "prepare SELECT often") == 1);
    CHECK(count(calls, "free SELECT rare") == 1);
    run(*session, "SELECT 99");
    CHECK(count(calls, "prepare SELECT 99") == 1);
    run(*session, "SELECT 0");
    CHECK(count(calls, "prepare SELECT 0") == 2);
}

TEST_CASE("a statement keeps nothing of what it was given before") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    Sample sample{
        .at = kNoon, .used_bytes = 5, .limit_bytes = 9, .messages = 3, .roles_bytes = {{FolderRole::inbox, 5}}};
    database.add_sample("kim", sample);
    sample = {};
    sample.at = kNoon + Seconds(1);
    database.add_sample("kim", sample);
    sample.at = kNoon + Seconds(2);
    sample.used_bytes = 7;
    database.add_sample("kim", sample);
    const auto samples = database.samples("kim", kNoon);
    REQUIRE(samples.size() == 3);
    CHECK(samples[0].limit_bytes == 9);
    CHECK_FALSE(samples[1].used_bytes);
    CHECK(samples[1].roles_bytes.empty());
    CHECK(samples[2].used_bytes == 7);
    CHECK_FALSE(samples[2].messages);
    CHECK(database.samples("lee", kNoon).empty());
    CHECK(database.samples("kim", kNoon + Seconds(2)).size() == 1);
}

TEST_CASE("a mailbox that another process forgets between two transactions gets a new row") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    Database other = Database::open(folder.place());
    const auto keep = [&](const std::string& text) {
        database.transaction([&] {
            database.save_note("kim", "a", text);
            database.save_note("kim", "b", text);
        });
    };
    keep("first");
    other.forget("kim");
    keep("second");
    CHECK(other.note("kim", "a") == "second");
    CHECK(other.note("kim", "b") == "second");
}

TEST_CASE("a statement goes on after it failed, after its transaction was undone and after the tables changed") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    database.save_note("kim", "a", "first");
    CHECK_THROWS(database.transaction([&] {
        database.save_note("kim", "a", "undone");
        throw std::runtime_error("mine");
    }));
    CHECK(database.note("kim", "a") == "first");
    const auto other = folder.connect();
    other->sql() << "ALTER TABLE note RENAME TO elsewhere";
    CHECK_THAT(store_error([&] { database.save_note("kim", "a", "lost"); }), ContainsSubstring("note"));
    CHECK_THAT(store_error([&] { static_cast<void>(database.note("kim", "a")); }), ContainsSubstring("note"));
    other->sql() << "ALTER TABLE elsewhere RENAME TO note";
    other->sql() << "ALTER TABLE note ADD COLUMN later TEXT";
    CHECK(database.note("kim", "a") == "first");
    database.save_note("kim", "a", "second");
    CHECK(database.note("kim", "a") == "second");
}

TEST_CASE("what was read stands in nobody's way: the tables can be locked, the log emptied and the file closed") {
    const TemporaryFolder folder;
    {
        Database database = Database::open(folder.place());
        database.save_note("kim", "a", "text");
        CHECK(database.note("kim", "a") == "text");
        CHECK(database.samples("kim", kNoon).empty());
        CHECK_FALSE(database.note("kim", "none"));
        const auto other = folder.connect();
        if (TemporaryFolder::is_postgresql()) {
            other->begin("lock");
            other->sql() << "LOCK TABLE note IN ACCESS EXCLUSIVE MODE NOWAIT";
            other->roll_back();
        } else {
            int busy = -1;
            other->sql() << "PRAGMA wal_checkpoint(TRUNCATE)", soci::into(busy);
            CHECK(busy == 0);
            CHECK(std::filesystem::file_size(folder.file().string() + "-wal") == 0);
        }
    }
    CHECK_FALSE(std::filesystem::exists(folder.file().string() + "-wal")); // the last one that closes tidies up
}
