#include "catch.h"

#include "core/byte_size.h"
#include "core/measurement.h"

using namespace mailquotad;

namespace {

Resource storage(std::int64_t used, std::optional<std::int64_t> limit, std::string root = "User quota") {
    return {std::move(root), "STORAGE", used, limit, Unit::bytes};
}

Resource messages(std::int64_t used, std::optional<std::int64_t> limit) {
    return {"User quota", "MESSAGE", used, limit, Unit::count};
}

Folder folder(FolderRole role, std::optional<std::int64_t> size_bytes) {
    return {std::string(to_string(role)), role, 1, size_bytes};
}

Snapshot classified(std::vector<Resource> quota, bool told, std::optional<std::int64_t> settings_limit = {},
                    std::vector<Folder> folders = {}) {
    Snapshot snapshot{Time{}, LimitSource::not_told, std::move(quota), std::move(folders)};
    classify_limit(snapshot, told, settings_limit);
    return snapshot;
}

const std::vector<Folder> kFolders{folder(FolderRole::inbox, 300), folder(FolderRole::sent, 20)};

} // namespace

TEST_CASE("a limit that the server tells comes from the server, also against the settings") {
    CHECK(classified({storage(10, 100)}, true).limit_source == LimitSource::server);
    const Snapshot both = classified({storage(10, 100)}, true, 500);
    CHECK(both.limit_source == LimitSource::server);
    CHECK(both.quota == std::vector<Resource>{storage(10, 100)});
}

TEST_CASE("a server that answers without any limit has none") {
    CHECK(classified({}, true).limit_source == LimitSource::none);
    CHECK(classified({storage(10, {}), messages(3, {})}, true).limit_source == LimitSource::none);
}

TEST_CASE("a server that does not answer for its quota has not told") {
    CHECK(classified({}, false).limit_source == LimitSource::not_told);
    CHECK(classified({}, false, {}, kFolders).limit_source == LimitSource::not_told);
}

TEST_CASE("the limit of the settings counts where the server has none, with the use that the server tells") {
    const Snapshot snapshot = classified({storage(10, {}), messages(3, {})}, true, 500, kFolders);
    CHECK(snapshot.limit_source == LimitSource::settings);
    REQUIRE(snapshot.quota.size() == 3);
    CHECK(snapshot.quota.back() == storage(10, 500, ""));
}

TEST_CASE("the limit of the settings counts where nothing is told, with the sum of the folders") {
    const Snapshot snapshot = classified({}, false, 500, kFolders);
    CHECK(snapshot.limit_source == LimitSource::settings);
    CHECK(snapshot.quota == std::vector<Resource>{storage(320, 500, "")});
}

TEST_CASE("use that nobody tells leaves the resource out, but the limit is still that of the settings") {
    const Snapshot no_sizes =
        classified({}, false, 500, {folder(FolderRole::inbox, 300), folder(FolderRole::sent, {})});
    CHECK(no_sizes.limit_source == LimitSource::settings);
    CHECK(no_sizes.quota.empty());
    const Snapshot no_folders = classified({}, true, 500);
    CHECK(no_folders.limit_source == LimitSource::settings);
    CHECK(no_folders.quota.empty());
}

TEST_CASE("a limit of 0 is unclear, with a limit in the settings it is that") {
    CHECK(classified({storage(10, 0)}, true).limit_source == LimitSource::unclear);
    CHECK(classified({storage(0, 0)}, true).limit_source == LimitSource::unclear);
    CHECK(classified({storage(10, 0), messages(1, {})}, true).limit_source == LimitSource::unclear);
    const Snapshot snapshot = classified({storage(10, 0)}, true, 500);
    CHECK(snapshot.limit_source == LimitSource::settings);
    CHECK(snapshot.quota == std::vector<Resource>{storage(10, 0), storage(10, 500, "")});
}

TEST_CASE("one real limit among several roots makes the server the source") {
    CHECK(classified({storage(10, 0, "a"), storage(20, 100, "b")}, true, 500).limit_source == LimitSource::server);
    CHECK(classified({storage(10, {}, "a"), storage(20, 100, "b")}, true).quota.size() == 2);
    CHECK(classified({storage(10, 0), messages(3, 1000)}, true).limit_source == LimitSource::server);
    CHECK(classified({messages(3, 1000)}, true).limit_source == LimitSource::server);
}

TEST_CASE("a limit on messages alone leaves room for the bytes of the settings") {
    const Snapshot snapshot = classified({messages(3, 1000)}, true, 500, kFolders);
    CHECK(snapshot.limit_source == LimitSource::server);
    CHECK(snapshot.quota == std::vector<Resource>{messages(3, 1000), storage(320, 500, "")});
}

TEST_CASE("of several roots without a limit the folders tell the use, else the largest root") {
    const std::vector<Resource> roots{storage(10, {}, "a"), storage(9000, {}, "domain")};
    CHECK(classified(roots, true, 500, kFolders).quota.back() == storage(320, 500, ""));
    CHECK(classified(roots, true, 500).quota.back() == storage(9000, 500, ""));
}

TEST_CASE("annotations are not the use of a mailbox") {
    const Resource annotations{"r", "ANNOTATION-STORAGE", 7, std::nullopt, Unit::bytes};
    CHECK(classified({annotations}, true, 500, kFolders).quota.back() == storage(320, 500, ""));
}

TEST_CASE("the sum of the folders leaves out views and saturates") {
    CHECK(sum_of_folders(kFolders) == 320);
    CHECK(sum_of_folders(
              {folder(FolderRole::inbox, 5), folder(FolderRole::all, 99), folder(FolderRole::flagged, {})}) == 5);
    CHECK(sum_of_folders({folder(FolderRole::inbox, 0)}) == 0);
    CHECK(sum_of_folders({folder(FolderRole::inbox, kMaxCount), folder(FolderRole::other, 1)}) == kMaxCount);
}

TEST_CASE("the sum of the folders is nothing where a size is unknown or no folder counts") {
    CHECK_FALSE(sum_of_folders({folder(FolderRole::inbox, 5), folder(FolderRole::sent, {})}));
    CHECK_FALSE(sum_of_folders({}));
    CHECK_FALSE(sum_of_folders({folder(FolderRole::all, 99)}));
}

TEST_CASE("every name is read back as what it names, and no other text is") {
    for (const FailureKind kind : kAllFailureKinds)
        CHECK(parse_failure_kind(to_string(kind)) == kind);
    for (const FolderRole role : kAllFolderRoles)
        CHECK(parse_folder_role(to_string(role)) == role);
    for (const LimitSource source :
         {LimitSource::server, LimitSource::settings, LimitSource::none, LimitSource::not_told, LimitSource::unclear})
        CHECK(parse_limit_source(to_string(source)) == source);
    CHECK_FALSE(parse_failure_kind(""));
    CHECK_FALSE(parse_failure_kind("TLS"));
    CHECK_FALSE(parse_folder_role("Inbox"));
    CHECK_FALSE(parse_limit_source("not told"));
}

TEST_CASE("the names are those of the contract") {
    CHECK(to_string(FailureKind::login_refused) == "login_refused");
    CHECK(to_string(LimitSource::not_told) == "not_told");
    CHECK(to_string(FolderRole::inbox) == "inbox");
    CHECK(to_string(Unit::bytes) == "bytes");
    CHECK(to_string(Unit::count) == "count");
}
