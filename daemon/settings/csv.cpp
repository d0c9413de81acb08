#include "settings/csv.h"

#include "core/escape.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace mailquotad::settings {

namespace {

/// The first of equals wins, so a table of one column is one of commas.
char separator_of(std::string_view text) {
    constexpr std::array<char, 3> separators{',', ';', '\t'};
    std::array<std::size_t, 3> count{};
    bool in_quotes = false;
    for (const char c : text) {
        if (c == '"')
            in_quotes = !in_quotes;
        if (c == '\n' && !in_quotes)
            break;
        const auto* const found = std::ranges::find(separators, c);
        if (!in_quotes && found != separators.end())
            ++count[static_cast<std::size_t>(found - separators.begin())];
    }
    return separators[static_cast<std::size_t>(std::ranges::max_element(count) - count.begin())];
}

/// Ends the reading; caught in parse_csv.
class BadTable : public std::runtime_error {
public:
    BadTable(Position position, const std::string& message) : std::runtime_error(message), position_(position) {}
    [[nodiscard]] Position position() const { return position_; }

private:
    Position position_;
};

class CsvReader {
public:
    explicit CsvReader(std::string_view text) : text_(text), separator_(separator_of(text)) {}

    std::vector<CsvRow> read() {
        std::vector<CsvRow> rows;
        while (at_ < text_.size()) {
            CsvRow row = read_row();
            if (row.size() == 1 && row.front().text.empty())
                continue;
            if (rows.size() >= kMaxCsvRows)
                throw BadTable(row.front().position, "has more than " + std::to_string(kMaxCsvRows) + " lines");
            rows.push_back(std::move(row));
        }
        return rows;
    }

private:
    CsvRow read_row() {
        CsvRow row;
        do {
            row.push_back(read_field());
        } while (take_separator());
        if (at_ < text_.size())
            take(); // the line feed
        return row;
    }

    CsvField read_field() {
        CsvField field{.text = {}, .position = place_};
        if (at_ < text_.size() && text_[at_] == '"')
            read_quoted(field);
        while (!at_end_of_field()) {
            if (text_[at_] == '"')
                throw BadTable(place_, "has a quote inside of a field; put the whole field in quotes and write the "
                                       "quote twice");
            if (was_quoted_)
                throw BadTable(place_, "has text behind a quoted field; a separator or the end of the line must "
                                       "follow");
            field.text += take();
        }
        was_quoted_ = false;
        return field;
    }

    void read_quoted(CsvField& field) {
        take();
        while (true) {
            if (at_ >= text_.size())
                throw BadTable(field.position, "begins a quoted field that never ends");
            const char c = take();
            if (c != '"') {
                field.text += c;
            } else if (at_ < text_.size() && text_[at_] == '"') {
                field.text += take();
            } else {
                was_quoted_ = true;
                return;
            }
        }
    }

    [[nodiscard]] bool at_end_of_field() {
        if (at_ < text_.size() && text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n'))
            take();
        return at_ >= text_.size() || text_[at_] == separator_ || text_[at_] == '\n';
    }

    bool take_separator() {
        if (at_ >= text_.size() || text_[at_] != separator_)
            return false;
        take();
        return true;
    }

    char take() {
        const char c = text_[at_++];
        if (c == '\n') {
            ++place_.line;
            place_.column = 1;
        } else if (at_ >= text_.size() || (static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) {
            ++place_.column; // a character of several bytes counts once, with its last one
        }
        return c;
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0;
    Position place_{.line = 1, .column = 1};
    bool was_quoted_ = false;
};

} // namespace

std::variant<std::vector<CsvRow>, SyntaxError> parse_csv(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
    if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos)
        return SyntaxError{{}, "is no text in UTF-8; save it as \"CSV UTF-8\""};
    try {
        return CsvReader(text).read();
    } catch (const BadTable& error) {
        return SyntaxError{error.position(), error.what()};
    }
}

} // namespace mailquotad::settings
