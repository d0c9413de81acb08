#include "app/setup_words.h"

#include "core/ascii.h"

#include <algorithm>
#include <array>

namespace mailquotad::app {

namespace {

/// Whatever the language of the question: people answer in their own.
std::optional<bool> yes_or_no(const std::string& answer) {
    constexpr std::array<std::string_view, 4> yes{"y", "yes", "j", "ja"};
    constexpr std::array<std::string_view, 4> no{"n", "no", "nein", "-"};
    const auto is = [&answer](std::string_view word) { return equals_ignoring_case(answer, word); };
    if (std::any_of(yes.begin(), yes.end(), is))
        return true;
    return std::any_of(no.begin(), no.end(), is) ? std::optional(false) : std::nullopt;
}

} // namespace

std::string Dialogue::words(const std::string& key, const notify::Blanks& blanks) const {
    return notify::filled(catalog_.word(language_, "setup." + key), blanks);
}

void Dialogue::say(const std::string& key, const notify::Blanks& blanks) {
    terminal_.say(words(key, blanks));
}

std::string Dialogue::ask(const std::string& key, const std::string& proposed, const notify::Blanks& blanks) {
    if (assume_)
        return proposed;
    const auto answer = terminal_.ask(words(key, blanks) + (proposed.empty() ? "" : " [" + proposed + "]") + ":");
    if (!answer)
        throw SetupEnded(words("ended"));
    return answer->empty() ? proposed : *answer;
}

bool Dialogue::confirm(const std::string& key, bool proposed, const notify::Blanks& blanks) {
    while (!assume_) {
        const auto answer = terminal_.ask(words(key, blanks) + ' ' + words(proposed ? "yes_or_no" : "no_or_yes"));
        if (!answer)
            throw SetupEnded(words("ended"));
        if (answer->empty())
            return proposed;
        if (const auto meant = yes_or_no(*answer))
            return *meant;
        say("say_yes_or_no");
    }
    return proposed;
}

Secret Dialogue::ask_secret(const std::string& key, const notify::Blanks& blanks) {
    if (assume_)
        throw SetupEnded(words("no_password"));
    auto secret = terminal_.ask_secret(words(key, blanks) + ":");
    if (!secret)
        throw SetupEnded(words("ended"));
    return std::move(*secret);
}

} // namespace mailquotad::app
