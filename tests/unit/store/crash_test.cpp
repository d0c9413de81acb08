// Processes that are killed, and processes that write at once.
#include "catch.h"

#include "unit/store/temporary.h"

#include <unistd.h>

#include <csignal>
#include <random>

using namespace mailquotad;
using namespace mailquotad::store;

namespace {

std::string id(std::int64_t number) {
    return "<" + std::to_string(number) + "@x.example>";
}

std::int64_t decided(Database& database) {
    const auto state = database.alert_state("kim");
    return state ? state->episodes : 0;
}

// One decision: the state counts up, and a mail of that number is queued. `say` marks the steps.
void decide_once(Database& database, const std::function<void(char)>& say) {
    database.transaction([&] {
        say('b');
        AlertState state = database.alert_state("kim").value_or(AlertState{});
        ++state.episodes;
        database.save_alert_state("kim", state);
        say('s');
        OutboxRow row = mail(id(state.episodes));
        row.text.assign(9'000, 'x');
        database.enqueue(row);
        say('q');
    });
    say('c');
}

[[noreturn]] void decide_for_ever(const std::filesystem::path& folder, const Pipe& pipe) {
    Database database = Database::open({.folder = folder});
    while (true)
        decide_once(database, [&](char step) { pipe.tell(step); });
}

} // namespace

TEST_CASE("after a kill at any point decision and mail are both there or both absent", "[sqlite]") {
    const TemporaryFolder folder;
    std::mt19937 random(20'261'121);
    std::int64_t committed = 0;
    for (int round = 0; round < 40; ++round) {
        Pipe pipe;
        const pid_t child = start_child([&] { decide_for_ever(folder.path(), pipe); });
        const auto steps = std::uniform_int_distribution<int>(1, 24)(random);
        for (int step = 0; step < steps; ++step)
            committed += pipe.hear() == 'c' ? 1 : 0;
        ::kill(child, SIGKILL);
        CHECK(wait_for(child) == 128 + SIGKILL);
        for (const char what : pipe.rest())
            committed += what == 'c' ? 1 : 0;

        Database database = Database::open({.folder = folder.path()});
        const std::int64_t count = decided(database);
        CHECK(database.unsent_mail() == count);
        // Nothing that was reported is lost; the last commit may have been cut before its report.
        CHECK(count >= committed);
        CHECK(count <= committed + 1);
        committed = count;
        const auto mails = database.due_mail(kNoon, 1'000'000);
        REQUIRE(static_cast<std::int64_t>(mails.size()) == count);
        for (std::int64_t i = 0; i < count; ++i)
            CHECK(mails[static_cast<std::size_t>(i)].message_id == id(i + 1));
    }
    CHECK(committed > 0);
}

TEST_CASE("a mail that was sent before a kill stays sent", "[sqlite]") {
    const TemporaryFolder folder;
    { Database::open({.folder = folder.path()}).enqueue(mail("<1@x.example>")); }
    const int status = in_child([&] {
        Database database = Database::open({.folder = folder.path()});
        database.mark_sent(database.due_mail(kNoon, 1).at(0).id, kNoon);
        ::kill(::getpid(), SIGKILL);
    });
    CHECK(status == 128 + SIGKILL);
    Database database = Database::open({.folder = folder.path()});
    CHECK(database.unsent_mail() == 0);
    CHECK(database.owner_mails_since(kNoon) == 1);
}

TEST_CASE("processes that open a new database at once all succeed and share one key", "[sqlite]") {
    const TemporaryFolder folder;
    Pipe go;
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i)
        children.push_back(start_child([&] {
            static_cast<void>(go.hear());
            Database database = Database::open({.folder = folder.path()});
            database.save_note("kim", std::to_string(::getpid()), database.hash_key());
        }));
    for (std::size_t i = 0; i < children.size(); ++i)
        go.tell('g');
    for (const pid_t child : children)
        CHECK(wait_for(child) == 0);
    Database database = Database::open({.folder = folder.path()});
    for (const pid_t child : children)
        CHECK(database.note("kim", std::to_string(child)) == database.hash_key());
}

TEST_CASE("processes that write at once wait for each other and lose nothing", "[sqlite]") {
    const TemporaryFolder folder;
    { Database::open({.folder = folder.path()}); }
    constexpr int kEach = 100;
    const auto work = [&] {
        Database database = Database::open({.folder = folder.path()});
        for (int i = 0; i < kEach; ++i)
            decide_once(database, [](char) {});
    };
    const pid_t one = start_child(work);
    const pid_t two = start_child(work);
    CHECK(wait_for(one) == 0);
    CHECK(wait_for(two) == 0);
    Database database = Database::open({.folder = folder.path()});
    CHECK(decided(database) == 2 * kEach);
    CHECK(database.unsent_mail() == 2 * kEach);
}

TEST_CASE("a command beside the daemon writes between the daemon's transactions", "[sqlite]") {
    const TemporaryFolder folder;
    Database daemon = Database::open({.folder = folder.path()});
    Database command = Database::open({.folder = folder.path()});
    command.add_silence("kim", kNoon + Days(1), "Urlaub", kNoon);
    CHECK(daemon.silences(kNoon).size() == 1);
    daemon.transaction([&] {
        daemon.enqueue(mail("<1@x.example>"));
        CHECK(command.unsent_mail() == 0);
    });
    CHECK(command.unsent_mail() == 1);
    command.forget("kim");
    daemon.add_sample("kim", {kNoon, 1, 2, 3, {}});
    CHECK(command.samples("kim", kNoon).size() == 1);
}
