// Cuts the byte stream of a server into whole responses, each with its literals, within strict limits.
#pragma once

#include "imap/budget.h"
#include "net/transport.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::imap {

/// Reads one logical response at a time into one reused buffer. Literals stay inside as "{n}\r\n" and n bytes, for
/// Cursor to take apart. Throws NetError: limit beyond the limits below, protocol at the end of the stream and for a
/// NUL byte (RFC 3501 section 9: CHAR8 has none), and whatever the transport throws.
class ResponseReader {
public:
    static constexpr std::size_t kMaxLine = 64U << 10;    ///< between two line ends
    static constexpr std::size_t kMaxLiteral = 64U << 10; ///< only folder and root names are ever wanted
    static constexpr std::size_t kMaxResponse = 256U << 10;
    static constexpr std::size_t kFirstChunk = 2U << 10; ///< read at once, until a server fills it
    static constexpr std::size_t kChunk = 16U << 10;     ///< read at once from then on

    ResponseReader(net::Transport& transport, Budget& budget);

    /// The next response without its line end; valid until the next call.
    std::string_view next();

    /// Whether bytes were received that no response holds yet (after STARTTLS's OK there must be none).
    [[nodiscard]] bool has_unread() const { return begin_ < end_; }
    /// Bytes received so far, read or not.
    [[nodiscard]] std::int64_t received() const { return received_; }
    /// Where in the stream the response that next() returned began.
    [[nodiscard]] std::int64_t response_began_at() const { return began_at_; }

private:
    void fill();
    std::string_view take_line();
    void append_line();
    void append_literal(std::size_t size);
    void append(std::string_view bytes);

    net::Transport& transport_;
    std::vector<char> chunk_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string response_;
    std::int64_t received_ = 0;
    std::int64_t began_at_ = 0;
};

} // namespace mailquotad::imap
