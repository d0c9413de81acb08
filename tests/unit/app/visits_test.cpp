#include "app/visits.h"

#include "catch.h"
#include "fakes/fake_clock.h"
#include "unit/settings/temporary_folder.h"

#include <functional>

namespace mailquotad::app {
namespace {

settings::Mailbox mailbox(const std::string& slug, bool by_administrator) {
    settings::Mailbox mailbox;
    mailbox.slug = slug;
    mailbox.server = "club";
    mailbox.by_administrator = by_administrator;
    return mailbox;
}

MailboxRecord failing(FailureKind kind, int failures) {
    MailboxRecord record;
    record.failure = ProbeFailure{.kind = kind, .detail = {}};
    record.failures_in_a_row = failures;
    return record;
}

TEST_CASE("an administrator's mailboxes are one visit, every other mailbox is its own") {
    settings::Settings settings;
    settings.mailboxes = {mailbox("kim", true), mailbox("own", false), mailbox("uli", true)};
    Visits visits;
    fakes::FakeClock clock;
    visits.set(settings, clock.steady());
    CHECK(visits.due(clock.steady()) == std::vector<std::string>{"@club", "own"});
    const auto at_club = [](const std::string& server) { return server == "club"; };
    CHECK(visits.next_due(clock.steady(), at_club) == "@club");
    CHECK_FALSE(visits.next_due(clock.steady(), std::not_fn(at_club)));
    CHECK(visits.when(settings.mailboxes[0]) == visits.when(settings.mailboxes[2]));
    settings.mailboxes = {mailbox("own", false), mailbox("new", false)};
    visits.set(settings, clock.steady() + Seconds(5));
    CHECK(visits.due(clock.steady()) == std::vector<std::string>{"own"});
    CHECK(visits.due(clock.steady() + Seconds(5)) == std::vector<std::string>{"own", "new"});
}

TEST_CASE("a shorter interval holds from the reload on, spread over the visits; a longer one changes no time") {
    settings::Settings settings;
    settings.mailboxes = {mailbox("a", false), mailbox("b", false)};
    settings.poll.interval = std::chrono::hours(1);
    Visits visits(0);
    fakes::FakeClock clock;
    MailboxRecords records;
    for (const settings::Mailbox& one : settings.mailboxes)
        records[one.slug].settings = std::make_shared<const settings::Mailbox>(one);
    visits.set(settings, clock.steady());
    for (const char* slug : {"a", "b"}) {
        ProbeFinished last;
        last.slug = last.visit = slug;
        visits.ended(last, records, settings, clock);
    }
    CHECK(visits.when(settings.mailboxes[0]) == clock.steady() + std::chrono::hours(1));
    settings.poll.interval = std::chrono::minutes(10);
    visits.set(settings, clock.steady());
    CHECK(visits.when(settings.mailboxes[0]) == clock.steady() + std::chrono::minutes(5));
    CHECK(visits.when(settings.mailboxes[1]) == clock.steady() + std::chrono::minutes(10));
    settings.poll.interval = std::chrono::hours(2);
    visits.set(settings, clock.steady());
    CHECK(visits.when(settings.mailboxes[1]) == clock.steady() + std::chrono::minutes(10));
}

/// Two mailboxes that were measured just now, by settings with a server "club" and one "other".
struct Measured {
    settings::Settings settings;
    Visits visits{0};
    fakes::FakeClock clock;

    Measured() {
        for (const char* key : {"club", "other"})
            settings.servers[key].imap = Endpoint{.host = std::string(key) + ".example", .port = 993};
        settings.mailboxes = {mailbox("kim", false), mailbox("uli", false)};
        settings.poll.interval = std::chrono::hours(1);
        visits.set(settings, clock.steady());
        for (const char* slug : {"kim", "uli"})
            end(slug);
    }

    [[nodiscard]] MailboxRecords records() const {
        MailboxRecords made;
        for (const settings::Mailbox& one : settings.mailboxes)
            made[one.slug].settings = std::make_shared<const settings::Mailbox>(one);
        return made;
    }

    void begin(const std::string& slug) {
        const TemporaryFolder folder;
        store::Database database = store::Database::open({.folder = folder.path()});
        visits.start(slug, records(), settings, database);
    }

    void end(const std::string& slug, std::optional<Seconds> not_before = {}) {
        ProbeFinished last;
        last.slug = last.visit = slug;
        last.report.not_before = not_before;
        visits.ended(last, records(), settings, clock);
    }

    /// The visits that are due at once after a reload that changed this.
    std::vector<std::string> after(const std::function<void(settings::Settings&)>& change) {
        const settings::Settings before = settings;
        change(settings);
        visits.set(settings, clock.steady());
        visits.ask_anew(before, settings, clock.steady());
        return visits.due(clock.steady());
    }
};

TEST_CASE("a mailbox whose server, login or trust was changed is looked at at once after the reload, no other one") {
    const std::vector<std::string> kim{"kim"}, both{"kim", "uli"};
    CHECK(Measured().after([](auto&) {}).empty());
    CHECK(Measured().after([](auto& s) { s.mailboxes[0].server = "other"; }) == kim);
    CHECK(Measured().after([](auto& s) { s.mailboxes[0].username = "kim.muster"; }) == kim);
    CHECK(Measured().after([](auto& s) { s.mailboxes[0].authorize_as = "master"; }) == kim);
    CHECK(Measured().after([](auto& s) { s.mailboxes[0].password.value = "another"; }) == kim);
    CHECK(Measured().after([](auto& s) { s.servers["club"].imap->port = 143; }) == both);
    CHECK(Measured().after([](auto& s) { s.servers["club"].trust.pins = {"sha256//x"}; }) == both);
    CHECK(Measured().after([](auto& s) { s.servers["club"].mechanism = Mechanism::plain; }) == both);
    CHECK(Measured().after([](auto& s) { s.servers["club"].webmail = "Webmail"; }).empty());
    CHECK(Measured().after([](auto& s) { s.servers["other"].imap->port = 143; }).empty());
    CHECK(Measured().after([](auto& s) { s.mailboxes[0].owner.name = "Kim"; }).empty());
}

TEST_CASE("a reload that changes the way to a mailbox under way has it looked at again right after") {
    Measured measured;
    measured.begin("kim");
    CHECK(measured.after([](auto& s) { s.mailboxes[0].server = "other"; }).empty());
    measured.end("kim", std::chrono::hours(2)); // what the old server wants
    CHECK(measured.visits.due(measured.clock.steady()) == std::vector<std::string>{"kim"});
    measured.end("kim");
    CHECK(measured.visits.due(measured.clock.steady()).empty());
}

TEST_CASE("a server that wants no login before a time gets none by another login either") {
    Measured measured;
    measured.end("kim", std::chrono::minutes(10));
    CHECK(measured.after([](auto& s) { s.mailboxes[0].username = "kim.muster"; }).empty());
    CHECK(measured.visits.when(measured.settings.mailboxes[0]) == measured.clock.steady() + std::chrono::minutes(10));
    CHECK(measured.after([](auto& s) { s.servers["club"].imap->host = "new.example"; }).size() == 2);
}

TEST_CASE("a visit backs off only when all of its mailboxes failed alike") {
    const MailboxRecord good;
    const MailboxRecord down = failing(FailureKind::throttled, 3);
    const MailboxRecord refused = failing(FailureKind::protocol, 9);
    const Seconds interval = std::chrono::minutes(15);
    CHECK(delay_of({&good, &down}, interval) == interval);
    CHECK(delay_of({&down, &refused}, interval) == interval);
    CHECK(delay_of({&down, &down}, interval) == std::chrono::hours(1));
    CHECK(delay_of({}, interval) == interval);
}

TEST_CASE("the earliest of the mailboxes that are wanted again hastens the visit") {
    const auto wanted = [](Seconds at) {
        MailboxRecord record;
        record.look_again_at = Time{} + at;
        return record;
    };
    const MailboxRecord early = wanted(Seconds(10));
    const MailboxRecord late = wanted(Seconds(20));
    const MailboxRecord calm;
    CHECK(wanted_again_at({&calm, &late, &early}) == Time{} + Seconds(10));
    CHECK_FALSE(wanted_again_at({&calm}));
    MailboxRecord failed = early;
    failed.failure = ProbeFailure{};
    CHECK_FALSE(wanted_again_at({&failed}));
}

} // namespace
} // namespace mailquotad::app
