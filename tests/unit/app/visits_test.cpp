#include "app/visits.h"

#include "catch.h"
#include "fakes/fake_clock.h"

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
    CHECK(visits.server_of("@club") == "club");
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
    const MailboxRecords records = [&] {
        MailboxRecords made;
        for (const settings::Mailbox& one : settings.mailboxes)
            made[one.slug].settings = one;
        return made;
    }();
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
