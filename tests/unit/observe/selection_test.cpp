#include "observe/selection.h"

#include "catch.h"
#include "observe/query.h"
#include "observe/views.h"
#include "sample_status.h"

#include <algorithm>

namespace mailquotad::observe {
namespace {

std::vector<std::string> slugs(const std::string& query) {
    static const Status status = sample_status();
    const auto selection = parse_selection(query);
    REQUIRE(selection);
    std::vector<std::string> result;
    for (const MailboxStatus* mailbox : selected(status, *selection)) {
        result.push_back(mailbox->slug == hostile_text() ? "hostile" : mailbox->slug);
    }
    return result;
}

using Slugs = std::vector<std::string>;

} // namespace

TEST_CASE("a query is read as a form sends it", "[query]") {
    const auto query = parse_query("q=a+b%26c&state=&server=qloc");
    REQUIRE(query);
    CHECK(*query == Query{{"q", "a b&c"}, {"server", "qloc"}});
    CHECK(parse_query("")->empty());
    CHECK(format_query({{"q", "a b&c=d"}, {"x", "ü"}}) == "?q=a%20b%26c%3Dd&x=%C3%BC");
}

TEST_CASE("a query that is broken is not read at all", "[query]") {
    for (const char* text : {"q", "q=1&q=2", "q=%", "q=%4", "q=%zz", "q=%ff", "q=%0a", "q=%00", "&", "a=1&&b=2"}) {
        INFO(text);
        CHECK_FALSE(parse_query(text));
    }
    CHECK_FALSE(parse_query("q=" + std::string(1000, 'x')));
}

TEST_CASE("a selection is understood to the letter, or not at all", "[selection]") {
    for (const char* text : {"colour=red", "state=red", "sort=colour", "order=down", "page=0", "page=-1", "page=1x",
                             "page=99999999999999999999", "State=full", "utm_source=x"}) {
        INFO(text);
        CHECK_FALSE(parse_selection(text));
    }
    CHECK(parse_selection("state=&q=&server=") == Selection{});
}

TEST_CASE("a selection survives its own address", "[selection]") {
    for (const char* text : {"", "?state=full", "?server=a%20b&q=kim&sort=notice&order=reverse&page=7"}) {
        const auto selection = parse_selection(std::string_view(text).substr(*text == '?' ? 1 : 0));
        REQUIRE(selection);
        CHECK(to_query(*selection) == text);
    }
}

TEST_CASE("without a wish the first to be full come first, then the fullest", "[selection]") {
    // full; urgent without a forecast; a day is known; then by level, what is not known at the end
    const Slugs order = slugs("");
    CHECK(Slugs(order.begin(), order.begin() + 3) == Slugs{"kasse", "vorstand", "kim"});
    CHECK(order[3] == "hostile"); // 87 %
    CHECK(order[4] == "jugend");  // not within a year by the median
    CHECK(slugs("order=reverse").back() == "kasse");
}

TEST_CASE("each order begins with what a webmaster wants to see", "[selection]") {
    CHECK(slugs("sort=level").front() == "kasse");
    CHECK(slugs("sort=growth").front() == "kim");
    CHECK(slugs("sort=check").front() == "neu"); // never
    CHECK(slugs("sort=notice").front() == "kasse");
    CHECK(slugs("sort=state").front() == "kasse");
    const Slugs names = slugs("sort=mailbox");
    CHECK(names[1] == "archiv");
    CHECK(names.back() == "zeltlager");
}

TEST_CASE("filters narrow by state, server and part of the slug, together", "[selection]") {
    CHECK(slugs("state=unreachable") == Slugs{"hostile", "zeltlager", "archiv"});
    CHECK(slugs("server=active24") == Slugs{"neu"});
    CHECK(slugs("q=ZELT") == Slugs{"zeltlager"});
    CHECK(slugs("q=zelt&server=active24").empty());
    CHECK(slugs("server=unknown").empty());
}

TEST_CASE("the overview as CSV holds the same mailboxes in the same order, and no formula", "[csv]") {
    const std::string text = render_overview_csv(sample_status(), *parse_selection("state=warning"));
    CHECK(text.substr(0, text.find("\r\n")) ==
          "slug,server,state,stage,failure,resource,used,limit,used_ratio,growth_bytes_per_day,full_in_days_p10,"
          "full_in_days_p50,full_in_days_p90,last_success,last_notice,last_notice_stage,note");
    CHECK(text.substr(text.find("\r\n") + 2) ==
          "kim,qloc,warning,warning,,STORAGE,432013312,524288000,0.8240,2500000,12.4,35.2,80.7,2026-11-21T18:56:00Z,"
          "2026-11-18T19:00:00Z,warning,\r\n");
    Status status = sample_status();
    MailboxStatus tricky = status.mailboxes.front();
    tricky.slug = "-kasse";
    tricky.note = "=1+1 of kim@verein.example";
    status.mailboxes = {tricky};
    const std::string guarded = render_overview_csv(status, {});
    CHECK_THAT(guarded, ContainsSubstring("\r\n'-kasse,"));
    CHECK_THAT(guarded, ContainsSubstring(",'=1+1 of [address]\r\n"));
}

} // namespace mailquotad::observe
