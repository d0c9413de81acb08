#include "app/terminal_look.h"

#include "app/text_table.h"
#include "catch.h"

#include <cstdlib>

namespace mailquotad::app {
namespace {

TerminalLook narrow(std::size_t columns) {
    return {.columns = columns, .bounded = true};
}

/// A variable of the environment, as it was before when this ends.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        const char* before = std::getenv(name);
        was_set_ = before != nullptr;
        before_ = was_set_ ? before : "";
        value == nullptr ? unsetenv(name) : setenv(name, value, 1);
    }
    ~Variable() { was_set_ ? setenv(name_, before_.c_str(), 1) : unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    bool was_set_ = false;
    std::string before_;
};

} // namespace

TEST_CASE("wide, combining and coloured characters take the room that a terminal gives them", "[terminal]") {
    CHECK(terminal_width("日本語") == 6);
    CHECK(terminal_width("e\xCC\x81t\xCC\x81") == 2);
    CHECK(terminal_width("한국어") == 6);
    CHECK(terminal_width("ไม่") == 2); // Thai: two letters, one mark above
    CHECK(terminal_width("📬!") == 3);
    CHECK(terminal_width("\033[31mred\033[0m") == 3);
    CHECK(terminal_width("█░…") == 3);
}

TEST_CASE("a text is cut between characters, never to more columns than there are", "[terminal]") {
    CHECK(shortened("Posteingang", 11, true) == "Posteingang");
    CHECK(shortened("Posteingang", 10, true) == "Posteinga…");
    CHECK(shortened("Posteingang", 10, false) == "Posteinga~");
    CHECK(shortened("日本語", 5, true) == "日本…");
    CHECK(shortened("日本語", 4, true) == "日…");
    CHECK(shortened("Entwürfe", 5, true) == "Entw…");
    for (std::size_t width = 1; width < 12; ++width)
        CHECK(terminal_width(shortened("Über e\xCC\x81t\xCC\x81 日本語", width, true)) <= width);
}

TEST_CASE("lines break at blanks, and what follows hangs below the text behind the label", "[terminal]") {
    CHECK(fit_lines("Decision   already told, and no reminder is due\n", narrow(30)) ==
          "Decision   already told, and\n           no reminder is due\n");
    CHECK(fit_lines("a long sentence without any label\n", narrow(16)) == "a long sentence\nwithout any\nlabel\n");
    CHECK(fit_lines("    indented words that go on\n", narrow(18)) == "    indented words\n    that go on\n");
    CHECK(fit_lines("Url        https://an.address.that.cannot.be.broken.example/\n", narrow(30)) ==
          "Url        https://an.address.that.cannot.be.broken.example/\n");
    CHECK(fit_lines("whole\n\nlines", narrow(20)) == "whole\n\nlines");
    CHECK(fit_lines("any width at all in a pipe\n", {.columns = 5}) == "any width at all in a pipe\n");
}

TEST_CASE("a table leaves columns out and cuts texts until it fits, and what must stay stays", "[terminal]") {
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table(
        {{"MAILBOX", Align::left, Narrow::cut}, {"STAGE"}, {"USED", Align::right, Narrow::drop}, {"", Align::left}});
    table.add({"kim.muster@verein.example", "warning", "85 MiB", ""}, 1, TextTable::Colour::yellow);
    CHECK(table.to_string({}) == "MAILBOX                    STAGE      USED\n"
                                 "kim.muster@verein.example  warning  85 MiB\n");
    CHECK(table.fits(narrow(42)));
    CHECK_FALSE(table.fits(narrow(41)));
    CHECK(table.to_string(narrow(41)) == "MAILBOX                   STAGE      USED\n"
                                         "kim.muster@verein.examp…  warning  85 MiB\n");
    CHECK(table.to_string(narrow(34)) == "MAILBOX                    STAGE\n"
                                         "kim.muster@verein.example  warning\n");
    CHECK(table.to_string(narrow(20)) == "MAILBOX      STAGE\nkim.muster…  warning\n");
    CHECK(table.to_string({.columns = 20, .bounded = true, .colour = true}) ==
          "MAILBOX      STAGE\nkim.muster…  \033[33mwarning\033[0m\n");
}

TEST_CASE("what has no room in the last column goes on below itself", "[terminal]") {
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table(
        {{"FREES", Align::right}, {"WHAT TO DO", Align::left, Narrow::cut}, {"", Align::left, Narrow::drop}});
    table.add({"26 MiB", "archive locally all from 977 KiB on", "minutes"});
    table.add({"8 MiB", "empty the Trash", "a click"});
    CHECK(table.to_string(narrow(26)) == " FREES  WHAT TO DO\n"
                                         "26 MiB  archive locally\n"
                                         "        all from 977 KiB\n"
                                         "        on\n"
                                         " 8 MiB  empty the Trash\n");
}

TEST_CASE("COLUMNS, NO_COLOR, TERM and the locale are respected", "[terminal]") {
    const Variable columns("COLUMNS", "60");
    CHECK(look_of(-1).columns == 60);
    CHECK(look_of(-1).bounded);
    CHECK_FALSE(look_of(-1).colour); // no terminal
    const Variable nonsense("COLUMNS", "sixty");
    CHECK(look_of(-1).columns == 100);
    CHECK_FALSE(look_of(-1).bounded);
    const Variable all("LC_ALL", "C");
    CHECK_FALSE(look_of(-1).unicode);
    const Variable other("LC_ALL", "de_DE.UTF-8");
    CHECK(look_of(-1).unicode);
    CHECK_FALSE(can_redraw(-1));
}

} // namespace mailquotad::app
