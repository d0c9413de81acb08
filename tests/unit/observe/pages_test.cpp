#include "catch.h"
#include "observe/page.h"
#include "observe/views.h"
#include "sample_status.h"

#include <fstream>
#include <limits>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace mailquotad::observe {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
        ++found;
    }
    return found;
}

/// Whether every tag is closed in the right order, and no attribute is there twice: what a browser would repair
/// silently.
void check_well_formed(const std::string& html) {
    static const std::regex tag("<(/?)([a-z0-9]+)((?:[^>\"]|\"[^\"]*\")*?)(/?)>");
    static const std::set<std::string> empty = {"meta", "link", "path", "rect", "circle", "line", "input"};
    std::vector<std::string> open;
    for (auto at = std::sregex_iterator(html.begin(), html.end(), tag); at != std::sregex_iterator(); ++at) {
        const std::string name = (*at)[2];
        if ((*at)[1] == "/") {
            INFO("at " << at->position() << ": " << at->str());
            REQUIRE(!open.empty());
            CHECK(open.back() == name);
            open.pop_back();
        } else if ((*at)[4] != "/" && !empty.contains(name)) {
            open.push_back(name);
        }
    }
    CHECK(open.empty());
    // Every "<" begins a tag, so nothing foreign came through.
    const std::string rest = std::regex_replace(html, tag, "");
    CHECK(rest.find_first_of("<>") == rest.find("<!DOCTYPE html>"));
    CHECK(count(rest, "<") == 1);
}

std::string overview_of(const Status& status, const std::string& language, const Selection& selection = {}) {
    const RecentPast recent = sample_recent();
    return render_overview(status, {.selection = selection, .recent = &recent}, language, *catalog());
}

std::string page_of(const Status& status, const std::string& slug, const std::string& language) {
    const MailboxPast past = slug == "kim" ? sample_past() : MailboxPast{};
    return render_mailbox(status, slug, &past, language, *catalog());
}

std::vector<std::string> all_pages() {
    const Status status = sample_status();
    std::vector<std::string> pages;
    for (const std::string& language : catalog()->languages()) {
        pages.push_back(overview_of(status, language));
        pages.push_back(render_overview(status, {}, language, *catalog()));
        Selection selection;
        selection.text = "\"><script>";
        pages.push_back(overview_of(status, language, selection));
        pages.push_back(render_mailbox(status, "kim", nullptr, language, *catalog()));
        for (const MailboxStatus& mailbox : status.mailboxes) {
            pages.push_back(page_of(status, mailbox.slug, language));
        }
        pages.push_back(render_message("error.not_found_title", "error.not_found", language, *catalog(), 2));
    }
    return pages;
}

} // namespace

TEST_CASE("the pages of the sample are those of the golden files", "[pages]") {
    const Status status = sample_status();
    for (const std::string language : {"de", "en"}) {
        check_golden("overview." + language + ".html", overview_of(status, language));
        check_golden("mailbox." + language + ".html", page_of(status, "kim", language));
    }
    check_golden("unreachable.de.html", page_of(status, "zeltlager", "de"));
}

TEST_CASE("every page is well formed, has a language, one h1 and a title", "[pages]") {
    for (const std::string& page : all_pages()) {
        INFO(page);
        check_well_formed(page);
        CHECK(std::regex_search(page, std::regex("<html lang=\"(de|en)\">")));
        CHECK(count(page, "<h1>") == 1);
        CHECK(count(page, "\n<title>") == 1); // drawings have titles of their own
        CHECK(count(page, "id=\"main\"") == 1);
    }
}

TEST_CASE("no page holds a script, an inline style, an event handler or anything from elsewhere", "[pages]") {
    for (const std::string& page : all_pages()) {
        for (const char* forbidden :
             {"<script", " style=", "onclick", "onload", "http:", "https:", "<img", "javascript:", "url("}) {
            INFO(forbidden);
            CHECK(page.find(forbidden) == std::string::npos);
        }
    }
    CHECK(stylesheet().find("url(") == std::string::npos);
    CHECK(stylesheet().find("@import") == std::string::npos);
}

TEST_CASE("hostile text is harmless in every field of every page", "[pages]") {
    for (const std::string& page : all_pages()) {
        for (const std::string& raw : {std::string("<script>alert"), std::string("\xE2\x80\xAE"), std::string("\x1b"),
                                       std::string(1, '\0'), std::string("\xff"), std::string("\r")}) {
            CHECK(page.find(raw) == std::string::npos);
        }
    }
    const Status status = sample_status();
    const std::string overview = overview_of(status, "en");
    CHECK_THAT(overview, ContainsSubstring("&lt;script&gt;"));
    CHECK_THAT(overview, ContainsSubstring("href=\"mailbox/" + to_path_segment(hostile_text()) + "\""));
    CHECK(page_of(status, "nobody", "en").empty());
}

TEST_CASE("a state is told in words and by a symbol, not by colour alone", "[pages]") {
    const std::string page = overview_of(sample_status(), "en");
    for (const char* word :
         {"Full", "Urgent", "Warning", "Not reachable", "Unknown", "Not asked yet", "Keep an eye on it", "Fine"}) {
        INFO(word);
        CHECK_THAT(page, ContainsSubstring("</svg><strong>" + std::string(word) + "</strong>"));
    }
    CHECK_THAT(page, ContainsSubstring("Login refused"));
    CHECK_THAT(page, ContainsSubstring("<b>82%</b>"));
}

TEST_CASE("every stage, kind of failure, reason, role and decision has its words in every language", "[pages]") {
    Status status = sample_status();
    MailboxStatus mailbox = status.mailboxes[1];
    mailbox.assessment.reasons = {Reason::used, Reason::free, Reason::full_within, Reason::messages, Reason::refused};
    for (const FolderRole role : kAllFolderRoles) {
        mailbox.roles[role] = {"", role, 1, 2};
    }
    for (const std::string& language : catalog()->languages()) {
        for (const FailureKind kind : kAllFailureKinds) {
            mailbox.last_probe_succeeded = false;
            mailbox.failure = ProbeFailure{kind, "x"};
            status.mailboxes = {mailbox};
            CHECK_NOTHROW(page_of(status, mailbox.slug, language));
            CHECK_NOTHROW(overview_of(status, language));
        }
        for (const DecisionReason reason : kAllDecisionReasons) {
            mailbox.decision = reason;
            status.mailboxes = {mailbox};
            CHECK_NOTHROW(page_of(status, mailbox.slug, language));
        }
        for (const LimitSource source : {LimitSource::server, LimitSource::settings, LimitSource::none,
                                         LimitSource::not_told, LimitSource::unclear}) {
            mailbox.assessment.limit_source = source;
            mailbox.assessment.tightest.reset();
            status.mailboxes = {mailbox};
            CHECK_NOTHROW(page_of(status, mailbox.slug, language));
        }
    }
}

TEST_CASE("the page says why there is no forecast", "[pages]") {
    Status status = sample_status();
    MailboxStatus kim = status.mailboxes[1];
    kim.forecast.reset();
    for (const ForecastReason reason :
         {ForecastReason::no_usage, ForecastReason::no_limit, ForecastReason::too_little_data, ForecastReason::gap}) {
        kim.forecast_reason = reason;
        status.mailboxes.replace(1, kim);
        check_well_formed(page_of(status, "kim", "de"));
    }
    CHECK_THAT(page_of(status, "kim", "en"), ContainsSubstring("since a gap of more than a week"));
}

TEST_CASE("every word of the pages is used, and is there in every language", "[pages]") {
    // The same blanks too: a translation that forgets {n} forgets the number.
    const std::regex key("^([a-z_]+) = \"(.*)\"$");
    std::map<std::string, std::set<std::string>> blanks_of;
    for (const std::string& language : catalog()->languages()) {
        std::ifstream file(SOURCE_FOLDER "/config/messages/" + language + "/page.toml");
        std::string section;
        for (std::string line; std::getline(file, line);) {
            std::smatch match;
            if (line.starts_with('[')) {
                section = line;
            } else if (std::regex_match(line, match, key)) {
                const std::string text = match[2];
                const std::regex blank("\\{[a-z]+\\}");
                std::set<std::string> blanks(std::sregex_token_iterator(text.begin(), text.end(), blank),
                                             std::sregex_token_iterator());
                const auto [known, is_new] = blanks_of.try_emplace(section + match[1].str(), blanks);
                INFO(language << " " << section << " " << match[1]);
                CHECK(known->second == blanks);
            }
        }
    }
    CHECK(blanks_of.size() > 100);
}

TEST_CASE("the overview says at its top how many there are, how many are urgent and which is next", "[pages]") {
    const std::string page = overview_of(sample_status(), "en");
    CHECK_THAT(page, ContainsSubstring("<p class=\"summary\">12 mailboxes. Urgent or full: 2. Next to be full: "
                                       "<a href=\"mailbox/kim\"><bdi>kim</bdi></a>, in about 35 days.</p>"));
}

TEST_CASE("the overview tells what changed, what is planned and who cannot be reached", "[pages]") {
    const std::string page = overview_of(sample_status(), "en");
    const auto words = std::regex_replace(page, std::regex("<[^>]*>"), "");
    CHECK_THAT(words, ContainsSubstring("kim: Keep an eye on it → Warning"));
    CHECK_THAT(words, ContainsSubstring("info: 7.0 MB cleared")); // two clean-ups of one day
    CHECK_THAT(words, ContainsSubstring("zeltlager: no longer reachable: Login refused"));
    CHECK_THAT(words, ContainsSubstring("vorstand: Mail (Urgent), waits for the mail server"));
    CHECK_THAT(words, ContainsSubstring("22 November, 08:00 vorstand: mail after the quiet hours"));
    CHECK_THAT(words, ContainsSubstring("25 November, 19:00 kim: reminder, if nothing changes"));
    CHECK_THAT(words, !ContainsSubstring("asked to call")); // in more than a week
    CHECK_THAT(words, ContainsSubstring("archiv: Server name not found"));
    CHECK_THAT(page, !ContainsSubstring("mailbox/gone")); // no longer in the settings
    CHECK_THAT(render_overview(sample_status(), {}, "en", *catalog()), ContainsSubstring("cannot be read right now"));
}

TEST_CASE("a filtered overview shows the mailboxes that fit and no news", "[pages]") {
    Selection selection;
    selection.state = "warning";
    selection.sort = SortKey::level;
    const std::string page = overview_of(sample_status(), "en", selection);
    CHECK_THAT(page, ContainsSubstring("1 of 12 mailboxes."));
    CHECK_THAT(page, ContainsSubstring("href=\"mailbox/kim\""));
    CHECK_THAT(page, !ContainsSubstring("id=\"recent\""));
    CHECK_THAT(page, ContainsSubstring("aria-sort=\"descending\"><a href=\"./?state=warning&amp;sort=level&amp;"
                                       "order=reverse#mailboxes\">Level"));
    CHECK_THAT(page, ContainsSubstring("href=\"mailboxes.csv?state=warning&amp;sort=level\""));
    CHECK_THAT(page, ContainsSubstring("<option value=\"warning\" selected>"));
    selection.text = "nothing like it";
    CHECK_THAT(overview_of(sample_status(), "en", selection), ContainsSubstring("No mailbox fits."));
}

TEST_CASE("more than a page of mailboxes is split by links", "[pages]") {
    Status status = sample_status();
    const MailboxStatus one = status.mailboxes.front();
    status.mailboxes = {};
    while (status.mailboxes.size() < 2 * kPerPage + 1)
        status.mailboxes.add(one);
    Selection selection;
    selection.page = 2;
    std::string page = overview_of(status, "de", selection);
    check_well_formed(page);
    CHECK(count(page, "<tr role=\"row\"><th scope=\"row\"") == kPerPage);
    CHECK_THAT(page, ContainsSubstring("Seite 2 von 3"));
    CHECK_THAT(page, ContainsSubstring("rel=\"prev\" href=\"./#mailboxes\""));
    CHECK_THAT(page, ContainsSubstring("rel=\"next\" href=\"./?page=3#mailboxes\""));
    selection.page = 99; // fewer than there were when the link was made
    page = overview_of(status, "de", selection);
    CHECK_THAT(page, ContainsSubstring("Seite 3 von 3"));
    CHECK(count(page, "<tr role=\"row\"><th scope=\"row\"") == 1);
}

TEST_CASE("the page of a mailbox draws its past, and says the same in words and in a table", "[pages]") {
    const std::string page = page_of(sample_status(), "kim", "en");
    CHECK_THAT(page, ContainsSubstring("role=\"img\" aria-labelledby=\"chart-title chart-desc\""));
    CHECK_THAT(page, ContainsSubstring("Since 4 June 2026 from 330 MB to 410 MB. Limit: 500 MB. In 60 days"));
    CHECK_THAT(page, ContainsSubstring("<th scope=\"row\"><time datetime=\"2027-01-20T19:00:00Z\""));
    // The gap is left open: a new line begins after it.
    CHECK(count(page.substr(page.find("class=\"use\""), 5000), "M") >= 2);
    CHECK_THAT(page, ContainsSubstring("Empty the trash"));
    CHECK_THAT(page, ContainsSubstring("4 June 2026</time> to <time"));
    CHECK_THAT(page, ContainsSubstring("href=\"kim.csv\""));
}

TEST_CASE("ratios that make no sense do not break the level bar", "[pages]") {
    Status status = sample_status();
    for (const double ratio : {-1.0, 0.0, 1.0, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
        MailboxStatus kim = status.mailboxes[1];
        kim.assessment.tightest->used_ratio = ratio;
        status.mailboxes.replace(1, kim);
        check_well_formed(page_of(status, "kim", "de"));
    }
}

TEST_CASE("spans of time are told in units without a wrong plural", "[pages]") {
    const Time now = sample_time();
    const PageText text(*catalog(), "en", now);
    const auto words = [](const std::string& html) { return std::regex_replace(html, std::regex("<[^>]*>"), ""); };
    CHECK(words(text.ago(now - Seconds{59})) == "just now");
    CHECK(words(text.ago(now - Seconds{60})) == "1 min ago");
    CHECK(words(text.ago(now - Seconds{89 * 60 + 59})) == "89 min ago");
    CHECK(words(text.ago(now - Seconds{90 * 60})) == "2 h ago");
    CHECK(words(text.ago(now - Seconds{47 * 3600})) == "47 h ago");
    CHECK(words(text.ago(now - Days{2})) == "2 days ago");
    CHECK(words(text.ago(now + Seconds{11 * 60})) == "in 11 min");
    CHECK(words(text.since(now - Days{3})) == "for 3 days");
    CHECK_THAT(text.ago(now), ContainsSubstring("datetime=\"2026-11-21T19:00:00Z\""));
}

} // namespace mailquotad::observe
