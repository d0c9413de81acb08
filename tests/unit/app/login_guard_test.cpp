#include "app/login_guard.h"

#include "app/probe_job.h"
#include "catch.h"

#include <filesystem>

namespace mailquotad::app {
namespace {

const std::string kKey = "a key of this installation";
const Time kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours(12)};

/// A database in a folder of its own.
struct TemporaryStore {
    TemporaryStore() {
        std::string pattern = (std::filesystem::temp_directory_path() / "mailquotad-guard-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
        database.emplace(store::Database::open({.folder = folder}));
    }
    ~TemporaryStore() {
        database.reset();
        std::filesystem::remove_all(folder);
    }
    std::filesystem::path folder;
    std::optional<store::Database> database;
};

ProbeRequest request(const std::string& authorize_as = "") {
    ProbeRequest request;
    request.endpoint = {.host = "imap.example", .port = 993};
    request.username = "kim@verein.example";
    request.authorize_as = authorize_as;
    return request;
}

struct Guard {
    TemporaryStore store;
    Time now = kNoon;

    bool may_try(const ProbeRequest& as, const std::string& password) {
        const LoginKeys keys = login_keys(as, kKey);
        const LoginMemory memory = login_memory(*store.database, keys);
        return !login_obstacle(keys, memory, Secret(password), kKey, now);
    }
    void end(const ProbeRequest& as, const std::string& password, bool refused) {
        LoginResult result;
        result.keys = login_keys(as, kKey);
        result.credential = credential_key(result.keys.login, Secret(password), kKey);
        result.shared_credential = credential_key(result.keys.shared, Secret(password), kKey);
        result.tried = true;
        result.refused = refused;
        result.accepted = !refused;
        result.detail = "NO wrong";
        record_login(*store.database, result, now);
    }
};

TEST_CASE("a refused login is tried again after 1 h, 4 h, then daily") {
    Guard guard;
    for (const int hours : {1, 4, 24, 24}) {
        REQUIRE(guard.may_try(request(), "old"));
        guard.end(request(), "old", true);
        guard.now += std::chrono::hours(hours) - Seconds(1);
        CHECK_FALSE(guard.may_try(request(), "old"));
        guard.now += Seconds(1);
    }
}

TEST_CASE("a refusal that was noted by a clock a year ahead does not wait a year") {
    Guard guard;
    guard.now += Days(365);
    guard.end(request(), "old", true);
    guard.now -= Days(365);
    REQUIRE(guard.may_try(request(), "old"));
    guard.end(request(), "old", true);
    CHECK_FALSE(guard.may_try(request(), "old"));
}

TEST_CASE("a changed password is tried at once, and a success forgets the refusals") {
    Guard guard;
    guard.end(request(), "old", true);
    CHECK(guard.may_try(request(), "new"));
    guard.end(request(), "new", false);
    CHECK(guard.may_try(request(), "old"));
}

TEST_CASE("one mailbox's refusal stops no other one of the same master user") {
    Guard guard;
    guard.end(request("kim"), "master", true);
    CHECK_FALSE(guard.may_try(request("kim"), "master"));
    CHECK(guard.may_try(request("alex"), "master"));
}

TEST_CASE("three refusals in a row of a shared login stop it for all its mailboxes") {
    Guard guard;
    for (const char* mailbox : {"kim", "alex", "robin"}) {
        REQUIRE(guard.may_try(request(mailbox), "master"));
        guard.end(request(mailbox), "master", true);
    }
    CHECK_FALSE(guard.may_try(request("toni"), "master"));
    CHECK(guard.may_try(request("toni"), "new master"));
}

TEST_CASE("Dovecot's ADDRESS*MASTER is a name for each mailbox and one login for all of them") {
    Guard guard;
    const auto as = [](const std::string& name) {
        ProbeRequest star = request();
        star.username = name + "@verein.example*master";
        star.shared_login = "{address}*master";
        return star;
    };
    for (const char* mailbox : {"kim", "alex", "robin"}) {
        REQUIRE(guard.may_try(as(mailbox), "master"));
        guard.end(as(mailbox), "master", true);
    }
    CHECK_FALSE(guard.may_try(as("toni"), "master"));
    CHECK(guard.may_try(request("toni"), "master"));
    const LoginKeys keys = login_keys(as("toni"), kKey);
    const LoginMemory memory = login_memory(*guard.store.database, keys);
    const auto obstacle = login_obstacle(keys, memory, Secret("master"), kKey, guard.now);
    REQUIRE(obstacle);
    CHECK(obstacle->shared);
    CHECK_THAT(obstacle->detail, ContainsSubstring("three times in a row"));
}

TEST_CASE("only mailboxes whose password lies in the same place share a login") {
    settings::Mailbox kim;
    kim.username = "kim@verein.example*master";
    kim.shared_login = "{address}*master";
    kim.password = {.form = settings::SecretReference::Form::credential, .value = "master", .command = {}};
    settings::Mailbox uli = kim;
    uli.username = "uli@verein.example*master";
    CHECK(login_of(kim) == login_of(uli));
    uli.password.value = "uli";
    CHECK(login_of(kim) != login_of(uli));
    uli.password = {
        .form = settings::SecretReference::Form::command, .value = {}, .command = {"pass", "show", "master"}};
    settings::Mailbox ute = uli;
    ute.password.command = {"pass", "show", "ute"};
    CHECK(login_of(ute) != login_of(uli));
    ute.shared_login.clear();
    CHECK(login_of(ute) == ute.username);
    kim.by_administrator = true;
    kim.server = "cyrus";
    CHECK(login_of(kim) == "@cyrus");
}

TEST_CASE("a success between refusals keeps a shared login going") {
    Guard guard;
    for (const char* mailbox : {"kim", "alex"})
        guard.end(request(mailbox), "master", true);
    guard.end(request("robin"), "master", false);
    guard.end(request("toni"), "master", true);
    CHECK(guard.may_try(request("vivi"), "master"));
}

} // namespace
} // namespace mailquotad::app
