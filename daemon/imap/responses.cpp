#include "imap/responses.h"

#include "core/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kMaxTriplets = 64;
constexpr std::size_t kMaxRoots = 256;
constexpr std::size_t kMaxPrefixes = 64;

void read_attribute(std::string_view attribute, ListLine& line) {
    static constexpr std::array<std::pair<std::string_view, FolderRole>, 8> kRoles{{{"\\All", FolderRole::all},
                                                                                    {"\\Archive", FolderRole::archive},
                                                                                    {"\\Drafts", FolderRole::drafts},
                                                                                    {"\\Flagged", FolderRole::flagged},
                                                                                    {"\\Junk", FolderRole::junk},
                                                                                    {"\\Spam", FolderRole::junk},
                                                                                    {"\\Sent", FolderRole::sent},
                                                                                    {"\\Trash", FolderRole::trash}}};
    if (equals_ignoring_case(attribute, "\\Noselect") || equals_ignoring_case(attribute, "\\NonExistent")) {
        line.selectable = false;
    }
    for (const auto& [name, role] : kRoles) {
        if (equals_ignoring_case(attribute, name)) {
            line.role = role;
        }
    }
}

// "NIL", one quoted character, or "". Domino and others send a bare backslash: "\" (rule `bare_backslash_delimiter`).
bool read_delimiter(Cursor& body, std::string& delimiter) {
    if (body.rest().starts_with("\"\\\" ")) {
        delimiter = "\\";
        body.take('"');
        body.take('\\');
        return body.take('"');
    }
    const bool is_string = body.peek() == '"' || body.peek() == '{';
    auto text = body.astring();
    if (!text) {
        return false;
    }
    if (is_string || !equals_ignoring_case(*text, "NIL")) {
        delimiter = std::move(*text);
    }
    return delimiter.size() <= 4;
}

std::optional<std::int64_t> natural(Cursor& body) {
    const auto value = body.number();
    if (!value) {
        body.skip_value();
        return std::nullopt;
    }
    return *value >= 0 ? value : std::nullopt;
}

} // namespace

ListLine parse_list(Cursor body) {
    const std::string all(body.rest());
    ListLine line;
    body.skip_spaces();
    bool readable = body.take('(');
    while (readable && !body.take(')')) {
        body.skip_spaces();
        if (const auto attribute = body.atom()) {
            read_attribute(*attribute, line);
        } else if (body.peek() != ')') {
            readable = body.skip_value();
        }
    }
    body.skip_spaces();
    readable = readable && read_delimiter(body, line.delimiter);
    body.skip_spaces();
    auto name = readable ? body.name(Cursor::Tail::free) : std::nullopt;
    if (!name) {
        return {.name = all, .delimiter = {}, .selectable = true, .role = {}};
    }
    line.name = std::move(*name);
    return line;
}

std::optional<StatusLine> parse_status(Cursor body) {
    body.skip_spaces();
    auto name = body.name(Cursor::Tail::list);
    body.skip_spaces();
    if (!name || !body.take('(')) {
        return std::nullopt;
    }
    StatusLine line{.name = std::move(*name), .items = {}};
    const std::array<std::pair<std::string_view, std::optional<std::int64_t>*>, 5> items{
        {{"MESSAGES", &line.items.messages},
         {"SIZE", &line.items.size},
         {"UIDVALIDITY", &line.items.uidvalidity},
         {"UIDNEXT", &line.items.uidnext},
         {"HIGHESTMODSEQ", &line.items.highestmodseq}}};
    while (true) {
        body.skip_spaces();
        const auto item = body.atom();
        if (!item) {
            return line;
        }
        body.skip_spaces();
        std::optional<std::int64_t>* place = nullptr;
        for (const auto& [known, value] : items) {
            place = equals_ignoring_case(*item, known) ? value : place;
        }
        const auto value = natural(body);
        if (place != nullptr) {
            *place = value;
        }
    }
}

QuotaLine parse_quota(Cursor body) {
    QuotaLine line;
    body.skip_spaces();
    if (body.peek() != '(') { // rule `no_root_name`: some leave the empty root out altogether
        line.root = body.name(Cursor::Tail::list).value_or("");
        body.skip_spaces();
    }
    if (!body.take('(')) { // rule `no_list` (Courier): no limit, unless something else stands there
        line.unreadable = !body.at_end();
        return line;
    }
    while (line.triplets.size() < kMaxTriplets) {
        body.skip_spaces();
        if (body.take(')')) {
            return line;
        }
        auto name = body.astring();
        if (!name) {
            break;
        }
        body.skip_spaces();
        if (body.peek() == ')') { // rule `resource_without_numbers` (hMailServer): not limited, usage not told
            continue;
        }
        QuotaTriplet triplet{.name = upper(*name), .used = body.number(), .limit = {}};
        if (!triplet.used) {
            body.skip_value();
        }
        body.skip_spaces();
        triplet.limit = body.number();
        if (!triplet.limit) {
            body.skip_value();
        }
        line.triplets.push_back(std::move(triplet));
    }
    line.unreadable = true;
    return line;
}

std::vector<std::string> parse_quotaroot(Cursor body) {
    std::vector<std::string> roots;
    body.skip_spaces();
    const bool readable = body.astring().has_value();
    while (readable && roots.size() < kMaxRoots) {
        body.skip_spaces();
        auto root = body.astring();
        if (!root) {
            break;
        }
        roots.push_back(std::move(*root));
    }
    return roots;
}

namespace {

// One of the three lists: NIL, or ((prefix delimiter extension…)…).
bool read_prefixes(Cursor& body, std::vector<NamespacePrefix>& prefixes) {
    body.skip_spaces();
    if (!body.take('(')) {
        const auto nil = body.atom();
        return nil && equals_ignoring_case(*nil, "NIL");
    }
    while (true) {
        body.skip_spaces();
        if (body.take(')')) {
            return true;
        }
        if (!body.take('(')) {
            return false;
        }
        NamespacePrefix found;
        auto prefix = body.astring();
        body.skip_spaces();
        if (!prefix || !read_delimiter(body, found.delimiter)) {
            return false;
        }
        found.prefix = std::move(*prefix);
        for (body.skip_spaces(); !body.take(')'); body.skip_spaces()) {
            if (!body.skip_value()) {
                return false;
            }
        }
        if (prefixes.size() < kMaxPrefixes) {
            prefixes.push_back(std::move(found));
        }
    }
}

} // namespace

std::optional<Namespaces> parse_namespace(Cursor body) {
    Namespaces result;
    if (!read_prefixes(body, result.personal) || !read_prefixes(body, result.foreign) ||
        !read_prefixes(body, result.foreign)) {
        return std::nullopt;
    }
    return result;
}

namespace {

// Digits and a separator after them; false where something else stands there.
bool take_digits(std::string_view& text, int& value, std::string_view separator) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0) {
        return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with(separator)) {
        return false;
    }
    text.remove_prefix(separator.size());
    return true;
}

int month_number(std::string_view name) {
    constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto* const found = std::find_if(std::begin(kMonths), std::end(kMonths),
                                           [&](std::string_view month) { return equals_ignoring_case(name, month); });
    return found == std::end(kMonths) ? 0 : static_cast<int>(found - std::begin(kMonths)) + 1;
}

void read_flags(Cursor& body, FetchLine& line) {
    if (!body.take('(')) {
        return;
    }
    line.has_flags = true;
    for (body.skip_spaces(); !body.take(')'); body.skip_spaces()) {
        const auto flag = body.atom();
        if (!flag) {
            return;
        }
        line.is_flagged = line.is_flagged || equals_ignoring_case(*flag, "\\Flagged");
        line.is_deleted = line.is_deleted || equals_ignoring_case(*flag, "\\Deleted");
    }
}

} // namespace

std::optional<ArrivalDate> parse_arrival_date(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    int day = 0;
    if (!take_digits(text, day, "-") || text.size() < 4) {
        return std::nullopt;
    }
    const int month = month_number(text.substr(0, 3));
    text.remove_prefix(4);
    int year = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int zone = 0;
    if (month == 0 || !take_digits(text, year, " ") || !take_digits(text, hour, ":") ||
        !take_digits(text, minute, ":") || !take_digits(text, second, "")) {
        return std::nullopt;
    }
    const bool is_west = text.starts_with(" -");
    if (text.size() == 6) {
        std::string_view digits = text.substr(2);
        zone = take_digits(digits, zone, "") ? zone : 0;
    }
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || day > 31 || year > 9999 || hour > 23 || minute > 59 || second > 60 || zone > 2359) {
        return std::nullopt;
    }
    const std::chrono::minutes offset = std::chrono::hours(zone / 100) + std::chrono::minutes(zone % 100);
    const std::chrono::sys_days written(date);
    return ArrivalDate{.at = written + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                             std::chrono::seconds(second) - (is_west ? -offset : offset),
                       .written_day = written};
}

FetchLine parse_fetch(Cursor body) {
    FetchLine line;
    body.skip_spaces();
    if (!body.take('(')) {
        return line;
    }
    while (true) {
        body.skip_spaces();
        const auto item = body.atom();
        if (!item) {
            return line;
        }
        body.skip_spaces();
        if (equals_ignoring_case(*item, "UID")) {
            line.uid = natural(body);
        } else if (equals_ignoring_case(*item, "RFC822.SIZE")) {
            line.size = natural(body);
        } else if (equals_ignoring_case(*item, "FLAGS") && body.peek() == '(') {
            read_flags(body, line);
        } else if (equals_ignoring_case(*item, "INTERNALDATE") && body.peek() == '"') {
            const auto text = body.plain_quoted();
            if (!text) {
                return line;
            }
            line.date = parse_arrival_date(*text);
        } else if (!body.skip_value()) {
            return line;
        }
    }
}

} // namespace mailquotad::imap
