// Reading of scripts; playing them is in scripted_transport.cpp.
#include "fakes/scripted_transport.h"

#include <charconv>
#include <stdexcept>

namespace mailquotad::fakes {
namespace {

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

/// The text after "S:" and at most one space.
std::string_view after_colon(std::string_view text) {
    take(text, " ");
    return text;
}

std::string with_bytes(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        unsigned value = 0;
        if (text.size() >= 5 && text.starts_with("<x") && text[4] == '>' &&
            std::from_chars(text.data() + 2, text.data() + 4, value, 16).ptr == text.data() + 4) {
            out.push_back(static_cast<char>(value));
            text.remove_prefix(5);
        } else {
            out.push_back(text.front());
            text.remove_prefix(1);
        }
    }
    return out;
}

std::string take_tag(std::string_view& text) {
    if (!text.starts_with("TAG")) {
        return {};
    }
    std::size_t end = 3;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0)) {
        ++end;
    }
    if (end < text.size() && text[end] != ' ') {
        return {};
    }
    std::string tag(text.substr(0, end));
    text.remove_prefix(end);
    return tag;
}

ScriptStep server_step(std::string_view text, std::size_t repeat, std::string_view line_end) {
    text = after_colon(text);
    ScriptStep step{.kind = ScriptStep::Kind::server, .text = {}, .tag = take_tag(text), .repeat = repeat};
    step.text = with_bytes(text);
    step.text += line_end;
    return step;
}

ScriptStep repeated_step(std::string_view text) {
    std::size_t repeat = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), repeat);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc{} || !take(text, ":")) {
        throw std::invalid_argument("expected S*number: text");
    }
    return server_step(text, repeat, "\r\n");
}

ScriptStep client_step(std::string_view text) {
    text = after_colon(text);
    ScriptStep step{.kind = ScriptStep::Kind::client, .text = {}, .tag = take_tag(text)};
    step.text = with_bytes(text);
    return step;
}

ScriptStep fail_step(std::string_view text) {
    const std::size_t space = text.find(' ');
    const auto kind = parse_failure_kind(text.substr(0, space));
    if (!kind) {
        throw std::invalid_argument("FAIL wants a failure kind and a text");
    }
    return {.kind = ScriptStep::Kind::fail,
            .text = std::string(space == std::string_view::npos ? "by the script" : text.substr(space + 1)),
            .tag = {},
            .failure = *kind};
}

ScriptStep wait_step(std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration) {
        throw std::invalid_argument("WAIT wants a duration as 30s");
    }
    return {.kind = ScriptStep::Kind::wait, .text = {}, .tag = {}, .duration = *duration};
}

ScriptStep parse_line(std::string_view line) {
    if (take(line, "S:")) {
        return server_step(line, 1, "\r\n");
    }
    if (take(line, "S~:")) {
        return server_step(line, 1, "");
    }
    if (take(line, "S*")) {
        return repeated_step(line);
    }
    if (take(line, "C:")) {
        return client_step(line);
    }
    if (take(line, "FAIL ")) {
        return fail_step(line);
    }
    if (take(line, "WAIT ")) {
        return wait_step(line);
    }
    for (const auto& [word, kind] :
         {std::pair{"STARTTLS", ScriptStep::Kind::starttls}, std::pair{"CLOSE", ScriptStep::Kind::close},
          std::pair{"STALL", ScriptStep::Kind::stall}}) {
        if (line == word) {
            return {.kind = kind, .text = {}, .tag = {}};
        }
    }
    throw std::invalid_argument("unknown step");
}

} // namespace

std::vector<ScriptStep> parse_script(std::string_view text) {
    std::vector<ScriptStep> steps;
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        // Scripts within C++ raw strings are indented; a text keeps its own spaces at the end.
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.empty() || line.front() == '#') {
            continue;
        }
        try {
            steps.push_back(parse_line(line));
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument("script line " + std::to_string(number) + ": " + error.what() + ": " +
                                        std::string(line));
        }
    }
    return steps;
}

bool matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

} // namespace mailquotad::fakes
