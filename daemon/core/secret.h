// A password or token that cannot be printed by accident and is wiped when it is no longer needed.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace mailquotad {

/// Owns a secret text; the memory is overwritten before it is given back. Cannot be streamed,
/// formatted or compared; reveal() is the one way to its content and easy to search for.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(const Secret& other) = default;
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
    Secret& operator=(Secret other) noexcept {
        wipe();
        text_.swap(other.text_);
        return *this;
    }
    ~Secret() { wipe(); }

    /// The secret itself; valid as long as this object.
    [[nodiscard]] std::string_view reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

private:
    void wipe() noexcept;
    std::string text_;
};

/// Overwrites the characters of a string in a way that the compiler keeps.
void wipe(std::string& text) noexcept;

} // namespace mailquotad
