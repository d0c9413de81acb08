#include "app/picture.h"

#include "catch.h"

namespace mailquotad::app {
namespace {

MailboxRecord record() {
    MailboxRecord record;
    settings::Mailbox mailbox;
    mailbox.address = "kim.muster@verein.example";
    mailbox.username = "web12p3";
    mailbox.slug = "kim";
    mailbox.server = "qloc";
    record.settings = std::make_shared<const settings::Mailbox>(mailbox);
    Snapshot snapshot;
    snapshot.limit_source = LimitSource::server;
    snapshot.quota = {{.root = "Kim.Muster", .name = "STORAGE", .used = 5, .limit = 10, .unit = Unit::bytes},
                      {.root = "User quota", .name = "MESSAGE", .used = 3, .limit = 10}};
    snapshot.folders = {{.name = "INBOX", .role = FolderRole::inbox, .messages = 3, .size_bytes = 30},
                        {.name = "Arzt", .role = FolderRole::other, .messages = 1, .size_bytes = 7},
                        {.name = "Bank", .role = FolderRole::other, .messages = 1, .size_bytes = 3}};
    record.snapshot = snapshot;
    record.last_attempt = Time{};
    return record;
}

TEST_CASE("the public picture has roles with sums and no names") {
    const MailboxStatus status = picture_of(record(), "key");
    REQUIRE(status.roles.size() == 2);
    CHECK(status.roles.at(FolderRole::other).size_bytes == 10);
    CHECK(status.roles.at(FolderRole::other).name.empty());
    CHECK(status.messages == 5);
}

TEST_CASE("a root that names the owner is hashed, another one is kept") {
    const MailboxStatus status = picture_of(record(), "key");
    CHECK(status.quota[0].root.starts_with("root-"));
    CHECK(status.quota[1].root == "User quota");
    CHECK(public_root("INBOX.web12p3", *record().settings, "key").starts_with("root-"));
}

TEST_CASE("the sum of a role is unknown when one of its folders is") {
    MailboxRecord unknown = record();
    unknown.snapshot->folders[1].size_bytes.reset();
    const MailboxStatus status = picture_of(unknown, "key");
    CHECK_FALSE(status.roles.at(FolderRole::other).size_bytes);
    CHECK(status.roles.at(FolderRole::inbox).size_bytes == 30);
}

TEST_CASE("a failure is shown without login, address and folder names") {
    MailboxRecord failing = record();
    failing.failure = ProbeFailure{.kind = FailureKind::login_refused,
                                   .detail = "NO user web12p3 (Kim.Muster@verein.example) in Arzt"};
    const MailboxStatus status = picture_of(failing, "key");
    REQUIRE(status.failure);
    CHECK_THAT(status.failure->detail,
               !ContainsSubstring("web12p3") && !ContainsSubstring("uster") && !ContainsSubstring("Arzt"));
    CHECK_FALSE(status.last_probe_succeeded);
}

TEST_CASE("evidence reaches the page without a name of any kind") {
    MailboxRecord failing = record();
    failing.failure = ProbeFailure{.kind = FailureKind::protocol, .detail = "NO Arzt is locked for web12p3"};
    failing.evidence.push_back({.at = {},
                                .failure = *failing.failure,
                                .wire_log = {"C: A3 STATUS \"Arzt\" (MESSAGES)", "S: * LIST () \"/\" \"Geheime Liste\"",
                                             "S: A3 NO Geheime Liste of kim.muster@verein.example",
                                             "S: * QUOTA \"user/kim.muster\" (STORAGE 1 2)"}});
    hide_evidence(failing);
    const MailboxStatus status = picture_of(failing, "key");
    REQUIRE(status.evidence);
    std::string all;
    for (const Evidence& evidence : *status.evidence) {
        all += evidence.failure.detail + "\n";
        for (const std::string& line : evidence.wire_log)
            all += line + "\n";
    }
    for (const char* name : {"Arzt", "Geheime", "web12p3", "muster"})
        CHECK_THAT(all, !ContainsSubstring(name));
    CHECK_THAT(all, ContainsSubstring("STORAGE 1 2") && ContainsSubstring("C: A3 STATUS [folder] (MESSAGES)"));
}

/// A daemon's records of two mailboxes, drawn again and again.
struct Drawn {
    Drawn() {
        for (const char* slug : {"kim", "uli"}) {
            settings.mailboxes.emplace_back().slug = slug;
            records[slug] = record();
        }
        for (const settings::Mailbox& mailbox : settings.mailboxes)
            records[mailbox.slug].settings = std::make_shared<const settings::Mailbox>(mailbox);
        visits.set(settings, steady);
    }
    Status after(Seconds more) {
        now += more;
        steady += more;
        draw_mailboxes(status,
                       {.settings = settings,
                        .records = records,
                        .beside = beside,
                        .burst = burst,
                        .visits = visits,
                        .hash_key = "key"},
                       now, steady);
        return status;
    }

    settings::Settings settings;
    std::map<std::string, MailboxRecord> records;
    Beside beside;
    BurstState burst;
    Visits visits{0};
    Status status;
    Time now{};
    os::SteadyTime steady{};
};

TEST_CASE("a picture shares with the one before what has not changed, and readers of that keep what they have") {
    Drawn drawn;
    const Status first = drawn.after(Seconds(0));
    drawn.records["uli"].snapshot->quota.front().used = 7;
    const Status second = drawn.after(Seconds(10));
    REQUIRE(second.mailboxes.size() == 2);
    CHECK(&second.mailboxes[0] == &first.mailboxes[0]);
    CHECK(first.mailboxes[1].quota.front().used == 5);
    CHECK(second.mailboxes[1].quota.front().used == 7);
    drawn.beside.silences = {{.mailbox = "kim", .until = drawn.now + Days(1), .reason = "moving"}};
    CHECK(drawn.after(Seconds(10)).mailboxes[0].silenced);
    CHECK(first.mailboxes[0].silenced == std::nullopt);
}

TEST_CASE("that two clocks begin their seconds at different moments makes no new picture") {
    Drawn drawn;
    drawn.visits = Visits(0);
    drawn.visits.set(drawn.settings, drawn.steady + std::chrono::hours(1));
    const Status first = drawn.after(Seconds(0));
    REQUIRE(first.mailboxes[0].next_attempt == Time{} + std::chrono::hours(1));
    drawn.steady -= std::chrono::milliseconds(300);
    CHECK(&drawn.after(Seconds(10)).mailboxes[0] == &first.mailboxes[0]);
    drawn.steady -= std::chrono::minutes(1);
    CHECK(drawn.after(Seconds(10)).mailboxes[0].next_attempt == Time{} + std::chrono::minutes(61) + Seconds(1));
}

} // namespace
} // namespace mailquotad::app
