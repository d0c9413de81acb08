#include "fakes/scripted_transport.h"

#include <algorithm>
#include <utility>

namespace mailquotad::fakes {

using Kind = ScriptStep::Kind;

std::string Conversation::report() const {
    std::string out;
    for (const std::string& problem : problems) {
        out += problem + "\n";
    }
    return out + (finished ? "script finished" : "script not finished");
}

ScriptedTransport::ScriptedTransport(std::string_view script, bool is_protected, const ScriptOptions& options)
    : script_(parse_script(script)), options_(options), protected_(is_protected) {
    conversation_->traffic.round_trips = 1;
    if (protected_) {
        conversation_->traffic.round_trips += 1;
        conversation_->traffic.tls_version = "TLS1.3";
    }
    play();
}

ScriptedTransport::ScriptedTransport(std::vector<ScriptStep> script, const net::ConnectOptions& connect,
                                     const ScriptOptions& options)
    : ScriptedTransport("", connect.endpoint.tls == TlsMode::implicit, options) {
    script_ = std::move(script);
    deadline_ = connect.deadline;
    max_total_bytes_ = connect.max_total_bytes;
    conversation_->finished = false;
    play();
}

ScriptedTransport::~ScriptedTransport() {
    close();
}

const ScriptStep* ScriptedTransport::step() const {
    return at_ < script_.size() ? &script_[at_] : nullptr;
}

void ScriptedTransport::problem(FailureKind kind, const std::string& text) {
    conversation_->problems.push_back(text);
    throw net::NetError(kind, "script: " + text);
}

void ScriptedTransport::check_deadline() const {
    if (deadline_ && deadline_->passed()) {
        throw net::NetError(FailureKind::timeout, "the deadline has passed");
    }
}

/// Goes on until the client has to do something. Repeated lines are made as they are read, so that a million of
/// them need no memory; lines of the client wait meanwhile.
void ScriptedTransport::play() {
    constexpr std::size_t kEnough = 1 << 16;
    bool goes_on = true;
    while (goes_on) {
        const Kind kind = step() ? step()->kind : Kind::close;
        if (kind == Kind::server && readable_.size() - read_at_ < kEnough) {
            send(*step());
        } else if (!lines_.empty() && (kind == Kind::client || kind == Kind::starttls || !step())) {
            const std::string line = std::move(lines_.front());
            lines_.pop_front();
            compare(line);
        } else {
            goes_on = false;
        }
    }
    const bool last = at_ + 1 == script_.size() && step()->kind != Kind::client && step()->kind != Kind::starttls;
    conversation_->finished = read_at_ == readable_.size() && (!step() || last);
}

void ScriptedTransport::send(const ScriptStep& step) {
    if (repeated_ < step.repeat) {
        ++repeated_;
        std::string text = step.text;
        const std::size_t counter = step.repeat > 1 ? text.find("<n>") : std::string::npos;
        send_once(step, counter == std::string::npos ? text : text.replace(counter, 3, std::to_string(repeated_)));
    }
    if (repeated_ >= step.repeat) {
        repeated_ = 0;
        ++at_;
    }
}

void ScriptedTransport::send_once(const ScriptStep& step, const std::string& text) {
    if (read_at_ > 0 && read_at_ == readable_.size()) {
        readable_.clear();
        read_at_ = 0;
    }
    if (step.tag == "TAG") {
        if (unanswered_.empty()) {
            problem(FailureKind::internal, "no tag left to answer with: TAG" + text);
        }
        readable_ += unanswered_.front();
        unanswered_.pop_front();
    } else if (!step.tag.empty()) {
        const auto tag = named_tags_.find(step.tag);
        readable_ += tag == named_tags_.end() ? step.tag : tag->second;
    }
    readable_ += text;
}

void ScriptedTransport::compare(const std::string& line) {
    if (!step() || step()->kind != Kind::client) {
        problem(FailureKind::internal, "the client wrote, not in the script: " + line);
    }
    const ScriptStep& expected = *step();
    std::string_view rest = line;
    if (!expected.tag.empty()) {
        const std::string tag(rest.substr(0, rest.find(' ')));
        rest.remove_prefix(tag.size());
        expected.tag == "TAG" ? unanswered_.push_back(tag) : void(named_tags_[expected.tag] = tag);
    }
    if (!matches(expected.text, rest)) {
        problem(FailureKind::internal,
                "expected C: " + expected.tag + expected.text + " but the client wrote: " + line);
    }
    ++at_;
}

void ScriptedTransport::write(std::string_view bytes, bool secret) {
    if (conversation_->closed) {
        problem(FailureKind::internal, "write after close");
    }
    check_deadline();
    log_.sent(bytes, secret);
    awaiting_flight_ = true;
    conversation_->traffic.bytes_sent += static_cast<std::int64_t>(bytes.size());
    conversation_->sent += bytes;
    if (!protected_) {
        conversation_->sent_unprotected += bytes;
    }
    if (secret) {
        conversation_->sent_secret += bytes;
    }
    if (step() && step()->kind == Kind::fail) {
        throw net::NetError(step()->failure, step()->text);
    }
    pending_ += bytes;
    for (auto end = pending_.find("\r\n"); end != std::string::npos; end = pending_.find("\r\n")) {
        const std::string line = pending_.substr(0, end);
        pending_.erase(0, end + 2);
        conversation_->lines.push_back(line);
        lines_.push_back(line);
    }
    play();
}

/// True when there is something to read; false at the end of the stream.
bool ScriptedTransport::wait_for_output() {
    play();
    while (step() && step()->kind == Kind::wait && read_at_ == readable_.size()) {
        if (options_.clock) {
            options_.clock->advance(step()->duration);
        }
        ++at_;
        play();
    }
    if (read_at_ < readable_.size()) {
        return true;
    }
    if (!step() || step()->kind == Kind::close) {
        return false;
    }
    switch (step()->kind) {
    case Kind::fail:
        throw net::NetError(step()->failure, step()->text);
    case Kind::stall:
        throw net::NetError(FailureKind::timeout, "the server said nothing until the deadline");
    case Kind::starttls:
        problem(FailureKind::timeout, "the client reads where the script waits for STARTTLS");
    default:
        problem(FailureKind::timeout, "the client reads where the script waits for C: " + step()->tag + step()->text);
    }
}

void ScriptedTransport::count_flight() {
    conversation_->traffic.round_trips += awaiting_flight_ ? 1 : 0;
    awaiting_flight_ = false;
}

std::size_t ScriptedTransport::read(std::span<char> buffer) {
    if (conversation_->closed) {
        problem(FailureKind::internal, "read after close");
    }
    check_deadline();
    count_flight();
    if (!wait_for_output()) {
        return 0;
    }
    const std::size_t size = std::min({buffer.size(), options_.chunk, readable_.size() - read_at_});
    const std::string_view bytes = std::string_view(readable_).substr(read_at_, size);
    auto& received = conversation_->traffic.bytes_received;
    received += static_cast<std::int64_t>(size);
    if (received > max_total_bytes_) {
        throw net::NetError(FailureKind::limit,
                            "the server sent more than " + std::to_string(max_total_bytes_) + " bytes");
    }
    bytes.copy(buffer.data(), size);
    log_.received(bytes);
    read_at_ += size;
    play();
    return size;
}

void ScriptedTransport::start_tls() {
    check_deadline();
    if (step() && step()->kind == Kind::fail) {
        throw net::NetError(step()->failure, step()->text);
    }
    if (read_at_ < readable_.size()) {
        throw net::NetError(FailureKind::tls, "TLS handshake failed: the server sent text after its OK to STARTTLS");
    }
    if (!step() || step()->kind != Kind::starttls) {
        problem(FailureKind::tls, "the client starts TLS, not in the script");
    }
    ++at_;
    protected_ = true;
    conversation_->traffic.round_trips += 1;
    conversation_->traffic.tls_version = "TLS1.3";
    log_.note("TLS1.3");
    play();
}

void ScriptedTransport::blank(std::string_view secret_text) {
    conversation_->blanked.emplace_back(secret_text);
    log_.blank(secret_text);
}

void ScriptedTransport::close() noexcept {
    conversation_->closed = true;
}

ScriptedConnector::ScriptedConnector(std::string_view script, const ScriptOptions& options) : options_(options) {
    add(script);
}

ScriptedConnector::ScriptedConnector(const std::vector<std::string>& scripts, const ScriptOptions& options)
    : options_(options) {
    for (const std::string& script : scripts) {
        add(script);
    }
}

void ScriptedConnector::add(std::string_view script) {
    scripts_.push_back(parse_script(script));
}

std::unique_ptr<net::Transport> ScriptedConnector::connect(const net::ConnectOptions& options) {
    requests_.push_back(options);
    if (scripts_.empty()) {
        throw net::NetError(FailureKind::connect, "no script left for another connection");
    }
    std::vector<ScriptStep> script = std::move(scripts_.front());
    scripts_.pop_front();
    if (!script.empty() && script.front().kind == Kind::fail) {
        throw net::NetError(script.front().failure, script.front().text);
    }
    auto transport = std::make_unique<ScriptedTransport>(std::move(script), options, options_);
    conversations_.push_back(transport->conversation());
    return transport;
}

} // namespace mailquotad::fakes
