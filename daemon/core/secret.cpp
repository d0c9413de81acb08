#include "core/secret.h"

namespace mailquotad {

void Secret::wipe() noexcept {
    mailquotad::wipe(text_);
}

void wipe(std::string& text) noexcept {
    // Up to the capacity, which needs no new memory: a short text that was moved away leaves its characters in the
    // old object, a text that was shortened leaves its end.
    text.resize(text.capacity());
    volatile char* c = text.data();
    for (std::size_t i = 0; i < text.size(); ++i)
        c[i] = '\0';
    text.clear();
}

} // namespace mailquotad
