// What the pages are built from: words, numbers and times in the reader's language, all of them already HTML.
#pragma once

#include "core/time.h"
#include "text/catalog.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::observe {

/// Texts of one language as HTML: every result is escaped and may be put between tags as it is.
class PageText {
public:
    /// What replaces {name} in a sentence of the catalog: name and HTML.
    using Blanks = std::vector<std::pair<std::string_view, std::string>>;

    /// `now` is the time that "5 minutes ago" counts from. The catalog must outlive this object.
    PageText(const text::Catalog& catalog, std::string language, Time now);

    /// The word `page.KEY` of the catalog.
    [[nodiscard]] std::string word(const std::string& key) const;
    /// The sentence `page.KEY` with its blanks filled in.
    [[nodiscard]] std::string fill(const std::string& key, const Blanks& blanks) const;

    [[nodiscard]] std::string bytes(std::int64_t bytes) const;
    [[nodiscard]] std::string count(std::int64_t number) const;
    [[nodiscard]] std::string percent(double ratio) const;
    [[nodiscard]] std::string seconds(double seconds) const;

    /// A <time> element: "5 minutes ago" or "in 3 hours", with the full local time and its offset as its title.
    [[nodiscard]] std::string ago(Time time) const;
    /// The same as a span of time up to now: "for 3 hours".
    [[nodiscard]] std::string since(Time time) const;
    /// A <time> element: local date and time in full.
    [[nodiscard]] std::string moment(Time time) const;
    /// A <time> element: local day without the year, and time.
    [[nodiscard]] std::string short_moment(Time time) const;
    /// The local day as text alone, for titles inside of drawings.
    [[nodiscard]] std::string plain_day(Time time) const;
    /// The same without the year.
    [[nodiscard]] std::string short_day(Time time) const;
    /// A <time> element: the local day.
    [[nodiscard]] std::string day(Time time) const;

    [[nodiscard]] const std::string& language() const { return language_; }
    [[nodiscard]] Time now() const { return now_; }

private:
    const text::Catalog& catalog_;
    std::string language_;
    Time now_;
};

/// A whole document around `body`.
struct Document {
    std::string title;  ///< HTML
    std::string body;   ///< HTML, inside <main>
    std::string footer; ///< HTML
    int depth = 0;      ///< folders below "/": links are relative, so that a reverse proxy may add a prefix
};

/// The document as it is sent.
std::string to_html(const Document& document, const PageText& text);

/// The relative way from a page `depth` folders below "/" to "/": "./", "../".
std::string way_home(int depth);

/// Everything but letters, digits, "-", "_", "." and "~" as %XX (RFC 3986 section 2.3): one segment of a path.
std::string to_path_segment(std::string_view text);

} // namespace mailquotad::observe
