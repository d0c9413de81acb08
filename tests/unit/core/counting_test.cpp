#include "catch.h"

#include "core/counting.h"

using namespace mailquotad;

namespace {

constexpr std::int64_t kMB = 1'000'000;

Snapshot snapshot(std::int64_t used, std::vector<std::pair<FolderRole, std::int64_t>> folders) {
    Snapshot result;
    result.limit_source = LimitSource::server;
    result.quota = {{.root = "q", .name = "STORAGE", .used = used, .limit = 1000 * kMB, .unit = Unit::bytes}};
    for (const auto& [role, size] : folders)
        result.folders.push_back({.name = "x", .role = role, .messages = 10, .size_bytes = size});
    return result;
}

} // namespace

TEST_CASE("a Trash that explains the difference between sum and usage does not count") {
    const auto counts = learn_counts(
        snapshot(700 * kMB,
                 {{FolderRole::inbox, 700 * kMB}, {FolderRole::trash, 150 * kMB}, {FolderRole::junk, 20 * kMB}}),
        {});
    CHECK(counts_text(counts) == "trash=no junk=no");

    const auto better = learn_counts(
        snapshot(720 * kMB,
                 {{FolderRole::inbox, 700 * kMB}, {FolderRole::trash, 150 * kMB}, {FolderRole::junk, 20 * kMB}}),
        {});
    CHECK(counts_text(better) == "trash=no junk=yes");
}

TEST_CASE("sums that agree with the usage show that everything counts, rounded to KiB") {
    const auto counts =
        learn_counts(snapshot(850 * kMB + 700, {{FolderRole::inbox, 700 * kMB}, {FolderRole::trash, 150 * kMB}}), {});
    CHECK(counts_text(counts) == "inbox=yes trash=yes");
}

TEST_CASE("another folder is thought of where Trash and Junk explain nothing") {
    const auto counts = learn_counts(
        snapshot(720 * kMB,
                 {{FolderRole::inbox, 700 * kMB}, {FolderRole::archive, 90 * kMB}, {FolderRole::trash, 20 * kMB}}),
        {});
    CHECK(counts_text(counts) == "trash=yes archive=no");
}

TEST_CASE("a figure that lags behind after a clean-up changes no verdict") {
    const CountsByRole known{{FolderRole::trash, Counts::yes}};
    const auto counts =
        learn_counts(snapshot(850 * kMB, {{FolderRole::inbox, 700 * kMB}, {FolderRole::trash, 2 * kMB}}), known);
    CHECK(counts == known);
}

TEST_CASE("nothing is learned from a Trash too small to tell, an unknown size, or several quotas") {
    CHECK(learn_counts(snapshot(700 * kMB, {{FolderRole::inbox, 700 * kMB}, {FolderRole::trash, 5'000}}), {}).empty());
    Snapshot unknown = snapshot(700 * kMB, {{FolderRole::inbox, 700 * kMB}, {FolderRole::trash, 50 * kMB}});
    unknown.folders[0].size_bytes.reset();
    CHECK(learn_counts(unknown, {}).empty());
    Snapshot several = snapshot(700 * kMB, {{FolderRole::inbox, 700 * kMB}, {FolderRole::trash, 50 * kMB}});
    several.quota.push_back(several.quota.front());
    CHECK(learn_counts(several, {}).empty());
}

TEST_CASE("verdicts are the same after they were written and read") {
    const CountsByRole counts{{FolderRole::trash, Counts::no}, {FolderRole::other, Counts::yes}};
    CHECK(parse_counts_text(counts_text(counts)) == counts);
    CHECK(parse_counts_text("trash=perhaps =no junk other=yes") == CountsByRole{{FolderRole::other, Counts::yes}});
    CHECK(counts_of(counts, FolderRole::junk) == Counts::presumably);
}
