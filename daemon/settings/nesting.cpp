#include "settings/nesting.h"

#include <algorithm>
#include <vector>

namespace mailquotad::settings {

namespace {

/// Walks over a text and skips what cannot nest: comments and the four kinds of strings. It only has to be right up
/// to the first syntax error, where the parser stops as well.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::optional<Position> run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#')
                skip_comment();
            else if (c == '"' || c == '\'')
                skip_string(c);
            else
                count(c);
            if (depth() > kMaxNesting)
                return position();
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] int depth() const { return header_ + static_cast<int>(open_.size()) + dots_; }

    [[nodiscard]] Position position() const {
        const auto before = text_.substr(0, at_);
        const auto newline = before.rfind('\n');
        const auto lines = std::count(before.begin(), before.end(), '\n');
        const auto column = newline == std::string_view::npos ? at_ : at_ - newline - 1;
        return {.line = static_cast<int>(lines) + 1, .column = static_cast<int>(column)};
    }

    void count(char c) {
        ++at_;
        if (c == '[' || c == '{') {
            begins_line_ = begins_line_ && open_.empty();
            in_header_ = in_header_ || begins_line_;
            open_.push_back(dots_of_level_);
            dots_of_level_ = 0;
        } else if (c == ']' || c == '}') {
            close();
        } else if (c == '.') {
            ++dots_of_level_;
            ++dots_;
        } else if (c == ',') {
            end_of_item();
        } else if (c == '\n' && open_.empty()) {
            end_of_statement();
        }
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            begins_line_ = false;
    }

    void close() {
        if (open_.empty())
            return;
        if (!in_header_)
            end_of_item();
        // The dots of a header count for all that follows below it, as deep as its own brackets.
        dots_of_level_ += open_.back();
        open_.pop_back();
    }

    void end_of_item() {
        dots_ -= dots_of_level_;
        dots_of_level_ = 0;
    }

    void end_of_statement() {
        if (in_header_)
            header_ = dots_ + 2;
        in_header_ = false;
        begins_line_ = true;
        dots_ = 0;
        dots_of_level_ = 0;
    }

    void skip_comment() {
        while (at_ < text_.size() && text_[at_] != '\n')
            ++at_;
    }

    void skip_string(char quote) {
        begins_line_ = false;
        const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
        if (text_.substr(at_, 3) == three)
            skip_lines(three);
        else
            skip_line_string(quote);
        at_ = std::min(at_, text_.size());
    }

    void skip_line_string(char quote) {
        for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
            if (text_[at_] == quote) {
                ++at_;
                return;
            }
            if (text_[at_] == '\\' && quote == '"')
                ++at_;
        }
    }

    void skip_lines(std::string_view three) {
        for (at_ += 3; at_ < text_.size() && text_.substr(at_, 3) != three; ++at_) {
            if (text_[at_] == '\\' && three[0] == '"')
                ++at_;
        }
        at_ += 3;
        // One or two quotes just before the closing three belong to the text (TOML 1.0).
        for (int more = 0; more < 2 && at_ < text_.size() && text_[at_] == three[0]; ++more)
            ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<int> open_; ///< per open bracket, the dots of the key before it
    int dots_ = 0;          ///< of the keys that are open on all levels
    int dots_of_level_ = 0;
    int header_ = 0; ///< what the [table] above adds
    bool in_header_ = false;
    bool begins_line_ = true;
};

} // namespace

std::optional<Position> first_deep_nesting(std::string_view text) {
    return Scanner(text).run();
}

} // namespace mailquotad::settings
