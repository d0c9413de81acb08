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
    static const std::set<std::string> empty = {"meta", "link", "path", "rect", "circle"};
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

std::vector<std::string> all_pages() {
    const Status status = sample_status();
    std::vector<std::string> pages;
    for (const std::string& language : catalog()->languages()) {
        pages.push_back(render_overview(status, language, *catalog()));
        for (const MailboxStatus& mailbox : status.mailboxes) {
            pages.push_back(render_mailbox(status, mailbox.slug, language, *catalog()));
        }
        pages.push_back(render_message("error.not_found_title", "error.not_found", language, *catalog(), 2));
    }
    return pages;
}

} // namespace

TEST_CASE("the pages of the sample are those of the golden files", "[pages]") {
    const Status status = sample_status();
    for (const std::string language : {"de", "en"}) {
        check_golden("overview." + language + ".html", render_overview(status, language, *catalog()));
        check_golden("mailbox." + language + ".html", render_mailbox(status, "kim", language, *catalog()));
    }
    check_golden("unreachable.de.html", render_mailbox(status, "zeltlager", "de", *catalog()));
}

TEST_CASE("every page is well formed, has a language, one h1 and a title", "[pages]") {
    for (const std::string& page : all_pages()) {
        INFO(page);
        check_well_formed(page);
        CHECK(std::regex_search(page, std::regex("<html lang=\"(de|en)\">")));
        CHECK(count(page, "<h1>") == 1);
        CHECK(count(page, "<title>") == 1);
        CHECK(count(page, "id=\"main\"") == 1);
    }
}

TEST_CASE("no page holds a script, an inline style, an event handler or anything from elsewhere", "[pages]") {
    for (const std::string& page : all_pages()) {
        for (const char* forbidden :
             {"<script", " style=", "onclick", "onload", "http:", "https:", "<img", "<form", "javascript:", "url("}) {
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
    const std::string overview = render_overview(status, "en", *catalog());
    CHECK_THAT(overview, ContainsSubstring("&lt;script&gt;"));
    CHECK_THAT(overview, ContainsSubstring("href=\"mailbox/" + to_path_segment(hostile_text()) + "\""));
    CHECK(render_mailbox(status, "nobody", "en", *catalog()).empty());
}

TEST_CASE("a state is told in words and by a symbol, not by colour alone", "[pages]") {
    const std::string page = render_overview(sample_status(), "en", *catalog());
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
    MailboxStatus mailbox = status.mailboxes.at(1);
    mailbox.assessment.reasons = {Reason::used, Reason::free, Reason::full_within, Reason::messages, Reason::refused};
    for (const FolderRole role : kAllFolderRoles) {
        mailbox.roles[role] = {"", role, 1, 2};
    }
    for (const std::string& language : catalog()->languages()) {
        for (const FailureKind kind : kAllFailureKinds) {
            mailbox.last_probe_succeeded = false;
            mailbox.failure = ProbeFailure{kind, "x"};
            status.mailboxes = {mailbox};
            CHECK_NOTHROW(render_mailbox(status, mailbox.slug, language, *catalog()));
            CHECK_NOTHROW(render_overview(status, language, *catalog()));
        }
        for (const DecisionReason reason : kAllDecisionReasons) {
            status.mailboxes.front().decision = reason;
            CHECK_NOTHROW(render_mailbox(status, mailbox.slug, language, *catalog()));
        }
        for (const LimitSource source : {LimitSource::server, LimitSource::settings, LimitSource::none,
                                         LimitSource::not_told, LimitSource::unclear}) {
            status.mailboxes.front().assessment.limit_source = source;
            status.mailboxes.front().assessment.tightest.reset();
            CHECK_NOTHROW(render_mailbox(status, mailbox.slug, language, *catalog()));
        }
    }
}

TEST_CASE("the page says why there is no forecast", "[pages]") {
    Status status = sample_status();
    MailboxStatus& kim = status.mailboxes.at(1);
    kim.forecast.reset();
    for (const ForecastReason reason :
         {ForecastReason::no_usage, ForecastReason::no_limit, ForecastReason::too_little_data, ForecastReason::gap}) {
        kim.forecast_reason = reason;
        check_well_formed(render_mailbox(status, "kim", "de", *catalog()));
    }
    CHECK_THAT(render_mailbox(status, "kim", "en", *catalog()), ContainsSubstring("since a gap of more than a week"));
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

TEST_CASE("ratios that make no sense do not break the level bar", "[pages]") {
    Status status = sample_status();
    for (const double ratio : {-1.0, 0.0, 1.0, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
        status.mailboxes.at(1).assessment.tightest->used_ratio = ratio;
        check_well_formed(render_mailbox(status, "kim", "de", *catalog()));
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
