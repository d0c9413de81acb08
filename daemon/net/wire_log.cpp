#include "net/wire_log.h"

#include "core/escape.h"
#include "core/secret.h"

#include <algorithm>
#include <utility>

namespace mailquotad::net {
namespace {

constexpr std::string_view kBlank = "[secret]";
constexpr std::string_view kCut = "…";

/// The value of a base64 character in the usual or the URL alphabet, -1 for any other.
int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

std::string decode_base64(std::string_view text) {
    std::string out;
    out.reserve(text.size()); // never grows, see in_one_piece
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        bits = (bits << 6 | static_cast<unsigned>(base64_value(c))) & 0xffffU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<char>(bits >> count & 0xffU));
        }
    }
    return out;
}

std::string quoted_form(std::string_view text) {
    std::string out;
    out.reserve(2 * text.size()); // never grows, see in_one_piece
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
        }
        out.push_back(c);
    }
    return out;
}

/// Whether a run of base64 characters holds one of the secrets; it may begin within foreign characters of the
/// alphabet, so all four alignments are tried.
bool hides_secret(std::string_view run, const std::vector<std::string>& secrets) {
    for (std::size_t skip = 0; skip < 4 && skip < run.size(); ++skip) {
        std::string decoded = decode_base64(run.substr(skip));
        const bool found = std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
            return decoded.find(secret) != std::string::npos;
        });
        wipe(decoded);
        if (found) {
            return true;
        }
    }
    return false;
}

using Range = std::pair<std::size_t, std::size_t>; ///< begin and end of bytes to be blanked

void find_base64(std::string_view text, const std::vector<std::string>& secrets, std::vector<Range>& out) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t end = at;
        while (end < text.size() && base64_value(text[end]) >= 0) {
            ++end;
        }
        if (end - at >= 2 && hides_secret(text.substr(at, end - at), secrets)) {
            const std::size_t padded = std::min(text.find_first_not_of('=', end), text.size());
            out.emplace_back(at, padded);
        }
        at = end + 1;
    }
}

void find_forms(std::string_view text, const std::vector<std::string>& forms, std::vector<Range>& out) {
    for (const std::string& form : forms) {
        for (auto at = text.find(form); at != std::string_view::npos; at = text.find(form, at + 1)) {
            out.emplace_back(at, at + form.size());
        }
    }
}

/// The first `limit` bytes of the text with the ranges blanked; overlapping ranges become one.
std::string without(std::string_view text, std::vector<Range> ranges, std::size_t limit) {
    std::sort(ranges.begin(), ranges.end());
    std::string out;
    std::size_t at = 0;
    for (const auto& [begin, end] : ranges) {
        if (begin >= limit) {
            break;
        }
        if (begin >= at) {
            out.append(text.substr(at, begin - at));
            out.append(kBlank);
        }
        at = std::max(at, end);
    }
    if (at < limit) {
        out.append(text.substr(std::min(at, text.size()), limit - at));
    }
    return out;
}

/// Cuts valid UTF-8 at a character, leaving room for the mark.
void cut(std::string& text, std::size_t size) {
    std::size_t end = size - kCut.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    text.resize(end);
    text.append(kCut);
}

} // namespace

WireLog::~WireLog() {
    for (auto* texts : {&forms_, &secrets_}) {
        std::for_each(texts->begin(), texts->end(), [](std::string& text) { wipe(text); });
    }
}

void WireLog::blank(std::string_view secret_text) {
    if (secret_text.empty()) {
        return;
    }
    secrets_.emplace_back(secret_text);
    forms_.emplace_back(secret_text);
    std::string quoted = quoted_form(secret_text);
    if (quoted != secret_text) {
        forms_.push_back(std::move(quoted));
    }
    wipe(quoted);
    for (const std::string& form : forms_) {
        longest_ = std::max(longest_, form.size());
    }
}

void WireLog::received(std::string_view bytes) {
    add('S', bytes);
}

void WireLog::sent(std::string_view bytes, bool secret) {
    if (!secret) {
        add('C', bytes);
        return;
    }
    Line& line = begin_line('C');
    line.bytes = "[" + std::to_string(bytes.size()) + " secret bytes]";
    line.open = false;
}

void WireLog::note(std::string_view text) {
    append(begin_line('-'), text);
    current_->open = false;
}

void WireLog::add(char side, std::string_view bytes) {
    while (!bytes.empty()) {
        Line& line = current_ && current_->open && current_->side == side ? *current_ : begin_line(side);
        const std::size_t end = bytes.find('\n');
        append(line, bytes.substr(0, end));
        if (end == std::string_view::npos) {
            return;
        }
        line.open = false;
        bytes.remove_prefix(end + 1);
    }
}

void WireLog::append(Line& line, std::string_view bytes) const {
    // Room for a secret that begins just before the cut, also in base64: only a whole one can be recognised.
    const std::size_t keep = kLineBytes + 2 * longest_ + 8;
    const std::size_t room = keep > line.bytes.size() ? keep - line.bytes.size() : 0;
    line.bytes.append(bytes.substr(0, room));
    line.dropped += bytes.size() > room ? bytes.size() - room : 0;
}

WireLog::Line& WireLog::begin_line(char side) {
    if (current_) {
        current_->open = false;
    }
    std::deque<Line>& lines = head_.size() < kHeadLines ? head_ : tail_;
    if (&lines == &tail_ && tail_.size() == kTailLines) {
        current_ = &tail_[(total_ - kHeadLines) % kTailLines];
    } else {
        current_ = &lines.emplace_back();
    }
    ++total_;
    current_->side = side;
    current_->bytes.clear();
    current_->dropped = 0;
    current_->open = true;
    return *current_;
}

std::string WireLog::render(const Line& line) const {
    std::string_view bytes = line.bytes;
    if (line.dropped == 0 && bytes.ends_with('\r')) {
        bytes.remove_suffix(1);
    }
    std::vector<Range> ranges;
    find_forms(bytes, forms_, ranges);
    find_base64(bytes, secrets_, ranges);
    std::string out = line.side == '-' ? "-- " : std::string(1, line.side) + ": ";
    out += for_terminal(without(bytes, std::move(ranges), kLineBytes));
    if (out.size() > kLineBytes || line.dropped > 0 || bytes.size() > kLineBytes) {
        cut(out, std::min(out.size() + kCut.size(), kLineBytes));
    }
    return out;
}

std::vector<std::string> WireLog::lines() const {
    std::vector<std::string> out;
    out.reserve(head_.size() + tail_.size() + 1);
    for (const Line& line : head_) {
        out.push_back(render(line));
    }
    const std::uint64_t kept = head_.size() + tail_.size();
    if (total_ > kept) {
        out.push_back("-- " + std::to_string(total_ - kept) + " lines left out");
    }
    const std::size_t oldest = total_ > kept ? (total_ - kHeadLines) % kTailLines : 0;
    for (std::size_t i = 0; i < tail_.size(); ++i) {
        out.push_back(render(tail_[(oldest + i) % tail_.size()]));
    }
    return out;
}

} // namespace mailquotad::net
