// Cuts the byte stream of a server into lines, in constant memory.
#pragma once

#include "net/transport.h"

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::pop3 {

/// Reads one line at a time. Throws NetError: limit for a line beyond kMaxLine, protocol at the end of the stream (a
/// line without its end is none) and for a NUL byte, and whatever the transport throws.
class LineReader {
public:
    /// RFC 2449 section 4 allows 512 bytes; refusals with a link to a help page run longer.
    static constexpr std::size_t kMaxLine = 2048;
    static constexpr std::size_t kFirstChunk = 2U << 10; ///< read at once, until a server fills it
    static constexpr std::size_t kChunk = 16U << 10;     ///< read at once from then on

    explicit LineReader(net::Transport& transport) : transport_(transport), chunk_(kFirstChunk) {}

    /// The next line without its end (CR LF or LF); valid until the next call.
    std::string_view next();

    /// Whether bytes were received that no line holds yet: before a question is sent there must be none.
    [[nodiscard]] bool has_unread() const { return begin_ < end_; }

private:
    void fill();
    std::string_view take();

    net::Transport& transport_;
    std::vector<char> chunk_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string line_; ///< of a line that spans two chunks
};

} // namespace mailquotad::pop3
