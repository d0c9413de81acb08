// What was said on a connection, for the evidence of a failed probe: bounded, escaped, secrets blanked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::net {

/// Keeps the first and the last lines of a conversation. Secrets are blanked when it is read, so that a secret is
/// found however the bytes were cut into packets. Not thread-safe.
class WireLog {
public:
    static constexpr std::size_t kHeadLines = 60;  ///< kept from the beginning: greeting, TLS, login
    static constexpr std::size_t kTailLines = 240; ///< kept from the end
    static constexpr std::size_t kLineBytes = 500; ///< of one line as lines() gives it

    /// Bytes from the server, cut anywhere.
    void received(std::string_view bytes);

    /// Bytes to the server. `secret`: only their number is kept.
    void sent(std::string_view bytes, bool secret = false);

    /// A remark of our own: "TLS1.3 with mail.example".
    void note(std::string_view text);

    /// Blanks this text in every line: as it is, in IMAP's quoted form, and within base64 (a SASL PLAIN token
    /// that holds it is blanked as a whole). An empty text is ignored.
    void blank(std::string_view secret_text);

    /// "C: …", "S: …" and "-- …", oldest first, a line where some were left out.
    [[nodiscard]] std::vector<std::string> lines() const;

    WireLog() = default;
    ~WireLog();
    WireLog(const WireLog&) = delete;
    WireLog& operator=(const WireLog&) = delete;

private:
    struct Line {
        char side = '-'; ///< 'C', 'S' or '-'
        std::string bytes;
        std::size_t dropped = 0; ///< bytes of the line that are not in `bytes`
        bool open = false;       ///< its end was not seen yet
    };

    void add(char side, std::string_view bytes);
    void append(Line& line, std::string_view bytes) const;
    Line& begin_line(char side);
    [[nodiscard]] std::string render(const Line& line) const;

    std::vector<std::string> forms_;   ///< the texts to blank
    std::vector<std::string> secrets_; ///< the secrets themselves, looked for in decoded base64
    std::size_t longest_ = 0;          ///< of forms_
    std::deque<Line> head_;            ///< a deque: lines stay where they are, and no copy of one is left behind
    std::deque<Line> tail_;            ///< a ring
    std::uint64_t total_ = 0;          ///< lines begun so far
    Line* current_ = nullptr;          ///< the line begun last
};

} // namespace mailquotad::net
