// What setup says and asks, in the language of whoever sits there.
#pragma once

#include "app/terminal.h"
#include "notify/sentences.h"
#include "text/catalog.h"

#include <optional>
#include <stdexcept>
#include <string>

namespace mailquotad::app {

/// Nobody answers any more, or the answer was to stop.
class SetupEnded : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The sentences of [setup] said to a terminal. With `assume` nothing is asked: the proposed answer counts.
class Dialogue {
public:
    Dialogue(Terminal& terminal, const text::Catalog& catalog, std::string language, bool assume)
        : terminal_(terminal), catalog_(catalog), language_(std::move(language)), assume_(assume) {}

    /// Whether questions can be asked.
    [[nodiscard]] bool asks() const { return !assume_; }
    [[nodiscard]] const std::string& language() const { return language_; }
    void speak(std::string language) { language_ = std::move(language); }
    [[nodiscard]] Terminal& terminal() { return terminal_; }
    [[nodiscard]] const text::Catalog& catalog() const { return catalog_; }

    /// The sentence "setup.KEY"; blanks must be harmless for a terminal. Throws text::CatalogError for an unknown key.
    [[nodiscard]] std::string words(const std::string& key, const notify::Blanks& blanks = {}) const;
    void say(const std::string& key, const notify::Blanks& blanks = {});
    /// An answer; `proposed` for an empty line, and where nothing is asked. Throws SetupEnded.
    std::string ask(const std::string& key, const std::string& proposed = {}, const notify::Blanks& blanks = {});
    /// Yes or no in any language of the program; `proposed` as above. Throws SetupEnded.
    bool confirm(const std::string& key, bool proposed, const notify::Blanks& blanks = {});
    /// Something that is not shown; may be empty. Throws SetupEnded, also where nothing is asked.
    Secret ask_secret(const std::string& key, const notify::Blanks& blanks = {});

private:
    Terminal& terminal_;
    const text::Catalog& catalog_;
    std::string language_;
    bool assume_;
};

} // namespace mailquotad::app
