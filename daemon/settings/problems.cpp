#include "settings/problems.h"

#include "core/escape.h"

#include <algorithm>
#include <tuple>

namespace mailquotad::settings {

void Problems::error(Position position, std::string key, std::string message) {
    add(Problem::Severity::error, position, std::move(key), std::move(message));
}

void Problems::warning(Position position, std::string key, std::string message) {
    add(Problem::Severity::warning, position, std::move(key), std::move(message));
}

void Problems::append(std::vector<Problem> others) {
    for (auto& other : others)
        problems_.push_back(std::move(other));
}

bool Problems::has_error() const {
    return std::ranges::any_of(problems_,
                               [](const Problem& problem) { return problem.severity == Problem::Severity::error; });
}

std::vector<Problem> Problems::take() {
    std::ranges::stable_sort(problems_, {}, [this](const Problem& problem) {
        return std::tuple(problem.file != file_, problem.line, problem.column);
    });
    return std::move(problems_);
}

void Problems::add(Problem::Severity severity, Position position, std::string key, std::string message) {
    problems_.push_back({.severity = severity,
                         .file = file_,
                         .line = position.line,
                         .column = position.column,
                         .key = std::move(key),
                         .message = std::move(message)});
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t kShown = 80;
    if (text.size() <= kShown)
        return "\"" + std::string(text) + "\"";
    std::size_t end = kShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) // not inside a UTF-8 character
        --end;
    return "\"" + std::string(text.substr(0, end)) + "…\"";
}

std::string to_string(const Problem& problem) {
    std::string text = for_terminal(problem.file);
    if (problem.line > 0)
        text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    text += ": ";
    if (problem.severity == Problem::Severity::warning)
        text += "warning: ";
    if (!problem.key.empty())
        text += for_terminal(problem.key) + ": ";
    return text + for_terminal(problem.message);
}

} // namespace mailquotad::settings
