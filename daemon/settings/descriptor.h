// Owns a file descriptor.
#pragma once

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace mailquotad::settings {

/// Closes the descriptor at its end; move-only; -1 is none.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    /// The number itself; stays owned.
    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
    /// Closes early; errno stays as it was.
    void close() noexcept {
        const int error = errno;
        if (number_ >= 0)
            ::close(std::exchange(number_, -1));
        errno = error;
    }

private:
    int number_;
};

} // namespace mailquotad::settings
