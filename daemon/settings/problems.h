// Collects everything that is wrong with one settings file.
#pragma once

#include "settings/document.h"
#include "settings/settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::settings {

/// All problems of one file, in any order until take().
class Problems {
public:
    explicit Problems(std::string file) : file_(std::move(file)) {}

    /// Notes what makes the settings unusable.
    void error(Position position, std::string key, std::string message);
    /// Notes what works and is probably not meant.
    void warning(Position position, std::string key, std::string message);
    /// Adds the problems of another file that this one refers to.
    void append(std::vector<Problem> others);

    /// Whether there is an error so far.
    [[nodiscard]] bool has_error() const;
    /// How many there are so far.
    [[nodiscard]] std::size_t count() const { return problems_.size(); }
    /// Hands out all problems: this file's in the order of the lines, then those of other files.
    std::vector<Problem> take();

private:
    void add(Problem::Severity severity, Position position, std::string key, std::string message);

    std::string file_;
    std::vector<Problem> problems_;
};

/// Text of the user in quotes, cut where it is long.
std::string in_quotes(std::string_view text);

} // namespace mailquotad::settings
