// A conversation with a person: what a command says, asks and is answered. A port: tests have a scripted person.
#pragma once

#include "core/secret.h"

#include <optional>
#include <string>

namespace mailquotad::app {

class Terminal {
public:
    virtual ~Terminal() = default;
    /// Whether somebody is there who can answer.
    [[nodiscard]] virtual bool is_answered() const = 0;
    /// Says a text; a line end is added. The text must be harmless already, as in what follows.
    virtual void say(const std::string& text) = 0;
    /// Says a long text, screen by screen where somebody reads it; `more` is how to go on.
    virtual void say_in_pages(const std::string& text, const std::string& more) = 0;
    /// The line that is typed, without blanks around it; nothing when nobody answers any more.
    virtual std::optional<std::string> ask(const std::string& question) = 0;
    /// The same with nothing shown of what is typed, and blanks kept.
    virtual std::optional<Secret> ask_secret(const std::string& question) = 0;
};

} // namespace mailquotad::app
