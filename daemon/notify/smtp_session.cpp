#include "notify/smtp_session.h"

#include "core/ascii.h"
#include "core/one_piece.h"
#include "core/secret.h"

#include <algorithm>
#include <array>
#include <span>

namespace mailquotad::notify {
namespace {

using net::NetError;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    while (!line.empty()) {
        const auto end = std::min(line.find(' '), line.size());
        if (end > 0) {
            words.emplace_back(line.substr(0, end));
        }
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

// The code of a reply line; 0 for what is no reply line.
int code_of(std::string_view line) {
    const bool ok = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) && is_digit(line[2]) &&
                    (line.size() == 3 || line[3] == ' ' || line[3] == '-');
    return ok ? (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0') : 0;
}

} // namespace

std::string SmtpReply::text() const {
    std::string out = std::to_string(code);
    for (const std::string& line : lines) {
        out += line.empty() ? "" : " " + line;
    }
    return out;
}

std::string SmtpSession::read_line() {
    for (;;) {
        if (const auto end = buffer_.find('\n'); end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            if (line.ends_with('\r')) {
                line.pop_back();
            }
            return line;
        }
        if (buffer_.size() > kMaxReplyBytes) {
            throw NetError(FailureKind::protocol, "the server sends a reply without end");
        }
        std::array<char, 4096> chunk{};
        const std::size_t count = transport_.read(chunk);
        if (count == 0) {
            throw NetError(FailureKind::connect, "the server closed the connection");
        }
        buffer_.append(chunk.data(), count);
    }
}

SmtpReply SmtpSession::read_reply() {
    SmtpReply reply;
    std::size_t bytes = 0;
    for (;;) {
        const std::string line = read_line();
        const int code = code_of(line);
        bytes += line.size();
        if (code == 0 || (reply.code != 0 && code != reply.code) || bytes > kMaxReplyBytes) {
            throw NetError(FailureKind::protocol, "no reply of SMTP: " + line.substr(0, 100));
        }
        reply.code = code;
        reply.lines.push_back(line.size() > 4 ? line.substr(4) : std::string());
        if (line.size() == 3 || line[3] == ' ') {
            return reply;
        }
    }
}

/// A reply that comes before its command is no answer to it: "250 queued" would pass for one. Only 421 may come at any
/// time (RFC 5321 section 3.8).
void SmtpSession::require_silence() const {
    if (!buffer_.empty() && !buffer_.starts_with("421")) {
        throw NetError(FailureKind::protocol, "the server answered before it was asked: " + buffer_.substr(0, 100));
    }
}

SmtpReply SmtpSession::command(std::string_view line, bool secret) {
    require_silence();
    std::string bytes = in_one_piece({line, "\r\n"});
    transport_.write(bytes, secret);
    if (secret) {
        wipe(bytes);
    }
    return read_reply();
}

void SmtpSession::send(std::string_view line) {
    transport_.write(std::string(line) + "\r\n");
}

void SmtpSession::start_tls() {
    if (!buffer_.empty()) {
        throw NetError(FailureKind::tls, "the server sent text after its answer to STARTTLS");
    }
    transport_.start_tls();
}

SmtpReply SmtpSession::data(std::string_view text) {
    require_silence();
    transport_.write(dot_stuffed(text));
    return read_reply();
}

SmtpCapabilities parse_capabilities(const SmtpReply& reply) {
    SmtpCapabilities capabilities;
    for (std::size_t i = 1; i < reply.lines.size(); ++i) {
        std::string line = upper(reply.lines[i]);
        if (line.starts_with("AUTH=")) { // as before RFC 2554, still sent beside the proper line for old Outlook
            line[4] = ' ';
        }
        const std::vector<std::string> words = words_of(line);
        if (words.empty()) {
            continue;
        }
        if (words.front() == "STARTTLS") {
            capabilities.starttls = true;
        } else if (words.front() == "AUTH") {
            capabilities.mechanisms.insert(capabilities.mechanisms.end(), words.begin() + 1, words.end());
        }
    }
    return capabilities;
}

std::string dot_stuffed(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 40 + 8);
    bool line_begins = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (line_begins && c == '.') {
            out += '.';
        }
        if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            continue;
        }
        // A lone CR or LF would be a line end to one server and none to the next: a way to smuggle commands.
        line_begins = c == '\n' || c == '\r';
        line_begins ? out += "\r\n" : out += c;
    }
    if (!out.ends_with("\r\n")) {
        out += "\r\n";
    }
    return out + ".\r\n";
}

} // namespace mailquotad::notify
