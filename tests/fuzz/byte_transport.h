// A server made of arbitrary bytes. The byte 0x1E parts them into what is sent before and after the client's next
// write, so that answers can come after their questions.
#pragma once

#include "net/transport.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::fuzz {

/// Traps where the client has written what it never must.
using CheckWritten = void(std::string_view bytes);

/// Calls `is_allowed` for each line of what was written in one piece, without its CR LF; traps where it says no.
template <typename IsAllowed>
void check_lines(std::string_view bytes, IsAllowed is_allowed) {
    while (!bytes.empty()) {
        const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
        if (!is_allowed(line)) {
            __builtin_trap();
        }
        bytes.remove_prefix(std::min(line.size() + 2, bytes.size()));
    }
}

/// Whether a line could be an answer to a challenge: base64, or nothing.
inline bool is_sasl_answer(std::string_view line) {
    return line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
           std::string_view::npos;
}

class ByteTransport final : public net::Transport {
public:
    static constexpr char kPart = 0x1E;

    ByteTransport(std::string_view bytes, bool is_protected, CheckWritten* check = nullptr)
        : bytes_(bytes), protected_(is_protected), check_(check) {}

    std::size_t read(std::span<char> buffer) override {
        if (bytes_.starts_with(kPart)) { // the client waits for more without having written: it gets it
            bytes_.remove_prefix(1);
        }
        const std::string_view part = bytes_.substr(0, std::min(bytes_.find(kPart), buffer.size()));
        std::copy(part.begin(), part.end(), buffer.begin());
        bytes_.remove_prefix(part.size());
        traffic_.bytes_received += static_cast<std::int64_t>(part.size());
        return part.size();
    }
    void write(std::string_view bytes, bool /*secret*/) override {
        if (check_ != nullptr) {
            check_(bytes);
        }
        traffic_.bytes_sent += static_cast<std::int64_t>(bytes.size());
    }
    void start_tls() override { protected_ = true; }
    [[nodiscard]] bool is_protected() const override { return protected_; }
    [[nodiscard]] const net::Traffic& traffic() const override { return traffic_; }
    [[nodiscard]] std::vector<std::string> wire_log() const override { return {}; }
    void blank(std::string_view /*secret_text*/) override {}
    void close() noexcept override {}

private:
    std::string_view bytes_;
    net::Traffic traffic_;
    bool protected_;
    CheckWritten* check_;
};

/// Gives one transport over the given bytes; TLS where the endpoint has it from the first byte.
class ByteConnector final : public net::Connector {
public:
    ByteConnector(std::string_view bytes, CheckWritten* check) : bytes_(bytes), check_(check) {}
    std::unique_ptr<net::Transport> connect(const net::ConnectOptions& options) override {
        return std::make_unique<ByteTransport>(bytes_, options.endpoint.tls == TlsMode::implicit, check_);
    }

private:
    std::string_view bytes_;
    CheckWritten* check_;
};

} // namespace mailquotad::fuzz
