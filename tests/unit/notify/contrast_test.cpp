// What eyes need of the HTML form (WCAG 2.2, 1.4.3 and 1.4.11), read from its own style sheet.
#include "catch.h"

#include "notice_examples.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <regex>

using namespace mailquotad;
using namespace mailquotad::notify_test;

namespace {

constexpr std::string_view kDark = "@media (prefers-color-scheme: dark)";

struct Sheet {
    std::string light;
    std::string dark; ///< only what differs

    // The colour that a selector has for a property; dark falls back to light, as in a browser.
    [[nodiscard]] std::string colour(bool in_dark, const std::string& selector, const std::string& property) const {
        const std::regex rule("(^|\n) *" + std::regex_replace(selector, std::regex("\\."), "\\.") + " \\{[^}]*[ {]" +
                              property + ": (#[0-9a-f]{6})");
        std::smatch match;
        if (in_dark && std::regex_search(dark, match, rule)) {
            return match[2];
        }
        REQUIRE(std::regex_search(light, match, rule));
        return match[2];
    }
};

Sheet sheet_of(const std::string& html) {
    const auto begin = html.find("<style>");
    const std::string css = html.substr(begin, html.find("</style>") - begin);
    const auto dark = css.find(kDark);
    REQUIRE(dark != std::string::npos);
    return {.light = css.substr(0, dark), .dark = css.substr(dark + kDark.size())};
}

double luminance(const std::string& colour) {
    constexpr std::array<double, 3> kWeights = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        int value = 0;
        const char* const digits = colour.data() + 1 + 2 * channel;
        std::from_chars(digits, digits + 2, value, 16);
        const double part = value / 255.0;
        sum += kWeights.at(channel) * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double contrast(const std::string& a, const std::string& b) {
    const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
    return (light + 0.05) / (dark + 0.05);
}

void check_text(const Sheet& sheet, bool dark, const std::string& text, const std::string& ground) {
    INFO((dark ? "dark: " : "light: ") << text << " on " << ground);
    CHECK(contrast(sheet.colour(dark, text, "color"), sheet.colour(dark, ground, "background")) >= 4.5);
}

} // namespace

TEST_CASE("the contrast of the HTML form is enough, in light and in dark", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        const Sheet sheet = sheet_of(notify::compose_notice(examples(language).front().facts, catalog).html);
        for (const bool dark : {false, true}) {
            for (const char* const ground : {"body", ".page", ".genuine"}) {
                check_text(sheet, dark, "body", ground);
                check_text(sheet, dark, ".small", ground);
            }
            for (const char* const fill : {".fill", ".fill-notice", ".fill-warning", ".fill-urgent", ".fill-full"}) {
                INFO((dark ? "dark: " : "light: ") << fill);
                CHECK(contrast(sheet.colour(dark, fill, "background"), sheet.colour(dark, ".bar", "background")) >= 3);
            }
        }
    }
}

TEST_CASE("the level is said in words, not only by a bar and a colour", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    const std::string german = notify::compose_notice(ordinary_facts(), catalog).html;
    CHECK_THAT(german, ContainsSubstring("role=\"img\" aria-label=\"83 % belegt\""));
    CHECK_THAT(german, ContainsSubstring("Belegt: 83 %"));
    CHECK_THAT(german, ContainsSubstring("width: 83%"));
    CHECK_THAT(german, ContainsSubstring("<html lang=\"de\">"));
    CHECK_THAT(german, ContainsSubstring("name=\"color-scheme\" content=\"light dark\""));
}

TEST_CASE("a bar never leaves its frame", "[notify]") {
    notify::NoticeFacts facts = ordinary_facts();
    facts.assessment.tightest->used = facts.assessment.tightest->limit * 3;
    facts.assessment.tightest->used_ratio = 3;
    CHECK_THAT(notify::compose_notice(facts, shipped_catalog()).html, ContainsSubstring("width: 100%"));
}
