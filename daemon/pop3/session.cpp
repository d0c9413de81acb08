#include "pop3/session.h"

#include "core/secret.h"

#include <algorithm>
#include <exception>
#include <string>

namespace mailquotad::pop3 {

namespace {

constexpr std::size_t kMaxCapabilityLines = 1000;

[[noreturn]] void fail(FailureKind kind, const std::string& detail) {
    throw net::NetError(kind, detail);
}

std::string excerpt(std::string_view line) {
    return std::string(line.substr(0, 100));
}

Reply read_as_reply(std::string_view line) {
    auto reply = parse_reply(line);
    if (!reply) {
        fail(FailureKind::protocol, "the server's answer is neither +OK nor -ERR: " + excerpt(line));
    }
    return std::move(*reply);
}

} // namespace

Reply Session::greet() {
    std::string_view line;
    try {
        line = reader_.next();
    } catch (const net::NetError& error) {
        if (error.kind() == FailureKind::protocol) {
            fail(FailureKind::greeting, std::string("there was no greeting: ") + error.what());
        }
        throw;
    }
    auto greeting = parse_reply(line);
    if (!greeting) {
        fail(FailureKind::greeting, "this is no POP3 greeting: " + excerpt(line));
    }
    return std::move(*greeting);
}

void Session::send(std::span<const Command> commands) {
    if (reader_.has_unread()) {
        fail(FailureKind::protocol, "the server answered before it was asked");
    }
    std::size_t size = 0;
    for (const Command& command : commands) {
        size += command.line().size() + 2;
    }
    std::string text;
    text.reserve(size);
    for (const Command& command : commands) {
        text.append(command.line()).append("\r\n");
    }
    const bool secret = std::any_of(commands.begin(), commands.end(), [](const Command& c) { return c.is_secret(); });
    commands_ += static_cast<int>(commands.size());
    quit_sent_ =
        quit_sent_ || std::any_of(commands.begin(), commands.end(), [](const Command& c) { return c.is_quit(); });
    transport_.write(text, secret);
    if (secret) {
        wipe(text);
    }
}

Reply Session::read_reply() {
    return read_as_reply(reader_.next());
}

Reply Session::run(const Command& command) {
    send({&command, 1});
    return read_reply();
}

void Session::read_lines(const std::function<void(std::string_view)>& on_line, std::size_t at_most) {
    for (std::size_t count = 0;; ++count) {
        std::string_view line = reader_.next();
        if (line == ".") {
            return;
        }
        if (count >= at_most) {
            fail(FailureKind::limit, "the server never stops answering");
        }
        if (line.starts_with('.')) {
            line.remove_prefix(1);
        }
        on_line(line);
    }
}

std::optional<Capabilities> Session::ask_capabilities() {
    if (!run(Command::capa()).ok) {
        return std::nullopt;
    }
    Capabilities result;
    read_lines([&](std::string_view line) { result.add(line); }, kMaxCapabilityLines);
    return result;
}

void Session::start_tls() {
    const Reply answer = run(Command::stls());
    if (!answer.ok) {
        fail(FailureKind::tls, "the server refused STLS: " + to_string(answer));
    }
    if (reader_.has_unread()) {
        fail(FailureKind::tls, "plain text came after the answer to STLS: somebody may be injecting it");
    }
    transport_.start_tls();
}

Reply Session::authenticate(net::SaslClient& client) {
    net::SaslExchange exchange(client);
    std::string text = exchange.initial_response(Command::kMaxInitialResponse).value_or("");
    const auto command = Command::auth(client.mechanism(), text);
    wipe(text);
    send({&command, 1});
    std::string_view line = reader_.next();
    while (line.starts_with('+') && !parse_reply(line)) {
        text = exchange.answer(line.substr(1));
        const auto answer = Command::sasl_answer(text);
        wipe(text);
        send({&answer, 1});
        --commands_; // the rest of AUTH, no command of its own
        line = reader_.next();
    }
    const Reply reply = read_as_reply(line);
    if (reply.ok && !client.satisfied()) {
        fail(FailureKind::protocol, "the server said +OK before it had proved that it knows the password");
    }
    return reply;
}

void Session::read_farewell() noexcept {
    try {
        reader_.next();
    } catch (const std::exception&) {
        // The numbers are here: whether the farewell arrives changes nothing.
    }
}

void Session::try_to_quit() noexcept {
    if (quit_sent_) {
        return;
    }
    try {
        const Command quit = Command::quit();
        transport_.write(quit.line() + "\r\n");
        ++commands_;
    } catch (const std::exception&) {
        // The server drops the lock as soon as it sees the end of the connection (RFC 1939 section 3).
    }
}

} // namespace mailquotad::pop3
