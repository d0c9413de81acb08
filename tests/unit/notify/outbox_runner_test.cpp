#include "catch.h"

#include "notify/outbox_runner.h"

#include <filesystem>
#include <unistd.h>

using namespace mailquotad;
using namespace std::chrono_literals;
using notify::DeliveryOutcome;
using notify::DeliveryResult;
using notify::OutboxChange;
using store::Database;
using store::OutboxRow;
using store::Recipient;
namespace fs = std::filesystem;

namespace {

const Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 19h;
const DeliveryResult kAccepted{.outcome = DeliveryOutcome::accepted, .reason = "", .detail = ""};
const DeliveryResult kDeferred{.outcome = DeliveryOutcome::deferred, .reason = "smtp_4xx", .detail = "451 later"};
const DeliveryResult kRefused{.outcome = DeliveryOutcome::refused, .reason = "smtp_5xx", .detail = "550 no"};

OutboxRow owner_row() {
    OutboxRow row;
    row.mailbox = "kim";
    row.recipient = Recipient::owner;
    row.kind = NotificationKind::warning;
    row.stage = Stage::warning;
    row.episode = 4;
    row.message_id = "kim.4.1@verein.example";
    row.to = {"kim@privat.example"};
    row.text = "text";
    row.created_at = kNow;
    row.not_before = kNow;
    return row;
}

AlertState waiting_state() {
    AlertState state;
    state.episode = Episode{};
    state.episode->number = 4;
    state.waiting = Waiting{.kind = NotificationKind::warning, .stage = Stage::warning, .since = kNow};
    return state;
}

// A database with one mail and the state that waits for it.
class Outbox {
public:
    explicit Outbox(const OutboxRow& row)
        : folder_(fs::temp_directory_path() / ("mailquotad-outbox-" + std::to_string(::getpid()))) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        database.emplace(Database::open({.folder = folder_}));
        database->save_alert_state("kim", waiting_state());
        database->enqueue(row);
    }
    ~Outbox() {
        database.reset();
        fs::remove_all(folder_);
    }
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    OutboxChange settle(const DeliveryResult& result, Time now) {
        return notify::settle(*database, database->due_mail(now, 1).at(0), result, now);
    }
    AlertState state() { return *database->alert_state("kim"); }

    std::optional<Database> database;

private:
    fs::path folder_;
};

} // namespace

TEST_CASE("a deferred mail is tried again after a minute, then ever more rarely", "[notify]") {
    CHECK(notify::next_attempt(1, kNow) == kNow + 1min);
    CHECK(notify::next_attempt(2, kNow) == kNow + 5min);
    CHECK(notify::next_attempt(3, kNow) == kNow + 15min);
    CHECK(notify::next_attempt(4, kNow) == kNow + 1h);
    CHECK(notify::next_attempt(5, kNow) == kNow + 4h);
    CHECK(notify::next_attempt(1000, kNow) == kNow + 4h);
    CHECK(notify::next_attempt(0, kNow) == kNow + 1min);
}

TEST_CASE("a deferred mail is not given up before five days", "[notify]") {
    CHECK(notify::change_for(owner_row(), kDeferred, kNow) == OutboxChange::deferred);
    CHECK(notify::change_for(owner_row(), kDeferred, kNow + 5 * 24h - 1s) == OutboxChange::deferred);
    CHECK(notify::change_for(owner_row(), kDeferred, kNow + 5 * 24h) == OutboxChange::failed);
    CHECK(notify::change_for(owner_row(), kAccepted, kNow + 9 * 24h) == OutboxChange::sent);
    CHECK(notify::change_for(owner_row(), kRefused, kNow) == OutboxChange::failed);
}

TEST_CASE("the owner is told when the server accepted the mail to the owner, and not before", "[notify]") {
    Outbox outbox(owner_row());
    CHECK(outbox.settle(kDeferred, kNow) == OutboxChange::deferred);
    CHECK(outbox.state() == waiting_state());
    CHECK(outbox.database->due_mail(kNow + 59s, 9).empty());
    CHECK(outbox.settle(kAccepted, kNow + 1min) == OutboxChange::sent);
    REQUIRE(outbox.state().episode->told);
    CHECK(outbox.state().episode->told->stage == Stage::warning);
    CHECK(outbox.state().episode->told->at == kNow + 1min);
    CHECK_FALSE(outbox.state().waiting);
    CHECK(outbox.database->unsent_mail() == 0);
}

TEST_CASE("each further deferral waits longer", "[notify]") {
    Outbox outbox(owner_row());
    Time now = kNow;
    for (const Seconds wait : {Seconds(1min), Seconds(5min), Seconds(15min), Seconds(1h), Seconds(4h), Seconds(4h)}) {
        outbox.settle(kDeferred, now);
        CHECK(outbox.database->next_mail_due() == now + wait);
        now += wait;
    }
}

TEST_CASE("a mail that is refused for good tells nobody and no longer waits", "[notify]") {
    Outbox outbox(owner_row());
    CHECK(outbox.settle(kRefused, kNow) == OutboxChange::failed);
    CHECK_FALSE(outbox.state().episode->told);
    CHECK_FALSE(outbox.state().waiting);
    CHECK(outbox.database->unsent_mail() == 0);
}

TEST_CASE("a copy that is accepted or refused changes nothing about what the owner was told", "[notify]") {
    for (const Recipient recipient : {Recipient::copy, Recipient::admin}) {
        for (const DeliveryResult& result : {kAccepted, kRefused, kDeferred}) {
            OutboxRow row = owner_row();
            row.recipient = recipient;
            Outbox outbox(row);
            outbox.settle(result, kNow);
            CHECK(outbox.state() == waiting_state());
        }
    }
}

TEST_CASE("a late mail of an earlier episode counts as a mail and tells nothing of this one", "[notify]") {
    OutboxRow row = owner_row();
    row.episode = 3;
    const AlertState sent = notify::state_after(waiting_state(), row, OutboxChange::sent, kNow);
    CHECK(sent.last_mail_at == kNow);
    CHECK_FALSE(sent.episode->told);
    CHECK(sent.waiting);
    CHECK(notify::state_after(waiting_state(), row, OutboxChange::failed, kNow) == waiting_state());
}

TEST_CASE("a mail of a mailbox without a state is settled all the same", "[notify]") {
    OutboxRow row = owner_row();
    row.mailbox = "gone";
    Outbox outbox(row);
    CHECK(outbox.settle(kAccepted, kNow) == OutboxChange::sent);
    CHECK_FALSE(outbox.database->alert_state("gone"));
}

TEST_CASE("a mail that is refused as a whole goes to the owner's other addresses, and the owner is not refused yet") {
    OutboxRow row = owner_row();
    row.to = {"kim@privat.example", "kim@work.example"};
    row.text = "Message-ID: <kim.4.1@verein.example>\r\n\r\ntext";
    Outbox outbox(row);
    const OutboxRow stored = outbox.database->due_mail(kNow, 1).at(0);
    CHECK(notify::settle(*outbox.database, stored, kRefused, kNow) == OutboxChange::failed);
    CHECK(outbox.database->alert_state("kim") == waiting_state());
    const auto others = outbox.database->due_mail(kNow, 9);
    REQUIRE(others.size() == 1);
    CHECK(others[0].to == std::vector<std::string>{"kim@work.example"});
    CHECK(others[0].message_id == "kim.4.1.other@verein.example");
    CHECK(others[0].text == "Message-ID: <kim.4.1.other@verein.example>\r\n\r\ntext");
    notify::settle(*outbox.database, others[0], kRefused, kNow);
    CHECK(outbox.database->unsent_mail() == 0);
    CHECK(outbox.database->alert_state("kim")->refused_at == kNow);
}

TEST_CASE("what follows from a result is written with it or not at all") {
    Outbox outbox(owner_row());
    const OutboxRow stored = outbox.database->due_mail(kNow, 1).at(0);
    const auto fail = [](OutboxChange) { throw store::StoreError("the disk is full"); };
    CHECK_THROWS_AS(notify::settle(*outbox.database, stored, kAccepted, kNow, fail), store::StoreError);
    CHECK(outbox.database->unsent_mail() == 1);
    CHECK(outbox.database->alert_state("kim") == waiting_state());
}

TEST_CASE("an answer about lack of space is told from others") {
    CHECK(notify::is_lack_of_space("recipient: 552 5.2.2 mailbox full"));
    CHECK(notify::is_lack_of_space("452 4.2.2 over quota"));
    CHECK(notify::is_lack_of_space("data: 552 too much"));
    CHECK_FALSE(notify::is_lack_of_space("550 5.1.1 no such user"));
    CHECK_FALSE(notify::is_lack_of_space("550 5.2.21 other"));
    CHECK_FALSE(notify::is_lack_of_space("552.5 other"));
    CHECK_FALSE(notify::is_lack_of_space(""));
}

TEST_CASE("a mail that came back told nobody, and is decided anew a day later") {
    AlertState state = waiting_state();
    state = accepted(state, NotificationKind::warning, Stage::warning, kNow);
    REQUIRE(state.episode->told);
    const store::SentMail mail{.id = 1,
                               .mailbox = "kim",
                               .kind = NotificationKind::warning,
                               .stage = Stage::warning,
                               .episode = 4,
                               .message_id = "kim.4.1@verein.example",
                               .sent_at = kNow};
    const AlertState after = notify::state_after_bounce(state, mail, kNow + 1h);
    CHECK_FALSE(after.episode->told);
    CHECK(after.refused_at == kNow + 1h);
    store::SentMail earlier = mail;
    earlier.episode = 3;
    CHECK(notify::state_after_bounce(state, earlier, kNow + 1h) == state);
}

TEST_CASE("accepted mails are remembered until they come back") {
    Outbox outbox(owner_row());
    const OutboxRow stored = outbox.database->due_mail(kNow, 1).at(0);
    notify::settle(*outbox.database, stored, kAccepted, kNow);
    const auto sent = outbox.database->sent_mail(kNow - 24h, 10);
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].message_id == "kim.4.1@verein.example");
    CHECK(outbox.database->sent_mail(kNow + 1s, 10).empty());
    outbox.database->mark_bounced(sent[0].id, "came back");
    CHECK(outbox.database->sent_mail(kNow - 24h, 10).empty());
}
