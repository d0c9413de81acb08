#include "pop3/line_reader.h"

#include <cstring>
#include <utility>

namespace mailquotad::pop3 {

namespace {

std::string_view without_line_end(std::string_view line) {
    line.remove_suffix(1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

} // namespace

void LineReader::fill() {
    begin_ = 0;
    if (std::exchange(end_, 0) == kFirstChunk) {
        chunk_.resize(kChunk);
    }
    end_ = transport_.read(chunk_);
    if (end_ == 0) {
        throw net::NetError(FailureKind::protocol,
                            "the server closed the connection in the middle of the conversation");
    }
    if (std::memchr(chunk_.data(), '\0', end_) != nullptr) {
        throw net::NetError(FailureKind::protocol, "the server sent a NUL byte");
    }
}

// What of the current line is in the chunk, with its line end if that is there too.
std::string_view LineReader::take() {
    const std::string_view rest(chunk_.data() + begin_, end_ - begin_);
    const std::size_t line_feed = rest.find('\n');
    const std::string_view part = line_feed == std::string_view::npos ? rest : rest.substr(0, line_feed + 1);
    begin_ += part.size();
    return part;
}

std::string_view LineReader::next() {
    line_.clear();
    while (true) {
        if (!has_unread()) {
            fill();
        }
        const std::string_view part = take();
        if (line_.size() + part.size() > kMaxLine) {
            throw net::NetError(FailureKind::limit, "the server sent a line beyond all bounds");
        }
        if (line_.empty() && part.ends_with('\n')) {
            return without_line_end(part); // the usual case, without a copy
        }
        line_.append(part);
        if (line_.ends_with('\n')) {
            return without_line_end(line_);
        }
    }
}

} // namespace mailquotad::pop3
