// The few lines of SMTP that submission needs, over a transport of ours. libetpan's mailsmtp is not used: its EHLO
// always tells the name of this machine, its commands are cut at 512 bytes together with their CRLF (a token longer
// than that hangs), and it reads answers of any length.
#pragma once

#include "net/transport.h"

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::notify {

/// One reply of a server (RFC 5321 section 4.2).
struct SmtpReply {
    int code = 0;
    std::vector<std::string> lines; ///< texts without the code

    [[nodiscard]] bool is_success() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool is_transient() const { return code >= 400 && code < 500; }
    [[nodiscard]] bool is_permanent() const { return code >= 500; }
    /// "550 5.1.1 no such user", on one line.
    [[nodiscard]] std::string text() const;
};

/// What a server offers (RFC 5321 section 4.1.1.1).
struct SmtpCapabilities {
    bool starttls = false;
    std::vector<std::string> mechanisms; ///< of AUTH, upper case
};

/// Commands and replies, one after the other. All methods throw NetError; protocol for a reply that is none, longer
/// than kMaxReplyBytes, or there before its command.
class SmtpSession {
public:
    static constexpr std::size_t kMaxReplyBytes = 64 * 1024;

    /// `transport` must outlive the session.
    explicit SmtpSession(net::Transport& transport) : transport_(transport) {}

    SmtpReply read_reply();

    /// Writes a line and reads the reply. `line` is without CRLF and must hold none. `secret` keeps it out of the wire
    /// log.
    SmtpReply command(std::string_view line, bool secret = false);

    /// Writes a line without waiting for the reply.
    void send(std::string_view line);

    /// After the 220 to STARTTLS: text that the server sent before the handshake is a NetError tls (RFC 3207, and
    /// CVE-2011-0411 of those who took it for an answer).
    void start_tls();

    /// The mail after a 354, with dots doubled (RFC 5321 section 4.5.2) and every line end CRLF, and the reply.
    SmtpReply data(std::string_view text);

private:
    std::string read_line();
    void require_silence() const;

    net::Transport& transport_;
    std::string buffer_;
};

/// Reads the lines after the first of a reply to EHLO; names in any case, unknown ones ignored.
SmtpCapabilities parse_capabilities(const SmtpReply& reply);

/// A mail as it goes over the wire after DATA: CRLF line ends, dots doubled, ended by a line with one dot.
std::string dot_stuffed(std::string_view text);

} // namespace mailquotad::notify
