#include "scenarios/town.h"

#include "core/alert_clock.h"

#include <deque>

namespace mailquotad::scenarios {

namespace {

class TownOfTheLoop final : public Town {
public:
    explicit TownOfTheLoop(const std::vector<Box>& boxes) : world_(options(boxes)) {}

    [[nodiscard]] Time now() const override { return world_.now(); }
    void set_used(const std::string& name, std::int64_t used_kib) override {
        fakes::SmallAccount account = world_.account(name);
        account.used_kib = used_kib;
        world_.set_account(name, account);
    }
    void set_servers(bool imap_is_down, bool smtp_is_down) override {
        world_.server().set_down(imap_is_down);
        world_.notifier().answer_with(smtp_is_down ? notify::DeliveryOutcome::deferred
                                                   : notify::DeliveryOutcome::accepted);
    }
    void stop() override { world_.stop(); }
    void start() override { world_.start(); }
    std::vector<Happening> pass_a_day() override {
        world_.run_until(world_.now() + Days(1));
        return world_.take_happenings();
    }

private:
    static WorldOptions options(const std::vector<Box>& boxes) {
        WorldOptions options;
        options.boxes = boxes;
        options.settings.poll.interval = Days(1);
        options.settings.alerts.confirm_after = kTownConfirm;
        options.settings.alerts.per_hour = static_cast<int>(boxes.size());
        options.settings.alerts.burst.reset();
        return options;
    }

    World world_;
};

class TownOfJudgement final : public Town {
public:
    explicit TownOfJudgement(const std::vector<Box>& boxes) {
        for (const Box& box : boxes)
            homes_[box.name].limit_kib = *box.limit_kib;
    }

    [[nodiscard]] Time now() const override { return now_; }
    void set_used(const std::string& name, std::int64_t used_kib) override { homes_.at(name).used_kib = used_kib; }
    void set_servers(bool imap_is_down, bool smtp_is_down) override {
        imap_is_down_ = imap_is_down;
        smtp_is_down_ = smtp_is_down;
    }
    void stop() override { runs_ = false; }
    void start() override { runs_ = true; }

    std::vector<Happening> pass_a_day() override {
        happenings_.clear();
        constexpr int looks = 4;
        for (int look = 0; look < looks; ++look) {
            now_ += Seconds(Days(1)) / looks;
            for (auto& [name, home] : homes_)
                visit(name, home);
        }
        return happenings_;
    }

private:
    struct Mail {
        Notification notification;
        std::string text; ///< as a happening
    };
    struct Home {
        std::int64_t used_kib = 0;
        std::int64_t limit_kib = 0;
        AlertState state;
        std::deque<Mail> outbox;
    };

    void visit(const std::string& name, Home& home) {
        if (!runs_)
            return;
        if (!imap_is_down_) {
            if (const auto again = look_at(home, now_))
                look_at(home, *again);
        }
        if (!home.state.waiting)
            home.outbox.clear(); // taken back
        for (; !smtp_is_down_ && !home.outbox.empty(); home.outbox.pop_front()) {
            const Mail& mail = home.outbox.front();
            home.state = accepted(home.state, mail.notification.kind, mail.notification.stage, now_);
            happenings_.push_back({.at = now_, .who = name, .what = mail.text});
        }
    }

    std::optional<Time> look_at(Home& home, Time at) {
        constexpr std::int64_t kib = 1024;
        Snapshot snapshot;
        snapshot.limit_source = LimitSource::server;
        snapshot.quota = {{.root = "User quota",
                           .name = "STORAGE",
                           .used = home.used_kib * kib,
                           .limit = home.limit_kib * kib,
                           .unit = Unit::bytes}};
        AlertState state = not_after(home.state, at);
        const Assessment assessment = assess(judge(snapshot, policy_, {}), state.stage, at);
        Circumstances circumstances;
        circumstances.now = at;
        const Decision decision =
            decide(state, assessment, {.confirm_after = kTownConfirm, .quiet_hours = {}}, circumstances);
        home.state = decision.next;
        if (decision.notify)
            home.outbox.push_back({.notification = *decision.notify, .text = text_of(decision, assessment)});
        return decision.measure_again_at;
    }

    static std::string text_of(const Decision& decision, const Assessment& assessment) {
        std::string text = "mail " + std::string(to_string(decision.notify->stage)) + ' ' +
                           std::string(to_string(decision.notify->kind)) + ' ' +
                           std::string(to_string(decision.reason)) + ' ';
        for (const Reason reason : assessment.reasons)
            text += std::string(to_string(reason)) + ',';
        return text;
    }

    Policy policy_ = default_policy();
    Time now_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 2}};
    bool runs_ = false;
    bool imap_is_down_ = false;
    bool smtp_is_down_ = false;
    std::map<std::string, Home> homes_;
    std::vector<Happening> happenings_;
};

} // namespace

std::unique_ptr<Town> town_of_the_loop(const std::vector<Box>& boxes) {
    return std::make_unique<TownOfTheLoop>(boxes);
}

std::unique_ptr<Town> town_of_judgement(const std::vector<Box>& boxes) {
    return std::make_unique<TownOfJudgement>(boxes);
}

} // namespace mailquotad::scenarios
