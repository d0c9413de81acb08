// One conversation: tags, pipelines, continuations. Knows the protocol and nothing of quotas.
#pragma once

#include "imap/capabilities.h"
#include "imap/command.h"
#include "imap/condition.h"
#include "imap/cursor.h"
#include "imap/response_reader.h"
#include "net/sasl.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace mailquotad::imap {

/// A response that begins with "*" and is no condition that the session itself handles.
struct Untagged {
    std::string_view keyword;             ///< as sent; compare ignoring case
    std::optional<std::int64_t> number;   ///< before the keyword, as in "* 5 EXISTS"
    Cursor body;                          ///< what follows the keyword
    std::size_t command = 0;              ///< index of the first command of the flight that is not answered yet
    const Condition* condition = nullptr; ///< for OK, NO, BAD and BYE: the whole of it
};

/// All methods throw NetError: protocol for what breaks the protocol (tags of others, answers before the question,
/// lines that are no IMAP), throttled or protocol for a BYE, limit for endless noise, and what the transport throws.
class Session {
public:
    /// Takes a response; false where it was not wanted (too many of those end the conversation with kind limit).
    using OnUntagged = std::function<bool(const Untagged&)>;

    /// Hears of each tagged condition of a flight as it comes: the command's index in the flight.
    using OnAnswered = std::function<void(std::size_t, const Condition&)>;

    Session(net::Transport& transport, Budget& budget) : transport_(transport), reader_(transport, budget) {}

    /// Reads the greeting: OK, PREAUTH or BYE. Throws NetError greeting for anything else.
    Condition greet();
    /// Sends STARTTLS and upgrades. Throws NetError tls where it is refused or followed by plain text.
    void start_tls();
    /// Runs one SASL exchange; returns the tagged condition. Throws NetError protocol for an OK that came before the
    /// server had shown what the mechanism demands.
    Condition authenticate(net::SaslClient& client, bool initial_response);

    /// Sends one command, waiting for continuations inside it, and returns its tagged condition.
    Condition run(const Command& command, const OnUntagged& on_untagged = {});
    /// Sends all commands in one write and returns their tagged conditions in the same order. Reading ends early, with
    /// success, when only LOGOUT is unanswered and the server says BYE or hangs up. No command of a flight may need
    /// a continuation. `on_answered` also hears what was answered before the conversation broke.
    std::vector<Condition> fly(const std::vector<Command>& commands, const OnUntagged& on_untagged,
                               const OnAnswered& on_answered = {});

    /// The last list that the server sent; nothing before the first, and after start_tls and forget_capabilities.
    [[nodiscard]] const std::optional<Capabilities>& capabilities() const { return capabilities_; }
    /// Lists from before the login say nothing about what comes after it (RFC 3501 section 6.2.3).
    void forget_capabilities() { capabilities_.reset(); }

    [[nodiscard]] int commands() const { return commands_; }
    [[nodiscard]] bool logged_out() const { return logged_out_; }

private:
    struct Flight;
    std::string next_tag();
    void write(std::string text, bool secret);
    std::string_view next_line();
    void handle_untagged(std::string_view line, std::size_t command, const OnUntagged& on_untagged);
    void handle_tagged(std::string_view line, Flight& flight);
    bool read_flight(Flight& flight, const OnUntagged& on_untagged);
    void land(Flight& flight, const OnUntagged& on_untagged);
    void note_capabilities(const Condition& condition);

    net::Transport& transport_;
    ResponseReader reader_;
    std::optional<Capabilities> capabilities_;
    std::optional<Condition> bye_;
    int commands_ = 0;
    int ignored_ = 0;
    int data_lines_ = 0;
    bool logged_out_ = false;
};

} // namespace mailquotad::imap
