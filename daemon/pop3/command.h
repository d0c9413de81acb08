// The closed set of commands that a probe can send: read-only by construction, since there is no other way to make one.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::pop3 {

/// One line to the server. Made only by the factories below, each for one command that changes nothing.
class Command {
public:
    static Command capa();
    static Command stls();
    /// Neither text of the next four may hold CR, LF or NUL (see can_be_sent).
    static Command user(std::string_view name);
    static Command pass(std::string_view password);
    /// AUTH PLAIN with `token`, the base64 of the credentials, as initial response where that fits into the 255 bytes
    /// of RFC 5034 section 4; else the server has to ask for it.
    static Command auth_plain(std::string_view token);
    /// The token alone, as the answer to the server's "+".
    static Command sasl_answer(std::string_view token);
    static Command stat();
    static Command list();
    static Command quit();

    /// Whether a login can stand in a command: CR, LF and NUL would begin another command.
    static bool can_be_sent(std::string_view text);

    [[nodiscard]] const std::string& line() const { return line_; } ///< without its end
    [[nodiscard]] bool is_secret() const { return secret_; }        ///< never to be logged
    [[nodiscard]] bool is_quit() const { return line_ == "QUIT"; }

    Command(const Command&) = default;
    Command(Command&&) noexcept = default;
    Command& operator=(const Command&) = default;
    Command& operator=(Command&&) noexcept = default;
    ~Command(); ///< overwrites a secret line

private:
    explicit Command(std::string line, bool secret = false);

    std::string line_;
    bool secret_ = false;
};

} // namespace mailquotad::pop3
