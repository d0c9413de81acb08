// What a server says it can do (RFC 2449), and what follows from it.
#pragma once

#include "core/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::pop3 {

class Capabilities {
public:
    /// Takes one line of the answer to CAPA: a name and its arguments. Control characters and more than 100 lines or
    /// 200 bytes in one are dropped.
    void add(std::string_view line);

    /// Whether a capability is named; `name` in upper case.
    [[nodiscard]] bool has(std::string_view name) const;
    /// Whether SASL names this mechanism (RFC 5034); `mechanism` in upper case.
    [[nodiscard]] bool has_sasl(std::string_view mechanism) const;
    /// How long after a login the server wants no other one; at most a day is believed, so that no server can stop
    /// the measuring for good. Nothing where it wants no delay.
    [[nodiscard]] std::optional<Seconds> login_delay() const;

    /// The lines, upper case, separated by ", ".
    [[nodiscard]] std::string text() const;
    /// Reads what text() writes.
    static Capabilities from_text(std::string_view text);

private:
    [[nodiscard]] std::optional<std::string_view> arguments(std::string_view name) const;

    std::vector<std::string> lines_;
};

} // namespace mailquotad::pop3
