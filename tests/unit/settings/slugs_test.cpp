#include "catch.h"
#include "settings/readers.h"
#include "temporary_folder.h"

#include <set>

using namespace mailquotad::settings;

namespace {

Settings settings_with(const std::vector<std::string>& addresses) {
    Settings settings;
    for (const auto& address : addresses) {
        Mailbox mailbox;
        mailbox.address = address;
        mailbox.slug_is_derived = true;
        settings.mailboxes.push_back(mailbox);
    }
    return settings;
}

} // namespace

TEST_CASE("a derived slug depends on the address and the key, not on the case of the address") {
    CHECK(derived_slug("kim@verein.example", "key", 6) == derived_slug("Kim@Verein.example", "key", 6));
    CHECK(derived_slug("kim@verein.example", "key", 6) != derived_slug("kim@verein.example", "other", 6));
    CHECK(derived_slug("kim@verein.example", "key", 6) != derived_slug("kai@verein.example", "key", 6));
    CHECK(derived_slug("kim@verein.example", "key", 6).size() == 9);
    CHECK(derived_slug("kim@verein.example", "key", 6).starts_with("mb-"));
}

TEST_CASE("the hash is HMAC-SHA256 as RFC 4231 computes it") {
    CHECK(derived_slug("what do ya want for nothing?", "Jefe", 12) == "mb-5bdcc146bf60");
}

TEST_CASE("loading gives a provisional slug that the key of the installation replaces") {
    const DataForTests data;
    auto settings = *load_text(with_mailbox(""), "t", data.directories()).settings;
    CHECK(settings.mailboxes[0].slug_is_derived);
    CHECK(settings.mailboxes[0].slug == derived_slug("kim@verein.example", "mailquotad", 6));
    derive_slugs(settings, "secret");
    CHECK(settings.mailboxes[0].slug == derived_slug("kim@verein.example", "secret", 6));
    CHECK(settings.mailboxes[0].slug_is_derived);
}

TEST_CASE("a slug from the settings stays") {
    const DataForTests data;
    auto settings = *load_text(with_mailbox("", "slug = \"kim\""), "t", data.directories()).settings;
    derive_slugs(settings, "secret");
    CHECK(settings.mailboxes[0].slug == "kim");
    CHECK_FALSE(settings.mailboxes[0].slug_is_derived);
}

TEST_CASE("two slugs that would be equal are told apart by more digits") {
    auto settings = settings_with({"kim@verein.example", "kai@verein.example"});
    Mailbox explicit_one;
    explicit_one.slug = derived_slug("kim@verein.example", "key", 6);
    settings.mailboxes.push_back(explicit_one);
    derive_slugs(settings, "key");
    CHECK(settings.mailboxes[0].slug == derived_slug("kim@verein.example", "key", 8));
    CHECK(settings.mailboxes[1].slug == derived_slug("kai@verein.example", "key", 6));
}
