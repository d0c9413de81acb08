#include "pop3/maildrop.h"

#include "core/byte_size.h"
#include "pop3/words.h"

#include <algorithm>
#include <string>
#include <vector>

namespace mailquotad::pop3 {

namespace {

// A LIST that names a few more messages than STAT is only wrong; one that goes on and on means harm.
constexpr std::int64_t kMoreThanTold = 1000;

Maildrop read_stat(const Reply& answer) {
    Maildrop drop;
    std::string_view words = answer.text;
    if (answer.ok) {
        drop.messages = parse_number(take_word(words));
        drop.size_bytes = drop.messages ? parse_number(take_word(words)) : std::nullopt;
    }
    // Rule `messages_without_size`: a server that does not know the sizes says 0.
    if (drop.messages.value_or(0) > 0 && drop.size_bytes == 0) {
        drop.size_bytes.reset();
    }
    return drop;
}

void read_list(Session& session, Maildrop& drop) {
    std::int64_t messages = 0;
    std::int64_t size = 0;
    const std::int64_t at_most =
        std::min(saturating_add(drop.messages.value_or(kMaxMessages), kMoreThanTold), kMaxMessages);
    session.read_lines(
        [&](std::string_view line) {
            std::string_view rest = line;
            const auto number = parse_number(take_word(rest));
            const auto octets = parse_number(take_word(rest));
            if (!number || !octets) {
                throw net::NetError(FailureKind::protocol,
                                    "this is no line of LIST: " + std::string(line.substr(0, 100)));
            }
            ++messages;
            size = saturating_add(size, *octets);
        },
        static_cast<std::size_t>(at_most));
    const bool is_whole = !drop.messages || *drop.messages == messages;
    drop.messages = drop.messages.value_or(messages);
    if (is_whole && (size > 0 || messages == 0)) {
        drop.size_bytes = size;
    }
}

void ask_again(Session& session, Maildrop& drop, bool pipelining) {
    std::vector<Command> commands;
    if (!drop.size_bytes) {
        commands.push_back(Command::list());
    }
    if (drop.size_bytes || pipelining) {
        commands.push_back(Command::quit());
    }
    session.send(commands);
}

} // namespace

Maildrop measure(Session& session, StatWorth& worth, bool pipelining) {
    const bool one_flight = pipelining && worth != StatWorth::unknown;
    bool lists = one_flight && worth == StatWorth::useless;
    std::vector<Command> commands{Command::stat()};
    if (lists) {
        commands.push_back(Command::list());
    }
    if (one_flight) {
        commands.push_back(Command::quit());
    }
    session.send(commands);
    const Reply answer = session.read_reply();
    Maildrop drop = read_stat(answer);
    worth = drop.size_bytes ? StatWorth::tells : StatWorth::useless;
    if (!one_flight) {
        lists = !drop.size_bytes;
        ask_again(session, drop, pipelining);
    }
    if (lists && session.read_reply().ok) {
        read_list(session, drop);
    }
    if (!drop.messages) {
        throw net::NetError(answer.ok ? FailureKind::protocol : classify_refusal(answer, FailureKind::protocol),
                            "the server does not tell how many messages there are: " + to_string(answer));
    }
    if (lists && !pipelining) {
        session.send({{Command::quit()}});
    }
    session.read_farewell();
    return drop;
}

} // namespace mailquotad::pop3
