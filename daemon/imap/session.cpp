#include "imap/session.h"

#include "core/ascii.h"
#include "core/one_piece.h"
#include "core/secret.h"

#include <algorithm>
#include <charconv>

namespace mailquotad::imap {

namespace {

// Nobody asked for these; a server that sends this many only wants to keep us busy.
constexpr int kMaxIgnored = 100'000;
// LIST, STATUS and QUOTA lines; FETCH lines are as many as there are messages.
constexpr int kMaxDataLines = 200'000;

[[noreturn]] void broken(const std::string& what) {
    throw net::NetError(FailureKind::protocol, what);
}

[[noreturn]] void ended_by(const Condition& bye) {
    throw net::NetError(classify_refusal(bye, FailureKind::protocol),
                        "the server ended the conversation: " + to_string(bye));
}

std::string excerpt(std::string_view line) {
    return std::string(line.substr(0, 100));
}

} // namespace

/// Commands that were sent together, and what has come back.
struct Session::Flight {
    std::vector<std::string> tags;
    std::vector<std::optional<Condition>> answers;
    bool ends_with_log_out = false;
    std::int64_t sent_at = 0; ///< bytes that had been received when it was sent
    bool wants_continuation = false;
    const OnAnswered* on_answered = nullptr;

    [[nodiscard]] std::size_t first_unanswered() const {
        return static_cast<std::size_t>(
            std::find_if(answers.begin(), answers.end(), [](const auto& answer) { return !answer; }) - answers.begin());
    }
    [[nodiscard]] bool only_log_out_left() const {
        return ends_with_log_out && first_unanswered() + 1 >= answers.size();
    }
};

std::string Session::next_tag() {
    return "A" + std::to_string(++commands_);
}

void Session::write(std::string text, bool secret) {
    transport_.write(text, secret);
    if (secret) {
        wipe(text);
    }
}

std::string_view Session::next_line() {
    while (true) {
        const std::string_view line = reader_.next();
        if (!line.empty()) {
            return line;
        }
        if (++ignored_ > kMaxIgnored) { // rule `empty_line`: tolerated, but not for ever
            throw net::NetError(FailureKind::limit, "the server sends nothing but empty lines");
        }
    }
}

Condition Session::greet() {
    std::string_view line;
    try {
        line = next_line();
    } catch (const net::NetError& error) {
        if (error.kind() == FailureKind::protocol) {
            throw net::NetError(FailureKind::greeting, std::string("there was no greeting: ") + error.what());
        }
        throw;
    }
    auto greeting = line.starts_with("* ") ? parse_condition(line.substr(2)) : std::nullopt;
    if (!greeting || greeting->kind == ConditionKind::no || greeting->kind == ConditionKind::bad) {
        throw net::NetError(FailureKind::greeting, "this is no IMAP greeting: " + excerpt(line));
    }
    note_capabilities(*greeting);
    return *greeting;
}

void Session::note_capabilities(const Condition& condition) {
    if (condition.code == "CAPABILITY") {
        capabilities_ = Capabilities(condition.arguments);
    }
}

void Session::handle_untagged(std::string_view line, std::size_t command, const OnUntagged& on_untagged) {
    Cursor body(line.substr(2));
    body.skip_spaces(); // rule `double_space`
    Untagged response{.keyword = {}, .number = body.number(), .body = body, .command = command, .condition = nullptr};
    body.skip_spaces();
    const auto condition = response.number ? std::nullopt : parse_condition(body.rest());
    if (condition) {
        response.condition = &*condition;
        note_capabilities(*condition);
        if (condition->kind == ConditionKind::bye) {
            bye_ = condition;
        }
    }
    response.keyword = body.atom().value_or("");
    body.skip_spaces();
    response.body = body;
    if (equals_ignoring_case(response.keyword, "CAPABILITY")) {
        capabilities_ = Capabilities(body.rest());
    } else if ((!on_untagged || !on_untagged(response)) && ++ignored_ > kMaxIgnored) {
        throw net::NetError(FailureKind::limit, "the server sends more than anybody asked for");
    }
    if (!response.number && ++data_lines_ > kMaxDataLines) {
        throw net::NetError(FailureKind::limit, "the server never stops answering");
    }
}

void Session::handle_tagged(std::string_view line, Flight& flight) {
    const std::string_view tag = line.substr(0, line.find(' '));
    const auto found = std::find(flight.tags.begin(), flight.tags.end(), tag);
    const auto index = static_cast<std::size_t>(found - flight.tags.begin());
    if (found == flight.tags.end() || flight.answers[index]) {
        broken("the server answers a command that was not sent: " + excerpt(line));
    }
    if (reader_.response_began_at() < flight.sent_at) {
        broken("the server answered before it was asked");
    }
    auto condition = tag.size() < line.size() ? parse_condition(line.substr(tag.size() + 1)) : std::nullopt;
    if (!condition || condition->kind == ConditionKind::bye || condition->kind == ConditionKind::preauth) {
        broken("the server's answer is neither OK nor NO nor BAD: " + excerpt(line));
    }
    note_capabilities(*condition);
    flight.answers[index] = std::move(condition);
    if (flight.on_answered != nullptr && *flight.on_answered) {
        (*flight.on_answered)(index, *flight.answers[index]);
    }
}

/// Reads up to the next tagged condition (true) or to a wanted continuation (false).
bool Session::read_flight(Flight& flight, const OnUntagged& on_untagged) {
    while (true) {
        const std::string_view line = next_line();
        if (line.starts_with("* ")) {
            handle_untagged(line, flight.first_unanswered(), on_untagged);
            if (bye_ && flight.only_log_out_left()) {
                return true;
            }
        } else if (line.starts_with('+')) {
            if (!flight.wants_continuation) {
                broken("the server asks to go on where nothing is to come");
            }
            return false;
        } else {
            handle_tagged(line, flight);
            return true;
        }
    }
}

void Session::land(Flight& flight, const OnUntagged& on_untagged) {
    try {
        while (flight.first_unanswered() < flight.answers.size()) {
            read_flight(flight, on_untagged);
            if (bye_ && flight.only_log_out_left()) {
                break;
            }
        }
    } catch (const net::NetError&) {
        // Everything that was asked is here: whether the farewell arrives changes nothing.
        if (!flight.only_log_out_left()) {
            if (bye_) {
                ended_by(*bye_);
            }
            throw;
        }
    }
    logged_out_ = flight.ends_with_log_out;
}

std::vector<Condition> Session::fly(const std::vector<Command>& commands, const OnUntagged& on_untagged,
                                    const OnAnswered& on_answered) {
    Flight flight;
    flight.on_answered = &on_answered;
    std::string text;
    bool secret = false;
    for (const Command& command : commands) {
        flight.tags.push_back(next_tag());
        std::string longer = in_one_piece({text, flight.tags.back(), " ", command.pieces().front().text, "\r\n"});
        wipe(text);
        text = std::move(longer);
        secret = secret || command.pieces().front().secret;
        flight.ends_with_log_out = command.is_log_out();
    }
    flight.answers.resize(commands.size());
    flight.sent_at = reader_.received();
    write(text, secret);
    land(flight, on_untagged);
    std::vector<Condition> result;
    for (auto& answer : flight.answers) {
        result.push_back(answer ? std::move(*answer)
                                : Condition{.kind = ConditionKind::ok, .code = {}, .arguments = {}, .text = {}});
    }
    return result;
}

Condition Session::run(const Command& command, const OnUntagged& on_untagged) {
    Flight flight;
    flight.tags.push_back(next_tag());
    flight.answers.resize(1);
    flight.ends_with_log_out = command.is_log_out();
    const auto& pieces = command.pieces();
    std::string prefix = flight.tags.back() + " ";
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const bool is_last = i + 1 == pieces.size();
        flight.sent_at = reader_.received();
        flight.wants_continuation = !is_last;
        write(in_one_piece({prefix, pieces[i].text, is_last ? "\r\n" : ""}), pieces[i].secret);
        prefix.clear();
        if (!is_last && read_flight(flight, on_untagged)) {
            return *flight.answers.front(); // refused before the literal was sent
        }
    }
    land(flight, on_untagged);
    return flight.answers.front().value_or(
        Condition{.kind = ConditionKind::ok, .code = {}, .arguments = {}, .text = {}});
}

void Session::start_tls() {
    const Condition answer = run(Command::start_tls());
    if (!answer.ok()) {
        throw net::NetError(FailureKind::tls, "the server refused STARTTLS: " + to_string(answer));
    }
    if (reader_.has_unread()) {
        throw net::NetError(FailureKind::tls,
                            "plain text came after the answer to STARTTLS: somebody may be injecting it");
    }
    transport_.start_tls();
    forget_capabilities(); // RFC 3501 section 6.2.1
}

Condition Session::authenticate(net::SaslClient& client, bool initial_response) {
    Flight flight;
    flight.tags.push_back(next_tag());
    flight.answers.resize(1);
    flight.wants_continuation = true;
    net::SaslExchange exchange(client);
    std::optional<std::string> first;
    if (initial_response) {
        first = exchange.initial_response(SIZE_MAX);
    }
    const Command command =
        first ? Command::authenticate(client.mechanism(), *first) : Command::authenticate(client.mechanism());
    flight.sent_at = reader_.received();
    write(in_one_piece({flight.tags.front(), " ", command.pieces().front().text, "\r\n"}),
          command.pieces().front().secret);
    if (first) {
        wipe(*first);
    }
    while (!flight.answers.front()) {
        const std::string_view line = next_line();
        if (line.starts_with("* ")) {
            handle_untagged(line, 0, {});
        } else if (line.starts_with('+')) {
            std::string answer = exchange.answer(line.substr(1));
            write(in_one_piece({answer, "\r\n"}), true);
            wipe(answer);
        } else {
            handle_tagged(line, flight);
        }
        if (bye_ && !flight.answers.front()) {
            ended_by(*bye_);
        }
    }
    if (flight.answers.front()->ok() && !client.satisfied()) {
        broken("the server said OK before it had proved that it knows the password");
    }
    return *flight.answers.front();
}

} // namespace mailquotad::imap
