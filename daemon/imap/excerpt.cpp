#include "imap/excerpt.h"

#include "core/escape.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kHeadLines = 24;
constexpr std::size_t kLastLines = 3;
constexpr const char* kLeftOut = "-- lines about other mailboxes left out";

bool is_said_by_server(const std::string& line, std::string_view begin) {
    return line.starts_with("S: ") && std::string_view(line).substr(3).starts_with(begin);
}

/// Greeting and login: what stands before the first question.
std::size_t length_of_head(const std::vector<std::string>& log) {
    const auto is_question = [](const std::string& line) {
        return line.starts_with("C: ") && line.find(" GETQUOTA") != std::string::npos;
    };
    const auto first = std::find_if(log.begin(), log.end(), is_question);
    return std::min(static_cast<std::size_t>(first - log.begin()), kHeadLines);
}

/// The tag under which a line sends this command; empty where it sends another one.
std::string tag_of(const std::string& line, const std::string& command) {
    if (!line.starts_with("C: ") || !line.ends_with(' ' + command))
        return "";
    const std::string tag = line.substr(3, line.size() - 4 - command.size());
    return tag.find(' ') == std::string::npos ? tag : "";
}

std::size_t end_of_connection(const std::vector<std::string>& log, std::size_t from) {
    return static_cast<std::size_t>(
        std::find(log.begin() + static_cast<std::ptrdiff_t>(from), log.end(), kAnotherConnection) - log.begin());
}

void add_lines(const std::vector<std::string>& log, std::size_t from, std::size_t to, std::vector<std::string>& out) {
    out.insert(out.end(), log.begin() + static_cast<std::ptrdiff_t>(from),
               log.begin() + static_cast<std::ptrdiff_t>(to));
}

/// Questions, and answers that name a root: at the end of a connection they are about other mailboxes as a rule.
bool is_about_a_root(const std::string& line) {
    return (line.starts_with("C: ") && line.find(" GETQUOTA") != std::string::npos) ||
           is_said_by_server(line, "* QUOTA");
}

void add_last_lines(const std::vector<std::string>& log, std::size_t from, std::size_t to,
                    std::vector<std::string>& out) {
    const std::size_t last = std::max(from, to - std::min(to, kLastLines));
    out.emplace_back(kLeftOut);
    std::copy_if(log.begin() + static_cast<std::ptrdiff_t>(last), log.begin() + static_cast<std::ptrdiff_t>(to),
                 std::back_inserter(out), [](const std::string& line) { return !is_about_a_root(line); });
}

/// The tagged answer and the untagged lines before it; the end of the connection where there is none.
void add_answer(const std::vector<std::string>& log, std::size_t from, const std::string& tag,
                std::vector<std::string>& out) {
    const std::size_t end = end_of_connection(log, from);
    std::size_t first = from;
    for (std::size_t i = from; i < end; ++i) {
        if (is_said_by_server(log[i], tag + ' '))
            return add_lines(log, first, i + 1, out);
        if (!is_said_by_server(log[i], "* "))
            first = i + 1;
    }
    add_last_lines(log, from, end, out);
}

} // namespace

std::vector<std::string> excerpt_about(const std::vector<std::string>& wire_log, std::string_view command) {
    const std::size_t head = length_of_head(wire_log);
    std::vector<std::string> out(wire_log.begin(), wire_log.begin() + static_cast<std::ptrdiff_t>(head));
    const std::string wanted = for_terminal(command);
    bool asked = false;
    for (std::size_t i = head; i < wire_log.size(); ++i) {
        const std::string tag = tag_of(wire_log[i], wanted);
        if (tag.empty())
            continue;
        asked = true;
        out.emplace_back(kLeftOut);
        out.push_back(wire_log[i]);
        add_answer(wire_log, i + 1, tag, out);
    }
    if (!asked && head < wire_log.size())
        add_last_lines(wire_log, head, wire_log.size(), out);
    return out;
}

} // namespace mailquotad::imap
