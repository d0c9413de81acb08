// A year of mailboxes with everything that happens in a year. What must hold is checked against the world itself, by
// rules that know nothing of how the daemon decides. 500 of them pass through the judgement alone, four through the
// real loop; all 500 through the loop take minutes with the sanitizers: scenarios "[year500]".
#include "scenarios/town.h"

#include "catch.h"

#include <array>
#include <random>
#include <sstream>

namespace mailquotad::scenarios {
namespace {

using std::chrono::hours;

constexpr int kDays = 365;
constexpr std::int64_t kLimitKib = 1000 * 1024;
constexpr Seconds kAftermath = Days(1) + hours(12); ///< a mail that waited comes so much later
constexpr Seconds kPatience = Days(3);              ///< so long a state may last untold, where no server is away

/// The stage by percentage alone; floors and forecasts may only make it higher.
Stage stage_by_percent(double ratio) {
    return ratio >= 0.99 ? Stage::full : ratio >= 0.92 ? Stage::urgent : ratio >= 0.80 ? Stage::warning : Stage::ok;
}

/// What is true of one mailbox, and what its owner has heard.
struct Life {
    std::int64_t used_kib = 0;
    std::int64_t growth_kib = 0;              ///< a day
    std::array<std::optional<Time>, 5> since; ///< since when it is at least in this stage, by percentage
    std::optional<Time> calm_since;           ///< since when it is ok, also by the rule to leave notice
    std::optional<Stage> told;                ///< the stage of the last mail, until an all-clear
    std::optional<Time> last_mail;
    int mails = 0;
};

/// One mail as the world saw it: "mail urgent warning stage_raised used,free".
struct Mail {
    Stage stage = Stage::ok;
    NotificationKind kind = NotificationKind::warning;
    DecisionReason reason = DecisionReason::stage_ok;
    std::string because;
};

std::optional<Mail> parse_mail(const std::string& what) {
    std::istringstream words(what);
    std::string mail, stage, kind, reason, because;
    words >> mail >> stage >> kind >> reason >> because;
    if (mail != "mail")
        return std::nullopt;
    const auto parsed_stage = parse_stage(stage);
    const auto parsed_kind = parse_notification_kind(kind);
    const auto parsed_reason = parse_decision_reason(reason);
    REQUIRE(parsed_stage);
    REQUIRE(parsed_kind);
    REQUIRE(parsed_reason); // complete: every mail has the reason of its decision
    return Mail{.stage = *parsed_stage, .kind = *parsed_kind, .reason = *parsed_reason, .because = because};
}

std::vector<Box> boxes(int count) {
    std::vector<Box> all;
    for (int number = 0; number < count; ++number)
        all.push_back({.name = "box" + std::to_string(number), .limit_kib = kLimitKib});
    return all;
}

class Year {
public:
    Year(std::unique_ptr<Town> town, int count) : town_(std::move(town)) {
        std::uniform_int_distribution<int> percent(5, 70);
        std::exponential_distribution<double> growth(1.0 / 0.006);
        for (const Box& box : boxes(count)) {
            lives_[box.name].growth_kib = static_cast<std::int64_t>(growth(random_) * kLimitKib);
            set(box.name, percent(random_) * kLimitKib / 100);
        }
    }

    void live() {
        town_->start();
        for (int day = 0; day < kDays; ++day) {
            disturb(day);
            for (auto& [name, life] : lives_)
                pass_a_day(name, life);
            for (const Happening& happening : town_->pass_a_day())
                hear(happening);
            for (const auto& [name, life] : lives_)
                check_heard(name, life);
        }
    }

    [[nodiscard]] int mails(NotificationKind kind) const {
        const auto found = mails_.find(kind);
        return found == mails_.end() ? 0 : found->second;
    }

private:
    bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }

    /// Sets the usage, and remembers since when which stage is true.
    void set(const std::string& name, std::int64_t used_kib) {
        Life& life = lives_[name];
        life.used_kib = std::clamp<std::int64_t>(used_kib, 0, kLimitKib);
        town_->set_used(name, life.used_kib);
        const double ratio = static_cast<double>(life.used_kib) / kLimitKib;
        for (const Stage stage : {Stage::warning, Stage::urgent, Stage::full}) {
            auto& since = life.since[static_cast<std::size_t>(stage)];
            if (stage_by_percent(ratio) < stage)
                since.reset();
            else if (!since)
                since = town_->now();
        }
        if (ratio >= 0.65)
            life.calm_since.reset();
        else if (!life.calm_since)
            life.calm_since = town_->now();
    }

    /// Mail servers and the daemon itself are away at times.
    void disturb(int day) {
        const bool imap_down = day % 61 > 57;
        const bool smtp_down = day % 47 > 44;
        town_->set_servers(imap_down, smtp_down);
        if (imap_down || smtp_down)
            disturbed_until_ = town_->now() + kAftermath;
        if (day % 83 == 80)
            be_away();
        if (day % 17 == 3)
            town_->start(); // a restart
    }

    /// Our own outage of five days, with the world going on.
    void be_away() {
        town_->stop();
        for (int away = 0; away < 5; ++away) {
            for (auto& [name, life] : lives_)
                pass_a_day(name, life);
            town_->pass_a_day();
        }
        disturbed_until_ = town_->now() + kAftermath;
        town_->start();
    }

    void pass_a_day(const std::string& name, Life& life) {
        std::int64_t used = life.used_kib + (chance(0.7) ? life.growth_kib : 0);
        if (chance(0.01))
            used += 25 * 1024;
        const double ratio = static_cast<double>(used) / kLimitKib;
        if (chance(ratio > 0.8 ? 0.08 : 0.002))
            used = used * std::uniform_int_distribution<int>(20, 90)(random_) / 100;
        set(name, used);
    }

    void hear(const Happening& happening) {
        const auto mail = parse_mail(happening.what);
        if (!mail)
            return;
        INFO(format_utc(happening.at) << ' ' << happening.who << ' ' << happening.what);
        Life& life = lives_.at(happening.who);
        check_mail(*mail, life, happening.at);
        ++life.mails;
        ++mails_[mail->kind];
        life.last_mail = happening.at;
        life.told.reset();
        if (mail->kind != NotificationKind::all_clear)
            life.told = mail->stage;
    }

    void check_mail(const Mail& mail, const Life& life, Time at) const {
        if (mail.kind == NotificationKind::all_clear) {
            CHECK(life.told.has_value()); // only who was told hears that it is over
            return;
        }
        CHECK_FALSE(mail.because.empty());
        CHECK(mail.stage >= Stage::warning);
        const bool rises = mail.kind == NotificationKind::warning && (!life.told || mail.stage > *life.told);
        if (life.last_mail && at - *life.last_mail < Days(1))
            CHECK((rises && mail.stage >= Stage::urgent));
        if (mail.kind == NotificationKind::reminder) {
            CHECK(life.told.has_value());
            return;
        }
        CHECK(rises);
        if (at < disturbed_until_)
            return; // a mail that waited may be about what was
        const auto& since = life.since[static_cast<std::size_t>(mail.stage)];
        REQUIRE(since); // by the percentage: the floor of these boxes begins above it
        CHECK(at - *since >= kTownConfirm);
    }

    /// What lasts is told, and what is over is told too.
    void check_heard(const std::string& name, const Life& life) const {
        const Time now = town_->now();
        if (now - disturbed_until_ < kPatience)
            return;
        INFO(format_utc(now) << ' ' << name);
        for (const Stage stage : {Stage::warning, Stage::urgent, Stage::full}) {
            const auto& since = life.since[static_cast<std::size_t>(stage)];
            if (since && now - *since >= kPatience)
                CHECK((life.told && *life.told >= stage));
        }
        if (life.calm_since && now - *life.calm_since >= kPatience)
            CHECK_FALSE(life.told.has_value());
    }

    std::unique_ptr<Town> town_;
    std::mt19937 random_{20261121};
    std::map<std::string, Life> lives_;
    std::map<NotificationKind, int> mails_;
    Time disturbed_until_{};
};

void live_a_year(std::unique_ptr<Town> town, int count, int at_least) {
    Year year(std::move(town), count);
    year.live();
    for (const auto kind : {NotificationKind::warning, NotificationKind::reminder, NotificationKind::all_clear})
        CHECK(year.mails(kind) >= at_least); // eventful enough to prove anything
}

TEST_CASE("a year of 500 mailboxes: nothing untold, nothing unclosed, nothing unconfirmed, one mail a day", "[year]") {
    live_a_year(town_of_judgement(boxes(500)), 500, 500);
}

TEST_CASE("a year through the real loop, with outages and restarts: the same holds", "[year]") {
    live_a_year(town_of_the_loop(boxes(3)), 3, 2);
}

TEST_CASE("a year of 500 mailboxes through the real loop", "[.][year500]") {
    live_a_year(town_of_the_loop(boxes(500)), 500, 500);
}

} // namespace
} // namespace mailquotad::scenarios
