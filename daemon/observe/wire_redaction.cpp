#include "observe/wire_redaction.h"

#include "core/ascii.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace mailquotad::observe {
namespace {

constexpr const char* kFolder = "[folder]";
constexpr const char* kRoot = "[root]";
constexpr const char* kUnknown = "[not shown here]";

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 7> kConditions = {"OK", "NO", "BAD", "BYE", "PREAUTH", "+OK", "-ERR"};
/// Untagged responses that name nothing.
constexpr std::array<std::string_view, 6> kHarmless = {"CAPABILITY", "FLAGS", "SEARCH", "ESEARCH", "ENABLED", "ID"};
/// Folder names that every mailbox has: no secret, and words of the texts around them.
constexpr std::array<std::string_view, 9> kCommonFolders = {"INBOX", "SENT",    "DRAFTS",    "TRASH", "JUNK",
                                                            "SPAM",  "ARCHIVE", "TEMPLATES", "NOTES"};

/// The text up to the next space, which is taken away with it.
std::string_view take_word(std::string_view& text) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    return word;
}

bool consists_of(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_number(std::string_view text) {
    return !text.empty() && consists_of(text, "0123456789");
}

/// The end of the quoted string that begins at `open`; the end of the text where it is not closed.
std::size_t quoted_end(std::string_view text, std::size_t open) {
    for (std::size_t at = open + 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

/// Quoted strings replaced; "" and "*" stay.
std::string without_quoted(std::string_view text, const char* replacement) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '"') {
            result += text[at++];
            continue;
        }
        const std::size_t end = quoted_end(text, at);
        const std::string_view whole = text.substr(at, end - at);
        result += whole == "\"\"" || whole == "\"*\"" ? std::string(whole) : std::string(replacement);
        at = end;
    }
    return result;
}

/// What stands before the name in `(flags) "/" name`; nothing where this is no LIST response.
std::optional<std::size_t> list_name_begin(std::string_view rest) {
    if (!rest.starts_with('(')) {
        return std::nullopt;
    }
    std::size_t at = rest.find(") ");
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    at += 2;
    if (at < rest.size() && rest[at] == '"') {
        at = quoted_end(rest, at);
    } else {
        at = rest.find(' ', at);
    }
    return at < rest.size() && rest[at] == ' ' ? std::optional(at + 1) : std::nullopt;
}

/// `name (items)` with the name replaced.
std::string name_and_items(std::string_view rest, const char* replacement) {
    const std::size_t items = rest.rfind('(');
    return items == std::string_view::npos ? replacement
                                           : std::string(replacement) + " " + std::string(rest.substr(items));
}

std::string untagged(std::string_view rest) {
    const std::string_view original = rest;
    const std::string word = upper(take_word(rest));
    if (contains(kConditions, word)) {
        return without_quoted(original, kUnknown);
    }
    if (contains(kHarmless, word) || is_number(word)) {
        return std::string(original);
    }
    if (word == "LIST" || word == "LSUB") {
        const auto begin = list_name_begin(rest);
        return word + " " + (begin ? std::string(rest.substr(0, *begin)) : "") + kFolder;
    }
    if (word == "STATUS") {
        return word + " " + name_and_items(rest, kFolder);
    }
    if (word == "QUOTA") {
        return word + " " + name_and_items(rest, kRoot);
    }
    return consists_of(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") ? word + " " + kUnknown : kUnknown;
}

std::string from_server(std::string_view text) {
    if (text.starts_with("* ")) {
        return "* " + untagged(text.substr(2));
    }
    if (text.starts_with("+ ") || text == "+") {
        return text.size() > 2 ? std::string("+ ") + kUnknown : std::string(text);
    }
    std::string_view rest = text;
    const std::string_view first = take_word(rest);
    std::string_view after = rest;
    if (contains(kConditions, upper(first)) || (consists_of(upper(first), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") &&
                                                contains(kConditions, upper(take_word(after))))) {
        return without_quoted(text, kUnknown);
    }
    // Lines of POP3's lists: capabilities, numbers, the full stop at their end.
    const bool is_list = consists_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-=+/");
    return is_list && !text.empty() ? std::string(text) : kUnknown;
}

std::string from_client(std::string_view text) {
    if (upper(text).starts_with("USER ")) {
        return "USER [login]";
    }
    return without_quoted(text, kFolder);
}

bool announces_literal(std::string_view line) {
    const std::size_t open = line.rfind('{');
    return line.ends_with('}') && open != std::string_view::npos &&
           consists_of(line.substr(open + 1, line.size() - open - 2), "0123456789+");
}

std::string unquoted(std::string_view name) {
    if (name.size() < 2 || !name.starts_with('"') || !name.ends_with('"')) {
        return std::string(name);
    }
    std::string result;
    for (std::size_t at = 1; at + 1 < name.size(); ++at) {
        if (name[at] == '\\' && at + 2 < name.size()) {
            ++at;
        }
        result += name[at];
    }
    return result;
}

} // namespace

std::vector<std::string> folders_in(const std::vector<std::string>& wire_log) {
    std::vector<std::string> names;
    bool is_literal = false;
    for (const std::string& line : wire_log) {
        if (!line.starts_with("S: ")) {
            is_literal = false;
            continue;
        }
        std::string_view rest = std::string_view(line).substr(3);
        if (is_literal) {
            names.emplace_back(rest);
        } else if (rest.starts_with("* ")) {
            rest.remove_prefix(2);
            const std::string word = upper(take_word(rest));
            if (const auto begin = word == "LIST" || word == "LSUB" ? list_name_begin(rest) : std::nullopt) {
                names.push_back(unquoted(rest.substr(*begin)));
            }
        }
        is_literal = announces_literal(line);
    }
    std::erase_if(names, [](const std::string& name) {
        return announces_literal(name) || contains(kCommonFolders, upper(name));
    });
    return names;
}

Evidence public_evidence(const Evidence& evidence, PrivateNames names) {
    for (std::string& name : folders_in(evidence.wire_log)) {
        names.folders.push_back(std::move(name));
    }
    Evidence shown{.at = evidence.at,
                   .failure = {.kind = evidence.failure.kind, .detail = hide_names(evidence.failure.detail, names)},
                   .wire_log = {}};
    bool is_literal = false;
    for (const std::string& line : evidence.wire_log) {
        const std::string_view text = std::string_view(line).substr(std::min<std::size_t>(3, line.size()));
        std::string bare = line;
        if (line.starts_with("S: ")) {
            bare = "S: " + (is_literal ? std::string(kUnknown) : from_server(text));
        } else if (line.starts_with("C: ")) {
            bare = "C: " + from_client(text);
        }
        is_literal = line.starts_with("S: ") && announces_literal(line);
        shown.wire_log.push_back(hide_names(bare, names));
    }
    return shown;
}

} // namespace mailquotad::observe
