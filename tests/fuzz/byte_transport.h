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

class ByteTransport final : public net::Transport {
public:
    static constexpr char kPart = 0x1E;

    ByteTransport(std::string_view bytes, bool is_protected) : bytes_(bytes), protected_(is_protected) {}

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
        check_read_only(bytes);
        traffic_.bytes_sent += static_cast<std::int64_t>(bytes.size());
    }
    void start_tls() override { protected_ = true; }
    [[nodiscard]] bool is_protected() const override { return protected_; }
    [[nodiscard]] const net::Traffic& traffic() const override { return traffic_; }
    [[nodiscard]] std::vector<std::string> wire_log() const override { return {}; }
    void blank(std::string_view /*secret_text*/) override {}
    void close() noexcept override {}

private:
    // Whatever a server sends, it never makes the client write a line that changes something.
    static void check_read_only(std::string_view bytes) {
        while (bytes.starts_with('A')) {
            const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
            const std::string_view command = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
            constexpr std::string_view kAllowed[] = {"CAPABILITY", "STARTTLS",   "LOGIN ",    "AUTHENTICATE ",
                                                     "NAMESPACE",  "LIST \"\" ", "STATUS \"", "GETQUOTAROOT \"",
                                                     "EXAMINE \"", "UID FETCH ", "LOGOUT"};
            const bool is_allowed = std::any_of(std::begin(kAllowed), std::end(kAllowed),
                                                [&](std::string_view word) { return command.starts_with(word); });
            // A SASL answer is base64 and may begin with an A, but holds no space.
            if (!is_allowed && line.find(' ') != std::string_view::npos) {
                __builtin_trap();
            }
            bytes.remove_prefix(std::min(line.size() + 2, bytes.size()));
        }
    }

    std::string_view bytes_;
    net::Traffic traffic_;
    bool protected_;
};

/// Gives one transport over the given bytes; TLS where the endpoint has it from the first byte.
class ByteConnector final : public net::Connector {
public:
    explicit ByteConnector(std::string_view bytes) : bytes_(bytes) {}
    std::unique_ptr<net::Transport> connect(const net::ConnectOptions& options) override {
        return std::make_unique<ByteTransport>(bytes_, options.endpoint.tls == TlsMode::implicit);
    }

private:
    std::string_view bytes_;
};

} // namespace mailquotad::fuzz
