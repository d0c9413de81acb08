#include "catch.h"

#include "core/byte_size.h"

#include <rapidcheck.h>

using namespace mailquotad;

namespace {

std::int64_t bytes_of(std::string_view text) {
    const auto size = parse_byte_size(text);
    REQUIRE(size);
    return size->bytes;
}

} // namespace

TEST_CASE("a sum saturates at the largest count") {
    CHECK(saturating_add(1, 2) == 3);
    CHECK(saturating_add(0, kMaxCount) == kMaxCount);
    CHECK(saturating_add(kMaxCount - 1, 1) == kMaxCount);
    CHECK(saturating_add(kMaxCount, 1) == kMaxCount);
    CHECK(saturating_add(kMaxCount, kMaxCount) == kMaxCount);
}

TEST_CASE("a product saturates at the largest count") {
    CHECK(saturating_multiply(6, 7) == 42);
    CHECK(saturating_multiply(0, kMaxCount) == 0);
    CHECK(saturating_multiply(kMaxCount, 1) == kMaxCount);
    CHECK(saturating_multiply(kMaxCount / 1024, 1024) == kMaxCount / 1024 * 1024);
    CHECK(saturating_multiply(kMaxCount / 1024 + 1, 1024) == kMaxCount);
    CHECK(saturating_multiply(kMaxCount, kMaxCount) == kMaxCount);
}

TEST_CASE("every unit of the settings is read") {
    CHECK(bytes_of("0B") == 0);
    CHECK(bytes_of("1234B") == 1234);
    CHECK(bytes_of("1kB") == 1'000);
    CHECK(bytes_of("1KiB") == 1'024);
    CHECK(bytes_of("1MB") == 1'000'000);
    CHECK(bytes_of("500MiB") == 524'288'000);
    CHECK(bytes_of("5GB") == 5'000'000'000);
    CHECK(bytes_of("1GiB") == 1'073'741'824);
    CHECK(bytes_of("2TB") == 2'000'000'000'000);
    CHECK(bytes_of("6TiB") == 6'597'069'766'656);
}

TEST_CASE("decimals and one space are allowed in a size") {
    CHECK(bytes_of("1.5 GB") == 1'500'000'000);
    CHECK(bytes_of("1.5GiB") == 1'610'612'736);
    CHECK(bytes_of("0.5kB") == 500);
    CHECK(bytes_of("007 MB") == 7'000'000);
    CHECK(bytes_of("2.000001MB") == 2'000'001);
    CHECK(bytes_of("0.999999TiB") == 1'099'510'528'264);
    CHECK(bytes_of("1.1KiB") == 1'126);
}

TEST_CASE("a size at the end of the range is read exactly, one beyond is refused") {
    CHECK(bytes_of("9223372036854775807B") == kMaxCount);
    CHECK_FALSE(parse_byte_size("9223372036854775808B"));
    CHECK(bytes_of("8388607TiB") == 8'388'607 * (1LL << 40));
    CHECK_FALSE(parse_byte_size("8388608TiB"));
    CHECK(parse_byte_size("8388607.999999TiB"));
    CHECK_FALSE(parse_byte_size("9223372036854775.9kB"));
    CHECK_FALSE(parse_byte_size("99999999999999999999999999B"));
}

TEST_CASE("what is no size is refused") {
    const char* bad = GENERATE("", " ", "B", "MiB", "5", "5 ", "5.", "5.MB", ".5MB", "-5MB", "+5MB", "5mb", "5KB",
                               "5Mb", "5 MB ", " 5MB", "5  MB", "5\tMB", "5,5MB", "5e3MB", "0x5MB", "5MBit", "0.5B",
                               "1.1234567MB", "1.5.5MB", "5PB", "infMB", "nanB", "5\xC2\xA0MB");
    CAPTURE(bad);
    CHECK_FALSE(parse_byte_size(bad));
}

TEST_CASE("a size with a NUL inside is refused") {
    CHECK_FALSE(parse_byte_size(std::string_view("5M\0B", 4)));
}

TEST_CASE("a size is written the shortest exact way") {
    CHECK(to_string(ByteSize{0}) == "0B");
    CHECK(to_string(ByteSize{1}) == "1B");
    CHECK(to_string(ByteSize{1'234}) == "1234B");
    CHECK(to_string(ByteSize{1'000}) == "1kB");
    CHECK(to_string(ByteSize{1'024}) == "1KiB");
    CHECK(to_string(ByteSize{524'288'000}) == "500MiB");
    CHECK(to_string(ByteSize{5'000'000'000}) == "5GB");
    CHECK(to_string(ByteSize{1'000'000'000'000}) == "1TB");
    CHECK(to_string(ByteSize{6'597'069'766'656}) == "6TiB");
    CHECK(to_string(ByteSize{kMaxCount}) == "9223372036854775807B");
}

TEST_CASE("every size that is written is read back as the same") {
    CHECK(rc::check("round trip", [](std::uint64_t raw) {
        const ByteSize size{static_cast<std::int64_t>(raw >> 1U)};
        RC_ASSERT(parse_byte_size(to_string(size)) == size);
    }));
    CHECK(rc::check("round trip of whole units", [] {
        const std::int64_t unit = *rc::gen::element<std::int64_t>(1'000, 1'024, 1'000'000, 1LL << 20, 1LL << 40);
        const ByteSize size{*rc::gen::inRange<std::int64_t>(0, 8'000'000) * unit};
        RC_ASSERT(parse_byte_size(to_string(size)) == size);
    }));
}
