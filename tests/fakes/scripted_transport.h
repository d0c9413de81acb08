// A server that plays a text script, in memory: the session code runs over it as over a socket.
//
// A script is lines. `#` lines and empty lines are skipped. The others, each a step, are played in order:
//
//   S: text        the server sends text CRLF. Steps S: become readable as soon as all C: before them were received.
//   S~: text       the same without CRLF.
//   S*500: text    sends the line 500 times; <n> in it counts 1, 2, 3, …
//   C: pattern     the client must write this line (its CRLF is not part of the pattern). `*` in the pattern stands
//                  for any characters, also none, also a star. Several C: may arrive in one write, or one in pieces.
//   STARTTLS       the client must call start_tls() now. Bytes it has not read by then make it fail, as on a socket.
//   CLOSE          the stream ends: read() gives 0 after everything before was read. Whatever the client still
//                  writes is kept and not compared. A script without CLOSE ends the stream after its last step,
//                  but there a further line of the client is a problem.
//   STALL          the server says nothing more: the next read() throws NetError timeout.
//   FAIL kind text the next read(), write() or start_tls() throws NetError of that kind ("FAIL tls bad record");
//                  as the first step: connect() throws it.
//   WAIT 30s       time passes before the server goes on: moves the FakeClock of the options, if there is one.
//
// Tags: a C: pattern that begins with the word TAG takes any tag and remembers it; an S: line that begins with TAG
// answers the oldest tag not answered yet, so pipelined commands are answered in order. To answer in another order,
// or twice, name them: `C: TAG1 NOOP`, `C: TAG2 NOOP`, `S: TAG2 OK`, `S: TAG1 OK` (TAG and letters or digits).
// Bytes: <x00> to <xFF> stand for one byte, in S: and in C: lines. UTF-8 may be written as it is.
//
// What the client does wrong is noted in Conversation::problems and thrown as NetError internal; a read() where the
// script waits for the client is a problem too, thrown as NetError timeout. A test ends with CHECK(c.clean()).
#pragma once

#include "fakes/fake_clock.h"
#include "net/transport.h"
#include "net/wire_log.h"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::fakes {

struct ScriptOptions {
    std::size_t chunk = SIZE_MAX; ///< bytes that one read() gives at most; 1 is the hardest
    FakeClock* clock = nullptr;   ///< moved by WAIT
};

/// What happened on one connection. Outlives the transport.
struct Conversation {
    std::string sent;                  ///< every byte the client wrote
    std::string sent_unprotected;      ///< those before TLS was up
    std::string sent_secret;           ///< those written with `secret`
    std::vector<std::string> lines;    ///< complete lines of the client, without CRLF
    std::vector<std::string> problems; ///< where the client left the script
    std::vector<std::string> blanked;  ///< texts given to blank()
    net::Traffic traffic;              ///< as the transport counted it
    bool finished = false;             ///< every step was played and every byte read
    bool closed = false;               ///< the client called close() or destroyed the transport

    /// Nothing went beside the script, and the script was played to its end.
    [[nodiscard]] bool clean() const { return problems.empty() && finished; }
    /// The problems in one text, for INFO().
    [[nodiscard]] std::string report() const;
};

/// One step of a script.
struct ScriptStep {
    enum class Kind { server, client, starttls, close, stall, fail, wait };
    Kind kind = Kind::server;
    std::string text; ///< bytes to send, pattern to match, or detail of a failure
    std::string tag;  ///< "TAG…" where the line begins with one; not in `text`
    std::size_t repeat = 1;
    FailureKind failure = FailureKind::timeout;
    Seconds duration{0};
};

/// Reads a script. Throws std::invalid_argument with the number of the line that is wrong.
std::vector<ScriptStep> parse_script(std::string_view text);

class ScriptedTransport final : public net::Transport {
public:
    /// A conversation that already is connected; `is_protected` as after implicit TLS.
    ScriptedTransport(std::string_view script, bool is_protected, const ScriptOptions& options = {});
    /// As the connector makes it: with deadline and byte limit.
    ScriptedTransport(std::vector<ScriptStep> script, const net::ConnectOptions& connect, const ScriptOptions& options);
    ~ScriptedTransport() override;

    std::size_t read(std::span<char> buffer) override;
    void write(std::string_view bytes, bool secret = false) override;
    void start_tls() override;
    [[nodiscard]] bool is_protected() const override { return protected_; }
    [[nodiscard]] const net::Traffic& traffic() const override { return conversation_->traffic; }
    [[nodiscard]] std::vector<std::string> wire_log() const override { return log_.lines(); }
    void blank(std::string_view secret_text) override;
    void close() noexcept override;

    [[nodiscard]] std::shared_ptr<const Conversation> conversation() const { return conversation_; }

private:
    [[nodiscard]] const ScriptStep* step() const;
    [[noreturn]] void problem(FailureKind kind, const std::string& text);
    void check_deadline() const;
    void play();
    void send(const ScriptStep& step);
    void send_once(const ScriptStep& step, const std::string& text);
    void compare(const std::string& line);
    bool wait_for_output();
    void count_flight();

    std::vector<ScriptStep> script_;
    std::size_t at_ = 0;
    ScriptOptions options_;
    std::optional<os::Deadline> deadline_;
    std::int64_t max_total_bytes_ = INT64_MAX;
    bool protected_ = false;
    bool awaiting_flight_ = true;
    std::string readable_;
    std::size_t read_at_ = 0;
    std::size_t repeated_ = 0;           ///< of the current S*n: step
    std::string pending_;                ///< an incomplete line of the client
    std::deque<std::string> lines_;      ///< of the client, not compared yet
    std::deque<std::string> unanswered_; ///< tags
    std::map<std::string, std::string> named_tags_;
    net::WireLog log_;
    std::shared_ptr<Conversation> conversation_ = std::make_shared<Conversation>();
};

/// Gives each connect() the next script; NetError connect when there is none left.
class ScriptedConnector final : public net::Connector {
public:
    explicit ScriptedConnector(std::string_view script, const ScriptOptions& options = {});
    explicit ScriptedConnector(const std::vector<std::string>& scripts, const ScriptOptions& options = {});

    std::unique_ptr<net::Transport> connect(const net::ConnectOptions& options) override;

    /// Another connection after those before.
    void add(std::string_view script);

    /// One per connect() that succeeded.
    [[nodiscard]] const std::vector<std::shared_ptr<const Conversation>>& conversations() const {
        return conversations_;
    }
    /// The last of them; there must be one.
    [[nodiscard]] const Conversation& conversation() const { return *conversations_.back(); }
    /// What connect() was asked for, one per call.
    [[nodiscard]] const std::vector<net::ConnectOptions>& requests() const { return requests_; }

private:
    std::deque<std::vector<ScriptStep>> scripts_;
    ScriptOptions options_;
    std::vector<std::shared_ptr<const Conversation>> conversations_;
    std::vector<net::ConnectOptions> requests_;
};

/// Whether `pattern`, in which `*` stands for any characters, matches the whole text.
bool matches(std::string_view pattern, std::string_view text);

} // namespace mailquotad::fakes
