#include "catch.h"

#include "core/secret.h"

#include <type_traits>

using namespace mailquotad;

namespace {

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
    out << value;
};

} // namespace

TEST_CASE("a secret is revealed only when asked, and cannot be streamed or compared") {
    const Secret secret("geheim");
    CHECK(secret.reveal() == "geheim");
    CHECK_FALSE(secret.empty());
    CHECK(Secret().empty());
    STATIC_REQUIRE_FALSE(Streamable<Secret>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string>);
}

TEST_CASE("a secret that was moved away leaves nothing behind") {
    Secret from("kurz");
    const char* characters = from.reveal().data();
    const Secret to(std::move(from));
    CHECK(to.reveal() == "kurz");
    CHECK(from.empty()); // NOLINT(bugprone-use-after-move): the contract of this class
    CHECK(std::string_view(characters, 4) == std::string_view("\0\0\0\0", 4));
}

TEST_CASE("a secret can be copied, assigned and assigned to itself") {
    Secret one("eins");
    Secret two(one);
    one = Secret("zwei, lang genug für den freien Speicher");
    CHECK(two.reveal() == "eins");
    two = one;
    CHECK(two.reveal() == one.reveal());
    const Secret& same = two;
    two = same;
    CHECK(two.reveal() == one.reveal());
}

TEST_CASE("wiping overwrites also what was shortened away") {
    std::string text = "ein langes Geheimnis im freien Speicher";
    const char* characters = text.data();
    const std::size_t size = text.size();
    text.resize(3);
    wipe(text);
    CHECK(text.empty());
    CHECK(std::string_view(characters, size) == std::string(size, '\0'));
}
