#include "app/clock_watch.h"

#include <utility>

namespace mailquotad::app {

Seconds ClockWatch::measure() const {
    return clock_.now().time_since_epoch() - std::chrono::floor<Seconds>(clock_.steady().time_since_epoch());
}

Seconds ClockWatch::jump() {
    constexpr Seconds smallest = std::chrono::minutes(1);
    const Seconds before = std::exchange(apart_, measure());
    const Seconds moved = apart_ - before;
    return std::chrono::abs(moved) < smallest ? Seconds(0) : moved;
}

} // namespace mailquotad::app
