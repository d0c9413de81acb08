#include "pop3/reply.h"

#include "core/ascii.h"
#include "pop3/words.h"

#include <algorithm>
#include <iterator>

namespace mailquotad::pop3 {

namespace {

constexpr std::size_t kMaxText = 300;
constexpr std::size_t kMaxCode = 100;

// RFC 2449 section 8: levels are separated by "/", and an unknown deeper level means what its parent means.
bool is_code(std::string_view code, std::string_view known) {
    return code.starts_with(known) && (code.size() == known.size() || code[known.size()] == '/');
}

bool any_in(std::string_view text, const auto& words) {
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return contains_ignoring_case(text, word); });
}

void take_code(std::string_view& text, Reply& reply) {
    const std::size_t close = text.find(']');
    if (!text.starts_with('[') || close == std::string_view::npos || close > kMaxCode) {
        return;
    }
    const std::string_view code = text.substr(1, close - 1);
    if (code.empty() || code.find(' ') != std::string_view::npos) {
        return;
    }
    reply.code = upper(code);
    text.remove_prefix(close + 1);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

} // namespace

std::optional<Reply> parse_reply(std::string_view line) {
    const std::string_view word = take_word(line);
    Reply reply;
    reply.ok = upper(word) == "+OK";
    if (!reply.ok && upper(word) != "-ERR") {
        return std::nullopt;
    }
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!reply.ok) {
        take_code(line, reply);
    }
    reply.text = std::string(line.substr(0, kMaxText));
    return reply;
}

std::string to_string(const Reply& reply) {
    std::string result = reply.ok ? "+OK" : "-ERR";
    if (!reply.code.empty()) {
        result += " [" + reply.code + "]";
    }
    return reply.text.empty() ? result : result + " " + reply.text;
}

FailureKind classify_refusal(const Reply& reply, FailureKind otherwise) {
    constexpr std::string_view kLater[] = {"IN-USE", "LOGIN-DELAY", "SYS/TEMP"};
    constexpr std::string_view kRefused[] = {"AUTH", "SYS/PERM"};
    constexpr std::string_view kLaterWords[] = {
        "too many",         "try again later",   "try later",   "rate limit", "throttl", "temporar",
        "connection limit", "maximum number of", "server busy", "locked",     "in use",  "overload"};
    constexpr std::string_view kDisabledWords[] = {"plaintext authentication disallowed", "login is disabled",
                                                   "use stls", "use starttls"};
    const auto has_code = [&](const auto& codes) {
        return std::any_of(std::begin(codes), std::end(codes),
                           [&](std::string_view known) { return is_code(reply.code, known); });
    };
    // Before the codes: Dovecot says "[AUTH] Plaintext authentication disallowed on non-secure connections".
    if (any_in(reply.text, kDisabledWords)) {
        return FailureKind::login_disabled;
    }
    if (has_code(kRefused)) {
        return FailureKind::login_refused;
    }
    return has_code(kLater) || any_in(reply.text, kLaterWords) ? FailureKind::throttled : otherwise;
}

} // namespace mailquotad::pop3
