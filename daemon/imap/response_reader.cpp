#include "imap/response_reader.h"

#include "core/ascii.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace mailquotad::imap {

namespace {

[[noreturn]] void too_large(const char* what) {
    throw net::NetError(FailureKind::limit, std::string("the server sent ") + what + " beyond all bounds");
}

// Free text after a condition may end in "{5}" without being a literal; only data responses hold literals.
bool may_hold_literals(std::string_view response) {
    if (!response.starts_with("* ")) {
        return false;
    }
    const std::string_view keyword = response.substr(2, response.find(' ', 2) - 2);
    constexpr std::string_view kConditions[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    return std::none_of(std::begin(kConditions), std::end(kConditions),
                        [&](std::string_view condition) { return equals_ignoring_case(keyword, condition); });
}

struct Announced {
    std::size_t size = 0;
    bool too_large = false;
};

// "{n}" or "{n+}" (RFC 7888) at the end of a line announces n bytes.
std::optional<Announced> announced_literal(std::string_view line) {
    if (!line.ends_with('}')) {
        return std::nullopt;
    }
    const std::size_t open = line.rfind('{');
    if (open == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view digits = line.substr(open + 1, line.size() - open - 2);
    if (digits.ends_with('+')) {
        digits.remove_suffix(1);
    }
    Announced result;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.size);
    if (digits.empty() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    result.too_large = error != std::errc{} || result.size > ResponseReader::kMaxLiteral;
    return result;
}

std::string_view without_line_end(std::string_view line) {
    line.remove_suffix(1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

} // namespace

ResponseReader::ResponseReader(net::Transport& transport, Budget& budget) : transport_(transport), chunk_(kFirstChunk) {
    budget.charge(kChunk + kMaxResponse);
}

void ResponseReader::fill() {
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
    received_ += static_cast<std::int64_t>(end_);
}

void ResponseReader::append(std::string_view bytes) {
    if (bytes.size() > kMaxResponse - response_.size()) {
        too_large("a response");
    }
    response_.append(bytes);
}

// What of the current line is in the chunk, with its line end if that is there too.
std::string_view ResponseReader::take_line() {
    const char* first = chunk_.data() + begin_;
    const void* line_feed = std::memchr(first, '\n', end_ - begin_);
    const std::size_t size = line_feed == nullptr
                                 ? end_ - begin_
                                 : static_cast<std::size_t>(static_cast<const char*>(line_feed) - first) + 1;
    begin_ += size;
    return {first, size};
}

void ResponseReader::append_line() {
    const std::size_t line_begin = response_.size();
    do {
        if (!has_unread()) {
            fill();
        }
        append(take_line());
        if (response_.size() - line_begin > kMaxLine) {
            too_large("a line");
        }
    } while (!response_.ends_with('\n'));
}

void ResponseReader::append_literal(std::size_t size) {
    while (size > 0) {
        if (!has_unread()) {
            fill();
        }
        const std::size_t part = std::min(size, end_ - begin_);
        append({chunk_.data() + begin_, part});
        begin_ += part;
        size -= part;
    }
}

std::string_view ResponseReader::next() {
    if (!has_unread()) {
        fill();
    }
    began_at_ = received_ - static_cast<std::int64_t>(end_ - begin_);
    const std::size_t line_begin = begin_;
    const std::string_view whole = take_line();
    if (whole.ends_with('\n') && !without_line_end(whole).ends_with('}')) {
        return without_line_end(whole); // the usual case, without a copy
    }
    begin_ = line_begin;
    response_.clear();
    std::size_t line_at = 0; // literals are looked for in the lines only, never in another literal's bytes
    append_line();
    while (true) {
        // Only the line's own end is cut: a literal's last byte may be a CR.
        response_.resize(line_at + without_line_end(std::string_view(response_).substr(line_at)).size());
        const auto literal = announced_literal(std::string_view(response_).substr(line_at));
        if (!literal || !may_hold_literals(response_)) {
            return response_;
        }
        if (literal->too_large) {
            too_large("a literal");
        }
        if (response_.ends_with("+}")) {
            response_.erase(response_.size() - 2, 1);
        }
        append("\r\n");
        append_literal(literal->size);
        line_at = response_.size();
        append_line();
    }
}

} // namespace mailquotad::imap
