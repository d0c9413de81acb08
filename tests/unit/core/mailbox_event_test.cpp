#include "core/mailbox_event.h"

#include "catch.h"

namespace mailquotad {

TEST_CASE("every kind of event has its word, there and back", "[event]") {
    for (const EventKind kind : {EventKind::stage, EventKind::unreachable, EventKind::reachable, EventKind::freed})
        CHECK(parse_event_kind(to_string(kind)) == kind);
    CHECK_FALSE(parse_event_kind("moved"));
}

TEST_CASE("a clean-up is worth telling from 5 MB on, in a small mailbox from a hundredth", "[event]") {
    CHECK(is_cleared(5'000'000, std::nullopt));
    CHECK_FALSE(is_cleared(4'999'999, std::nullopt));
    CHECK_FALSE(is_cleared(4'999'999, 10'000'000'000));
    CHECK(is_cleared(1'000'000, 100'000'000));
    CHECK_FALSE(is_cleared(999'999, 100'000'000));
    CHECK_FALSE(is_cleared(0, 10));
    CHECK_FALSE(is_cleared(-5'000'000, std::nullopt));
}

} // namespace mailquotad
