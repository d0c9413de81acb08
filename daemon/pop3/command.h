// The closed set of commands that a probe can send: read-only by construction, since there is no other way to make one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailquotad::pop3 {

/// One line to the server. Made only by the factories below, each for one command that changes nothing.
class Command {
public:
    /// RFC 5034 section 4: AUTH with its argument is at most 255 bytes; the longest name of a mechanism has 20.
    static constexpr std::size_t kMaxInitialResponse = 255 - 2 - 5 - 20 - 1;

    static Command capa();
    static Command stls();
    /// Neither text of the next two may hold CR, LF or NUL (see fits_a_line).
    static Command user(std::string_view name);
    static Command pass(std::string_view password);
    /// AUTH (RFC 5034) with the initial response in base64, at most kMaxInitialResponse bytes; empty for none.
    static Command auth(std::string_view mechanism, std::string_view initial_response);
    /// The answer to a challenge, in base64; no command of its own.
    static Command sasl_answer(std::string_view text);
    static Command stat();
    static Command list();
    static Command quit();

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
