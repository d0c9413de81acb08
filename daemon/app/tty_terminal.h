// The real terminal: answers from standard input, questions on standard error, so that output can be redirected.
#pragma once

#include "app/terminal.h"

#include <string>

namespace mailquotad::app {

/// Reads standard input alone and unbuffered elsewhere: not to be mixed with std::cin.
class TtyTerminal final : public Terminal {
public:
    TtyTerminal() = default;
    ~TtyTerminal() override;
    TtyTerminal(const TtyTerminal&) = delete;
    TtyTerminal& operator=(const TtyTerminal&) = delete;

    /// Whether standard input is a terminal.
    [[nodiscard]] bool is_answered() const override;
    void say(const std::string& text) override;
    void say_in_pages(const std::string& text, const std::string& more) override;
    std::optional<std::string> ask(const std::string& question) override;
    /// The echo comes back however this ends: by an answer, an error, Ctrl-C, Ctrl-Z, SIGTERM or a connection that is
    /// cut.
    std::optional<Secret> ask_secret(const std::string& question) override;

private:
    std::optional<std::string> read_line();

    std::string unread_; ///< beyond the last line
};

} // namespace mailquotad::app
