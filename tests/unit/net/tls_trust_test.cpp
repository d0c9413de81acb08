#include "catch.h"

#include "net/tls_trust.h"
#include "unit/net/net_test_tools.h"
#include "unit/net/test_ca.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

using namespace mailquotad;
using namespace mailquotad::tests;

TEST_CASE("the CAs of a file are loaded once and shared by all threads") {
    const TestCa ca;
    net::CaStore store;
    std::vector<std::shared_ptr<const net::TlsCredentials>> got(8);
    std::vector<std::thread> threads;
    for (auto& credentials : got) {
        threads.emplace_back([&] { credentials = store.credentials({.ca_file = ca.file(), .pins = {}}); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(std::set(got.begin(), got.end()).size() == 1);
}

TEST_CASE("the CAs are loaded anew when their file has changed, and connections keep the old ones") {
    const TestCa first("First");
    const TestCa second("Second");
    const Trust trust{.ca_file = write_temporary(first.pem()), .pins = {}};
    net::CaStore store;
    const auto before = store.credentials(trust);
    CHECK(store.credentials(trust) == before);
    std::ofstream(trust.ca_file) << second.pem();
    std::filesystem::last_write_time(trust.ca_file, std::filesystem::file_time_type::clock::now() + Seconds{5});
    const auto after = store.credentials(trust);
    CHECK(after != before);
    CHECK(store.credentials(trust) == after);
    std::filesystem::remove(trust.ca_file);
    CHECK(caught([&] { store.credentials(trust); }).kind == FailureKind::tls);
}

TEST_CASE("the CAs go when nobody needs them any more, and come back when somebody does") {
    const TestCa ca;
    const net::TlsCredentials credentials(ca.file());
    CHECK(credentials.holds_authorities()); // for the first chain, which is about to be verified
    auto one = credentials.authorities();
    auto other = credentials.authorities();
    CHECK(one == other);
    one.reset();
    CHECK(credentials.holds_authorities());
    other.reset();
    CHECK_FALSE(credentials.holds_authorities());
    CHECK(credentials.authorities()->get() != credentials.get());
    CHECK_FALSE(credentials.holds_authorities());
}

TEST_CASE("the CAs stay where they would be loaded again and again") {
    const TestCa ca;
    const net::TlsCredentials credentials(ca.file());
    for (int i = 0; i <= net::TlsCredentials::kFewLoads; ++i) {
        CHECK(credentials.authorities());
        CHECK_FALSE(credentials.holds_authorities());
    }
    CHECK(credentials.authorities());
    CHECK(credentials.holds_authorities());
    credentials.tidy(); // not long enough ago
    CHECK(credentials.holds_authorities());
}

TEST_CASE("CAs that cannot be read again are told by their file") {
    const TestCa ca;
    const std::string file = write_temporary(ca.pem());
    const net::TlsCredentials credentials(file);
    CHECK(credentials.authorities());
    std::filesystem::remove(file);
    CHECK_THAT(caught([&] { static_cast<void>(credentials.authorities()); }).detail, ContainsSubstring(file));
}

TEST_CASE("a CA file that is missing or holds no certificate is a failure that names it") {
    net::CaStore store;
    const Caught missing = caught([&] { store.credentials({.ca_file = "/nonexistent/ca.pem", .pins = {}}); });
    CHECK(missing.kind == FailureKind::tls);
    CHECK_THAT(missing.detail, ContainsSubstring("/nonexistent/ca.pem"));
    const std::string empty = write_temporary("no certificate here\n");
    CHECK_THAT(caught([&] { store.credentials({.ca_file = empty, .pins = {}}); }).detail, ContainsSubstring(empty));
    std::filesystem::remove(empty);
}

TEST_CASE("where a pin decides no CA is loaded, so a missing CA file does not matter") {
    net::CaStore store;
    const Trust trust{.ca_file = "/nonexistent/ca.pem", .pins = {"sha256//x"}};
    CHECK(store.credentials(trust) == store.credentials({.ca_file = {}, .pins = {"sha256//y"}}));
}

TEST_CASE("a connector takes a renewed CA file without a restart") {
    const TestCa old_ca("Old");
    const TestCa new_ca("New");
    net::CaStore store;
    const Trust trust{.ca_file = write_temporary(old_ca.pem()), .pins = {}};
    const auto before = store.credentials(trust);
    // The same length and the same second: the content's change still shows in the nanoseconds or in the inode.
    const std::string fresh = write_temporary(new_ca.pem());
    std::filesystem::rename(fresh, trust.ca_file);
    CHECK(store.credentials(trust) != before);
    std::filesystem::remove(trust.ca_file);
}
