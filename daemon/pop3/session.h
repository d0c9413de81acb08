// A POP3 conversation over a transport: questions, answers, lines. Knows no meaning of them.
#pragma once

#include "net/sasl.h"
#include "pop3/capabilities.h"
#include "pop3/command.h"
#include "pop3/line_reader.h"
#include "pop3/reply.h"

#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace mailquotad::pop3 {

/// All functions throw NetError: protocol for what is no POP3, limit beyond bounds, and what the transport throws.
/// `transport` must outlive the session.
class Session {
public:
    explicit Session(net::Transport& transport) : transport_(transport), reader_(transport) {}

    /// The greeting. Throws NetError greeting for none, or none of POP3.
    Reply greet();
    /// Writes the commands at once. Throws NetError protocol where the server has spoken before it was asked.
    void send(std::span<const Command> commands);
    /// The first line of the next answer.
    Reply read_reply();
    /// send() of one command and read_reply().
    Reply run(const Command& command);
    /// The lines that follow a +OK, up to the "." that ends them, with doubled dots made single (RFC 1939 section 3).
    /// Throws NetError limit for more than `at_most`.
    void read_lines(const std::function<void(std::string_view)>& on_line, std::size_t at_most);
    /// CAPA; nothing where the server does not know it.
    std::optional<Capabilities> ask_capabilities();
    /// STLS and the upgrade. Throws NetError tls where it is refused, or where text follows its +OK.
    void start_tls();
    /// Runs one SASL exchange (RFC 5034). Throws NetError protocol for a +OK that came before the server had shown what
    /// the mechanism demands.
    Reply authenticate(net::SaslClient& client);
    /// Reads the answer to QUIT, if one comes: everything that was asked for is here.
    void read_farewell() noexcept;
    /// Says QUIT after something went wrong, so that the maildrop is released, where that is possible and was not done.
    void try_to_quit() noexcept;

    [[nodiscard]] int commands() const { return commands_; } ///< sent so far

private:
    net::Transport& transport_;
    LineReader reader_;
    int commands_ = 0;
    bool quit_sent_ = false;
};

} // namespace mailquotad::pop3
