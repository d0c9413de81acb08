#include "app/check_output.h"

#include "catch.h"

#include "app/text_table.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace mailquotad::app {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

settings::Mailbox mailbox() {
    settings::Mailbox mailbox;
    mailbox.address = "kim.muster@verein.example";
    mailbox.slug = "kim";
    mailbox.server = "qloc";
    mailbox.policy = default_policy();
    return mailbox;
}

ProbeReport measured(std::int64_t used, std::int64_t limit, const std::string& folder = "INBOX") {
    Snapshot snapshot;
    snapshot.limit_source = LimitSource::server;
    snapshot.quota = {{.root = "User quota", .name = "STORAGE", .used = used, .limit = limit, .unit = Unit::bytes}};
    snapshot.folders = {{.name = folder, .role = FolderRole::inbox, .messages = 800, .size_bytes = used}};
    ProbeReport report;
    report.outcome = snapshot;
    report.cost = {.round_trips = 5, .commands = 4, .bytes_sent = 210, .bytes_received = 1300, .seconds = 0.25};
    return report;
}

ProbeReport failed(FailureKind kind, const std::string& detail) {
    ProbeReport report;
    report.outcome = ProbeFailure{.kind = kind, .detail = detail};
    return report;
}

ProbeReport without_limit(LimitSource source) {
    Snapshot snapshot;
    snapshot.limit_source = source;
    ProbeReport report;
    report.outcome = snapshot;
    return report;
}

TEST_CASE("the exit code is Nagios's, and over several mailboxes the worst in the order 2, 1, 3, 0") {
    const CheckResult ok = check_result(mailbox(), measured(100 * kMiB, 1000 * kMiB));
    const CheckResult warning = check_result(mailbox(), measured(850 * kMiB, 1000 * kMiB));
    const CheckResult full = check_result(mailbox(), measured(1000 * kMiB, 1000 * kMiB));
    const CheckResult unknown = check_result(mailbox(), failed(FailureKind::timeout, "silent"));
    CHECK(exit_code(ok) == 0);
    CHECK(exit_code(check_result(mailbox(), measured(720 * kMiB, 1000 * kMiB))) == 0); // notice
    CHECK(exit_code(warning) == 1);
    CHECK(exit_code(full) == 2);
    CHECK(exit_code(unknown) == 3);
    CHECK(exit_code({ok, unknown}) == 3);
    CHECK(exit_code({ok, unknown, warning}) == 1);
    CHECK(exit_code({warning, full, unknown}) == 2);
    CHECK(exit_code(std::vector<CheckResult>{}) == 3);
}

TEST_CASE("no limit is ok; a limit nobody tells or of 0 is unknown, and none of them is 0 %") {
    CHECK(exit_code(check_result(mailbox(), without_limit(LimitSource::none))) == 0);
    for (const LimitSource source : {LimitSource::not_told, LimitSource::unclear}) {
        const CheckResult result = check_result(mailbox(), without_limit(source));
        CHECK(exit_code(result) == 3);
        const auto document = nlohmann::json::parse(check_json({result}, Time{}));
        CHECK(document["mailboxes"][0]["stage"].is_null());
        CHECK(document["mailboxes"][0]["tightest"].is_null());
        CHECK_THAT(check_table({result}, {}), !ContainsSubstring("%"));
    }
}

TEST_CASE("JSON has the members of the contract and exact numbers") {
    ProbeReport report = measured(89128960, 104857600);
    auto snapshot = *report.snapshot();
    snapshot.quota.push_back({.root = "User quota", .name = "MESSAGE", .used = INT64_MAX, .limit = {}});
    report.outcome = snapshot;
    const auto document = nlohmann::json::parse(check_json({check_result(mailbox(), report)}, Time{}));
    CHECK(document["schema"] == 1);
    CHECK(document["checked_at"] == "1970-01-01T00:00:00Z");
    const auto& box = document["mailboxes"][0];
    CHECK(box["address"] == "kim.muster@verein.example");
    CHECK(box["stage"] == "warning");
    CHECK(box["failure"].is_null());
    CHECK(box["reasons"] == nlohmann::json({"used", "free"}));
    CHECK(box["limit_source"] == "server");
    CHECK(box["quota"][0]["used"] == 89128960);
    CHECK(box["quota"][1]["used"] == INT64_MAX);
    CHECK(box["quota"][1]["limit"].is_null());
    CHECK(box["quota"][1]["unit"] == "count");
    CHECK(box["tightest"]["used_ratio"].get<double>() == Approx(0.85));
    CHECK(box["folders"][0]["role"] == "inbox");
    CHECK(box["cost"]["round_trips"] == 5);
}

TEST_CASE("names from the server are harmless in the table and for Nagios, and exact in JSON") {
    const std::string name = "evil|\x1b[2J\r\n\xE2\x80\xAE<b>";
    const CheckResult result = check_result(mailbox(), measured(850 * kMiB, 1000 * kMiB, name));
    const std::string table = check_table({result}, {});
    CHECK_THAT(table, !ContainsSubstring("\x1b") && !ContainsSubstring("\r") && !ContainsSubstring("\xE2\x80\xAE"));
    CHECK(nlohmann::json::parse(check_json({result}, Time{}))["mailboxes"][0]["folders"][0]["name"] == name);
    const std::string nagios = check_nagios({check_result(mailbox(), failed(FailureKind::protocol, name))});
    CHECK(std::count(nagios.begin(), nagios.end(), '|') == 0);
    CHECK(std::count(nagios.begin(), nagios.end(), '\n') == 1);
}

TEST_CASE("Nagios output is one line with perfdata for one mailbox, and a line each for several") {
    const CheckResult warning = check_result(mailbox(), measured(850 * kMiB, 1000 * kMiB));
    CHECK(check_nagios({warning}) ==
          "MAILQUOTA WARNING - kim.muster@verein.example: warning, 85.0 % used (850 MiB of "
          "1000 MiB) | 'kim.muster@verein.example'=891289600B;838860798;964689918;0;1048576000\n");
    const std::string several = check_nagios({warning, check_result(mailbox(), failed(FailureKind::dns, "no name"))});
    CHECK_THAT(several, ContainsSubstring("MAILQUOTA WARNING - 1 warning, 1 unknown |") &&
                            ContainsSubstring("[UNKNOWN] kim.muster@verein.example: dns: no name"));
}

TEST_CASE("a mailbox that is not quite full never looks full") {
    const CheckResult almost = check_result(mailbox(), measured(999'999, 1'000'000));
    CHECK_THAT(check_table({almost}, {}), ContainsSubstring("99.9 %") && !ContainsSubstring("██████████"));
}

TEST_CASE("sizes are written with three digits where that is enough") {
    CHECK(iec(0) == "0 B");
    CHECK(iec(1023) == "1023 B");
    CHECK(iec(1536) == "1.50 KiB");
    CHECK(iec(431 * kMiB) == "431 MiB");
    CHECK(iec(INT64_MAX) == "8.00 EiB");
}

TEST_CASE("Nagios alerts exactly where the policy does: a threshold is the last value below its stage") {
    Policy policy = default_policy();
    const auto code = [&](std::int64_t used, std::int64_t limit) {
        settings::Mailbox box = mailbox();
        box.policy = policy;
        return exit_code(check_result(box, measured(used, limit)));
    };
    const auto thresholds = [&](std::int64_t limit) {
        settings::Mailbox box = mailbox();
        box.policy = policy;
        const std::string text = check_nagios({check_result(box, measured(1, limit))});
        std::istringstream data(text.substr(text.find("B;") + 2));
        std::pair<std::int64_t, std::int64_t> found;
        char semicolon = 0;
        data >> found.first >> semicolon >> found.second;
        return found;
    };
    const auto check_edges = [&](std::int64_t limit) {
        CAPTURE(limit);
        const auto [warning, critical] = thresholds(limit);
        CHECK(code(warning, limit) == 0);
        CHECK(code(warning + 1, limit) >= 1); // both begin at once where a box is so big that only what is free counts
        CHECK(code(critical, limit) <= 1);
        CHECK(code(critical + 1, limit) == 2);
    };
    for (const std::int64_t limit : {kMiB, 100 * kMiB, 123'456'789 * std::int64_t{1}, 2048 * kMiB, 1'000'000 * kMiB})
        check_edges(limit);
    policy.warning.free = policy.urgent.free = ByteSize{0}; // percentages alone, of a box that is big
    for (const std::int64_t limit : {100 * kMiB, 1'000'000 * kMiB})
        check_edges(limit);
    policy.warning.free = ByteSize{400 * kMiB}; // the floor alone
    policy.warning.used.reset();
    check_edges(1000 * kMiB);
}

TEST_CASE("Nagios gets every resource under a name that stays, whichever is the tightest") {
    ProbeReport report = measured(850 * kMiB, 1000 * kMiB);
    auto& quota = std::get<Snapshot>(report.outcome).quota;
    quota.push_back({.root = "User quota", .name = "MESSAGE", .used = 9, .limit = 10, .unit = Unit::count});
    quota.push_back({.root = "Shared", .name = "STORAGE", .used = 7, .limit = std::nullopt, .unit = Unit::bytes});
    quota.push_back(
        {.root = "Shared", .name = "STORAGE", .used = 8, .limit = 9, .unit = Unit::bytes}); // the same again
    const std::string text = check_nagios({check_result(mailbox(), report)});
    CHECK_THAT(text, ContainsSubstring(" 'kim.muster@verein.example'=891289600B;") &&
                         ContainsSubstring(" 'kim.muster@verein.example messages'=9;7;9;0;10") &&
                         ContainsSubstring(" 'kim.muster@verein.example Shared'=7B;;;0;\n"));
}

TEST_CASE("Nagios sees the worst mailbox first, and why nothing could be looked at") {
    const CheckResult ok = check_result(mailbox(), measured(100 * kMiB, 1000 * kMiB));
    const CheckResult full = check_result(mailbox(), measured(1000 * kMiB, 1000 * kMiB));
    const CheckResult unknown = check_result(mailbox(), failed(FailureKind::timeout, "silent"));
    const std::string text = check_nagios({ok, unknown, full});
    CHECK(text.find("[CRITICAL]") < text.find("[UNKNOWN]"));
    CHECK(text.find("[UNKNOWN]") < text.find("[OK]"));
    CHECK(check_nagios_unknown("no status | at all\n") == "MAILQUOTA UNKNOWN - no status / at all\\x0a\n");
}

TEST_CASE("a spreadsheet takes no text of a server for a formula, and reads every field as it was") {
    const std::string name = "=cmd|' /C calc'!A0";
    CheckResult result = check_result(mailbox(), failed(FailureKind::protocol, name));
    const std::string text = check_csv({result}, Time{});
    CHECK_THAT(text, ContainsSubstring(",protocol,'=cmd|' /C calc'!A0,,"));
    result.failure->detail = "+1, \"two\"\nthree";
    CHECK_THAT(check_csv({result}, Time{}), ContainsSubstring(",\"'+1, \"\"two\"\"\nthree\",,"));
    const std::string good = check_csv({check_result(mailbox(), measured(850 * kMiB, 1000 * kMiB))}, Time{});
    CHECK(good == "checked_at,address,slug,server,stage,reasons,failure,detail,limit_source,used_ratio,tightest_root,"
                  "tightest_resource,used_bytes,limit_bytes,messages,messages_limit\r\n"
                  "1970-01-01T00:00:00Z,kim.muster@verein.example,kim,qloc,warning,used,,,server,0.8500,User quota,"
                  "STORAGE,891289600,1048576000,,\r\n");
}

TEST_CASE("the table of a check fits every terminal, and says below it what has no room beside it") {
    const std::vector<CheckResult> results{
        check_result(mailbox(), measured(850 * kMiB, 1000 * kMiB, "Entwürfe aus dem Jahr 2019 und früher")),
        check_result(mailbox(), failed(FailureKind::login_refused, "NO [AUTHENTICATIONFAILED] the password is wrong"))};
    for (std::size_t columns = 40; columns <= 200; ++columns) {
        const std::string text = check_table(results, {.columns = columns, .bounded = true, .colour = true});
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            CAPTURE(columns, line);
            CHECK(terminal_width(line) <= columns);
        }
        std::string words = text;
        std::replace(words.begin(), words.end(), '\n', ' ');
        CAPTURE(text);
        CHECK_THAT(words, ContainsSubstring("password") && ContainsSubstring("85.0 %") && ContainsSubstring("150 MiB"));
    }
    CHECK_THAT(check_table(results, {.unicode = false}), ContainsSubstring("########--") && !ContainsSubstring("█"));
}

TEST_CASE("a table is aligned by what a terminal shows") {
    CHECK(terminal_width("Entwürfe") == 8);
    CHECK(terminal_width("日本") == 4);
    CHECK(terminal_width("e\xCC\x81") == 1);
    TextTable table({{"A", TextTable::Align::left}, {"B", TextTable::Align::right}});
    table.add({"ü", "1"});
    table.add({"xyz", "22"});
    CHECK(table.to_string({}) == "A     B\nü     1\nxyz  22\n");
}

} // namespace
} // namespace mailquotad::app
