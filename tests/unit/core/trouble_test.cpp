#include "core/trouble.h"

#include "catch.h"

namespace mailquotad {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

Sight sight(const std::string& slug, std::optional<FailureKind> failure, const std::string& login = "") {
    Sight result{.slug = slug, .server = "qloc", .login = login.empty() ? slug : login, .tried = true, .failure = {}};
    if (failure)
        result.failure = ProbeFailure{.kind = *failure, .detail = "as the server said"};
    return result;
}

TEST_CASE("a refused login is told at once, once, and its end once") {
    TroubleState state;
    follow_troubles(state, {sight("kim", FailureKind::login_refused), sight("alex", {})}, kStart);
    const TroubleNews first = take_news(state, kStart);
    REQUIRE(first.begun.size() == 1);
    CHECK(first.begun.front().mailboxes == std::set<std::string>{"kim"});
    follow_troubles(state, {sight("kim", FailureKind::login_refused), sight("alex", {})}, kStart + hours(5));
    CHECK(take_news(state, kStart + hours(5)).empty());
    follow_troubles(state, {sight("kim", {}), sight("alex", {})}, kStart + hours(30));
    const TroubleNews end = take_news(state, kStart + hours(30));
    CHECK(end.begun.empty());
    REQUIRE(end.over.size() == 1);
    CHECK(end.over.front().until == kStart + hours(30));
    CHECK(take_news(state, kStart + hours(60)).empty());
}

TEST_CASE("mailboxes that share a login are one trouble") {
    TroubleState state;
    follow_troubles(state,
                    {sight("a", FailureKind::login_refused, "master"), sight("b", FailureKind::login_refused, "master"),
                     sight("c", FailureKind::login_refused, "master")},
                    kStart);
    const TroubleNews news = take_news(state, kStart);
    REQUIRE(news.begun.size() == 1);
    CHECK(news.begun.front().mailboxes.size() == 3);
}

TEST_CASE("a shared login that stopped after three refusals is said once, whatever is refused later") {
    TroubleState state;
    const auto refused = FailureKind::login_refused;
    const auto round = [&](int count, Time now) {
        std::vector<Sight> sights;
        for (int i = 0; i < 5; ++i)
            sights.push_back(sight(std::string(1, static_cast<char>('a' + i)),
                                   i < count ? std::optional(refused) : std::nullopt, "master"));
        follow_troubles(state, sights, now);
        return take_news(state, now);
    };
    CHECK(round(1, kStart).empty());
    CHECK(round(2, kStart + minutes(1)).empty());
    const TroubleNews news = round(3, kStart + minutes(2));
    REQUIRE(news.begun.size() == 1);
    CHECK(news.begun.front().mailboxes.size() == 3);
    for (int count : {4, 5, 5})
        CHECK(round(count, kStart + hours(count)).empty());
}

TEST_CASE("a restart tells nothing of a shared login that is not clear yet") {
    TroubleState state;
    std::vector<Sight> sights{sight("a", FailureKind::login_refused, "master"), sight("b", {}, "master"),
                              sight("c", {}, "master"), sight("d", {}, "master")};
    follow_troubles(state, sights, kStart);
    for (Sight& one : sights) {
        one.tried = false;
        one.failure.reset();
    }
    state.open.begin()->second.unclear = false; // which is not kept
    follow_troubles(state, sights, kStart + minutes(1));
    CHECK(take_news(state, kStart + minutes(1)).empty());
}

TEST_CASE("one mailbox that a shared login may not read is told when another shows that the login works, or later") {
    TroubleState state;
    Sight works = sight("b", {}, "master");
    works.measured_at = kStart - hours(1);
    const Sight refused = sight("a", FailureKind::login_refused, "master");
    follow_troubles(state, {refused, works}, kStart);
    CHECK(take_news(state, kStart).empty());
    SECTION("when another is measured after it") {
        works.measured_at = kStart + minutes(1);
        follow_troubles(state, {refused, works}, kStart + minutes(1));
        CHECK(take_news(state, kStart + minutes(1)).begun.size() == 1);
    }
    SECTION("after an hour without any other") {
        follow_troubles(state, {refused, works}, kStart + hours(1));
        CHECK(take_news(state, kStart + hours(1)).begun.size() == 1);
    }
}

TEST_CASE("many troubles of one hour are two mails") {
    TroubleState state;
    follow_troubles(state, {sight("a", FailureKind::login_refused), sight("b", {}), sight("c", {})}, kStart);
    CHECK(take_news(state, kStart).begun.size() == 1);
    const auto all = FailureKind::login_refused;
    follow_troubles(state, {sight("a", all), sight("b", all), sight("c", all)}, kStart + minutes(10));
    CHECK(take_news(state, kStart + minutes(10)).empty());
    CHECK(take_news(state, kStart + hours(1)).begun.size() == 2);
}

TEST_CASE("a server that is gone for a day is one event, and any answer ends it") {
    TroubleState state;
    const std::vector<Sight> gone{sight("a", FailureKind::connect), sight("b", FailureKind::timeout)};
    follow_troubles(state, gone, kStart);
    follow_troubles(state, gone, kStart + hours(23));
    CHECK(take_news(state, kStart + hours(23)).empty());
    follow_troubles(state, gone, kStart + hours(24));
    const TroubleNews news = take_news(state, kStart + hours(24));
    REQUIRE(news.begun.size() == 1);
    CHECK(news.begun.front().kind == TroubleKind::server_gone);
    CHECK(news.begun.front().since == kStart);
    follow_troubles(state, {sight("a", {}), sight("b", FailureKind::timeout)}, kStart + hours(40));
    CHECK(take_news(state, kStart + hours(40)).over.size() == 1);
}

TEST_CASE("a server that refuses a login is not gone") {
    TroubleState state;
    const std::vector<Sight> sights{sight("a", FailureKind::login_refused), sight("b", FailureKind::connect)};
    follow_troubles(state, sights, kStart);
    follow_troubles(state, sights, kStart + hours(48));
    const TroubleNews news = take_news(state, kStart + hours(48));
    REQUIRE(news.begun.size() == 1);
    CHECK(news.begun.front().kind == TroubleKind::login);
}

TEST_CASE("a restart neither ends a trouble nor begins a day anew") {
    TroubleState state;
    follow_troubles(state, {sight("a", FailureKind::connect)}, kStart);
    Sight untried = sight("a", {});
    untried.tried = false;
    follow_troubles(state, {untried}, kStart + hours(12));
    follow_troubles(state, {sight("a", FailureKind::connect)}, kStart + hours(24));
    CHECK(take_news(state, kStart + hours(24)).begun.size() == 1);
    follow_troubles(state, {untried}, kStart + hours(25));
    CHECK(take_news(state, kStart + hours(26)).empty());
}

TEST_CASE("a mailbox that left the settings troubles nobody") {
    TroubleState state;
    follow_troubles(state, {sight("a", FailureKind::login_refused)}, kStart);
    follow_troubles(state, {sight("b", {})}, kStart);
    CHECK(take_news(state, kStart).empty());
}

TEST_CASE("mail that could not leave is told when it can again, unless it was short") {
    TroubleState state;
    follow_smtp(state, false, "no route", kStart);
    follow_smtp(state, false, "no route", kStart + hours(3));
    CHECK(take_news(state, kStart + hours(3)).empty());
    follow_smtp(state, true, "", kStart + hours(4));
    const TroubleNews news = take_news(state, kStart + hours(4));
    REQUIRE(news.over.size() == 1);
    CHECK(news.over.front().since == kStart);
    CHECK(news.over.front().detail == "no route");
    follow_smtp(state, false, "busy", kStart + hours(9));
    follow_smtp(state, true, "", kStart + hours(9) + minutes(20));
    CHECK(take_news(state, kStart + hours(20)).empty());
}

} // namespace
} // namespace mailquotad
