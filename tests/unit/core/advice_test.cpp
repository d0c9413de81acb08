#include "catch.h"

#include "core/advice.h"

#include <rapidcheck.h>

#include <algorithm>

using namespace mailquotad;

namespace {

constexpr std::int64_t kMB = 1'000'000;
const Time kNow = *parse_date("2026-11-20");

BinKey at(const std::string& day, std::int64_t size, Mark mark = Mark::plain) {
    return {.month = month_of(*parse_date(day)),
            .size_class = static_cast<std::int16_t>(size_class_of(size)),
            .mark = mark};
}

/// A mailbox whose survey and folder sizes agree.
struct Box {
    Snapshot snapshot;
    Assessment assessment;
    Survey survey;
    std::optional<Forecast> forecast;
    bool pop3 = false;
    CountsByRole counts;

    explicit Box(std::int64_t limit) {
        survey.complete = true;
        snapshot.limit_source = LimitSource::server;
        snapshot.quota = {{.root = "q", .name = "STORAGE", .used = 0, .limit = limit, .unit = Unit::bytes}};
    }

    /// `count` messages of one size and month.
    Box& put(FolderRole role, const std::string& day, std::int64_t size, std::int64_t count, Mark mark = Mark::plain) {
        const std::string key(to_string(role));
        auto folder = std::find_if(survey.folders.begin(), survey.folders.end(),
                                   [&](const FolderSurvey& one) { return one.key == key; });
        if (folder == survey.folders.end()) {
            survey.folders.push_back({.key = key, .name = key, .role = role});
            snapshot.folders.push_back({.name = key, .role = role, .messages = 0, .size_bytes = 0});
            folder = std::prev(survey.folders.end());
        }
        const auto index = static_cast<std::size_t>(folder - survey.folders.begin());
        folder->bins[at(day, size, mark)].add({.messages = count, .size_bytes = size * count});
        *snapshot.folders[index].messages += count;
        *snapshot.folders[index].size_bytes += size * count;
        if (counts_of(counts, role) != Counts::no)
            snapshot.quota.front().used += size * count;
        for (std::int64_t i = 0; i < std::min<std::int64_t>(count, 20); ++i)
            keep_largest(survey.largest, {.role = role,
                                          .folder_key = key,
                                          .date = *parse_date(day),
                                          .month = month_of(*parse_date(day)),
                                          .size_bytes = size,
                                          .mark = mark});
        return *this;
    }

    [[nodiscard]] AdvicePlan advise(bool surveyed = true) const {
        return mailquotad::advise({.snapshot = snapshot,
                                   .assessment = assessment,
                                   .survey = surveyed ? &survey : nullptr,
                                   .forecast = forecast ? &*forecast : nullptr,
                                   .pop3_offered = pop3,
                                   .counts = counts},
                                  kNow);
    }
};

const Advice* find(const std::vector<Advice>& list, AdviceKind kind) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Advice& one) { return one.kind == kind; });
    return found == list.end() ? nullptr : &*found;
}

std::vector<std::string> kinds(const std::vector<Advice>& list) {
    std::vector<std::string> names;
    for (const Advice& one : list)
        names.emplace_back(to_string(one.kind));
    return names;
}

} // namespace

TEST_CASE("the words of advice are the same forth and back") {
    for (const AdviceKind kind : kAllAdviceKinds)
        CHECK(parse_advice_kind(to_string(kind)) == kind);
    CHECK_FALSE(parse_advice_kind("sell_the_computer"));
}

TEST_CASE("nothing is advised without a limit in bytes") {
    Box box(100 * kMB);
    box.put(FolderRole::trash, "2026-10-01", 50'000, 1000);
    box.snapshot.quota.clear();
    CHECK(box.advise().all.empty());
}

TEST_CASE("one click that is enough is the whole plan") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2020-05-01", 50'000, 12'000).put(FolderRole::trash, "2026-10-01", 50'000, 5'000);
    const AdvicePlan plan = box.advise();
    REQUIRE(kinds(plan.plan) == std::vector<std::string>{"empty_trash"});
    CHECK(plan.plan.front().frees_bytes == 250 * kMB);
    CHECK(plan.plan.front().folder == "trash");
    CHECK(plan.plan.front().effort == Effort::click);
    CHECK_FALSE(plan.plan.front().reversible);
    CHECK(plan.reaches_target);
    CHECK(plan.used_ratio_after_plan == Approx(0.6));
}

TEST_CASE("an archive reaches to the end of the month that is enough and spares what is flagged") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2022-01-15", 100'000, 1'000)
        .put(FolderRole::inbox, "2023-03-15", 100'000, 1'500, Mark::flagged)
        .put(FolderRole::inbox, "2024-02-15", 100'000, 1'000)
        .put(FolderRole::inbox, "2024-02-20", 10'000, 1'000)
        .put(FolderRole::inbox, "2026-10-15", 100'000, 5'000);
    const AdvicePlan plan = box.advise(); // 860 MB of 1000: 160 MB to free
    const Advice* archive = find(plan.plan, AdviceKind::archive_old);
    REQUIRE(archive != nullptr);
    CHECK(format_date(first_day(*archive->before)) == "2024-03-01");
    CHECK(archive->frees_bytes == 210 * kMB);
    CHECK(archive->messages == 3'000);
    CHECK(archive->used_ratio_after == Approx(0.65));
    CHECK(archive->reversible);
}

TEST_CASE("few but large messages are offered where they save work") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2021-01-15", 5'000, 20'000)
        .put(FolderRole::inbox, "2022-01-15", 2 * kMB, 150)
        .put(FolderRole::inbox, "2026-10-15", 100'000, 4'500);
    const AdvicePlan plan = box.advise();
    const Advice* big = find(plan.all, AdviceKind::archive_old_big);
    REQUIRE(big != nullptr);
    CHECK(big->messages == 150);
    CHECK(big->larger_than_bytes == kMB);
    CHECK(find(plan.all, AdviceKind::archive_old)->messages > 2 * big->messages);
}

TEST_CASE("what two pieces of advice would both take is counted once in a plan") {
    Box box(1000 * kMB);
    box.put(FolderRole::sent, "2022-01-15", 10 * kMB, 15) // large, sent and old: 150 MB
        .put(FolderRole::inbox, "2022-01-15", 50'000, 3'000)
        .put(FolderRole::inbox, "2026-11-01", 50'000, 12'000);
    const AdvicePlan plan = box.advise(); // 900 MB: 200 MB to free
    CHECK(find(plan.all, AdviceKind::sent_attachments)->frees_bytes == 150 * kMB);
    CHECK(find(plan.all, AdviceKind::delete_largest)->frees_bytes == 150 * kMB);
    std::int64_t sum = 0;
    for (const Advice& step : plan.plan)
        sum += step.frees_bytes;
    CHECK(plan.used_ratio_after_plan == Approx((900.0 - static_cast<double>(sum) / kMB) / 1000));
    CHECK_FALSE((find(plan.plan, AdviceKind::sent_attachments) && find(plan.plan, AdviceKind::delete_largest)));
    CHECK(plan.reaches_target);
}

TEST_CASE("what is known not to count is not proposed, and what is not known is presumed") {
    Box box(1000 * kMB);
    box.counts = {{FolderRole::trash, Counts::no}};
    box.put(FolderRole::inbox, "2020-05-01", 50'000, 16'000)
        .put(FolderRole::trash, "2026-10-01", 50'000, 5'000)
        .put(FolderRole::junk, "2026-10-01", 50'000, 400);
    const AdvicePlan plan = box.advise();
    CHECK(find(plan.all, AdviceKind::empty_trash) == nullptr);
    REQUIRE(find(plan.all, AdviceKind::empty_junk) != nullptr);
    CHECK(find(plan.all, AdviceKind::empty_junk)->counts == Counts::presumably);
}

TEST_CASE("a bigger box is proposed only where cleaning cannot reach the target") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2026-11-01", 50'000, 18'000).put(FolderRole::trash, "2026-10-01", 50'000, 600);
    const AdvicePlan plan = box.advise();
    CHECK_FALSE(plan.reaches_target);
    REQUIRE(find(plan.plan, AdviceKind::bigger_box) != nullptr);
    const std::int64_t enough = *find(plan.plan, AdviceKind::bigger_box)->limit_bytes;
    CHECK(enough >= 930 * kMB / 7 * 10);
    CHECK(enough % (1 << 20) == 0);
    CHECK(kinds(plan.plan) == std::vector<std::string>{"empty_trash", "bigger_box"});
    box.survey.complete = false; // what was not seen yet may be enough
    CHECK(find(box.advise().all, AdviceKind::bigger_box) == nullptr);
}

TEST_CASE("POP3 is offered only for a large inbox, where the server has it, last, and never as part of a plan") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2020-05-01", 50'000, 16'000).put(FolderRole::other, "2020-05-01", 50'000, 1'000);
    CHECK(find(box.advise().all, AdviceKind::fetch_by_pop3) == nullptr);
    box.pop3 = true;
    REQUIRE(find(box.advise().all, AdviceKind::fetch_by_pop3) != nullptr);
    CHECK(box.advise().all.back().kind == AdviceKind::fetch_by_pop3);
    CHECK(box.advise().all.back().frees_bytes == 800 * kMB);
    CHECK(find(box.advise().plan, AdviceKind::fetch_by_pop3) == nullptr);
    box.put(FolderRole::other, "2020-05-01", 50'000, 10'000);
    CHECK(find(box.advise().all, AdviceKind::fetch_by_pop3) == nullptr);
}

TEST_CASE("trifles are not proposed") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2020-05-01", 50'000, 16'000).put(FolderRole::trash, "2026-10-01", 49'000, 100);
    CHECK(find(box.advise().all, AdviceKind::empty_trash) == nullptr); // 4.9 MB
    box.put(FolderRole::trash, "2026-10-01", 49'000, 10);
    CHECK(find(box.advise().all, AdviceKind::empty_trash) != nullptr);
}

TEST_CASE("folder sizes alone tell of Trash, Junk, drafts and POP3, and never of a bigger box") {
    Box box(1000 * kMB);
    box.pop3 = true;
    box.put(FolderRole::inbox, "2020-05-01", 5 * kMB, 160)
        .put(FolderRole::trash, "2026-10-01", 50'000, 1'000)
        .put(FolderRole::drafts, "2026-10-01", kMB, 10);
    const AdvicePlan plan = box.advise(false);
    CHECK(kinds(plan.all) == std::vector<std::string>{"empty_trash", "drafts", "fetch_by_pop3"});
    CHECK_FALSE(plan.surveyed_at);
    CHECK_FALSE(plan.reaches_target);
}

TEST_CASE("a survey from before a clean-up is not used for what has shrunk") {
    Box box(1000 * kMB);
    box.put(FolderRole::sent, "2022-01-15", 10 * kMB, 20).put(FolderRole::inbox, "2026-10-01", 50'000, 14'000);
    CHECK(find(box.advise().all, AdviceKind::sent_attachments) != nullptr);
    *box.snapshot.folders.front().size_bytes -= 100 * kMB;
    box.snapshot.quota.front().used -= 100 * kMB;
    CHECK(find(box.advise().all, AdviceKind::sent_attachments) == nullptr);
}

TEST_CASE("days gained follow from the growth, and a full box is to be emptied without Trash") {
    Box box(1000 * kMB);
    box.forecast = Forecast{.growth_bytes_per_day = 5.0 * kMB, .full_in_days = {}};
    box.assessment.stage = Stage::full;
    box.put(FolderRole::inbox, "2020-05-01", 50'000, 17'900).put(FolderRole::junk, "2026-10-01", 50'000, 2'000);
    const AdvicePlan plan = box.advise();
    CHECK(find(plan.all, AdviceKind::empty_junk)->days_gained == 20.0);
    CHECK(plan.without_trash);
}

TEST_CASE("mail that was moved to this server at once is said to have unsure dates") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2023-05-01", 50'000, 12'000).put(FolderRole::inbox, "2026-10-01", 50'000, 5'000);
    CHECK_FALSE(find(box.advise().all, AdviceKind::archive_old)->dates_unsure);
    box.survey.folders.front().busiest_day = {.day = *parse_date("2023-05-01"), .messages = 12'000};
    CHECK(find(box.advise().all, AdviceKind::archive_old)->dates_unsure);
}

TEST_CASE("marked as deleted, duplicates and drafts have advice of their own") {
    Box box(1000 * kMB);
    box.put(FolderRole::inbox, "2026-10-01", 50'000, 1'000, Mark::deleted)
        .put(FolderRole::other, "2026-10-01", 500'000, 100, Mark::duplicate)
        .put(FolderRole::drafts, "2026-10-01", 200'000, 100)
        .put(FolderRole::inbox, "2026-10-01", 50'000, 14'000);
    const AdvicePlan plan = box.advise();
    CHECK(find(plan.all, AdviceKind::purge_deleted)->frees_bytes == 50 * kMB);
    CHECK(find(plan.all, AdviceKind::duplicates)->frees_bytes == 50 * kMB);
    CHECK(find(plan.all, AdviceKind::drafts)->frees_bytes == 20 * kMB);
}

TEST_CASE("whatever fills a box, a plan frees no more than there is and every step only what is left") {
    CHECK(rc::check("the steps of a plan add up to what the plan says", [] {
        Box box(*rc::gen::inRange<std::int64_t>(50, 2'000) * kMB);
        const int groups = *rc::gen::inRange(1, 12);
        for (int i = 0; i < groups; ++i) {
            const auto role = kAllFolderRoles[*rc::gen::inRange<std::size_t>(0, 6)];
            const std::string day =
                std::to_string(*rc::gen::inRange(2015, 2026)) + "-0" + std::to_string(*rc::gen::inRange(1, 9)) + "-15";
            const auto mark = static_cast<Mark>(*rc::gen::inRange(0, kMarks));
            box.put(role, day, *rc::gen::inRange<std::int64_t>(1'000, 30 * kMB), *rc::gen::inRange(1, 40), mark);
        }
        const AdvicePlan plan = box.advise();
        const std::int64_t used = box.snapshot.quota.front().used;
        std::int64_t freed = 0;
        for (const Advice& step : plan.plan) {
            freed += step.frees_bytes;
            const Advice* alone = find(plan.all, step.kind);
            RC_ASSERT(step.kind == AdviceKind::archive_old || step.kind == AdviceKind::archive_old_big ||
                      (alone != nullptr && step.frees_bytes <= alone->frees_bytes));
        }
        RC_ASSERT(freed <= used);
        const double limit = static_cast<double>(*box.snapshot.quota.front().limit);
        RC_ASSERT(std::abs(plan.used_ratio_after_plan - static_cast<double>(used - freed) / limit) < 1e-9);
        RC_ASSERT(plan.reaches_target == (plan.used_ratio_after_plan <= 0.70 + 1.0 / limit));
    }));
}
