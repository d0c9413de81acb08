#include "scenarios/scenario.h"

#include "app/webmaster_memory.h"
#include "scenarios/script.h"

#include <array>
#include <cstdio>
#include <stdexcept>

namespace mailquotad::scenarios {

namespace {

constexpr std::int64_t kKibPerMib = 1024;

/// Makes what the script says happen in the world.
class Director {
public:
    explicit Director(const Script& script) : script_(script), world_(script.world) {}

    Outcome direct() {
        world_.start();
        for (const Step& step : script_.steps) {
            world_.run_until(moment(step.day, step.minute_of_day));
            try {
                apply(step.words);
            } catch (const std::exception& error) {
                throw std::invalid_argument("not understood: " + step.words.at(0) + ": " + error.what());
            }
            world_.settle();
        }
        world_.run_until(moment(script_.end_day, std::chrono::minutes(0)));
        Outcome outcome{.happened = {}, .expected = script_.expected};
        for (const Happening& happening : world_.take_happenings())
            outcome.happened.push_back(text_of(happening));
        return outcome;
    }

private:
    [[nodiscard]] Time moment(int day, std::chrono::minutes minute_of_day) const {
        return from_local(script_.world.first_day + Days(day - 1), minute_of_day);
    }

    [[nodiscard]] std::string text_of(const Happening& happening) const {
        const LocalTime local = os::local_time(happening.at);
        const auto minute = static_cast<int>(local.minute_of_day.count());
        std::array<char, 32> when{};
        std::snprintf(when.data(), when.size(), "day %d %02d:%02d ",
                      static_cast<int>((local.day - script_.world.first_day).count()) + 1, minute / 60, minute % 60);
        return when.data() + happening.who + ' ' + happening.what;
    }

    void apply(const std::vector<std::string>& words) {
        const std::string& what = words.at(0);
        if (what == "restart" || what == "start")
            return world_.start();
        if (what == "stop")
            return world_.stop();
        if (what == "server")
            return world_.server().set_down(words.at(1) == "down");
        if (what == "smtp")
            return apply_to_smtp(words);
        if (what == "release" || what == "drop")
            return app::save_burst_answer(world_.database(),
                                          what == "drop" ? app::BurstAnswer::drop : app::BurstAnswer::release);
        if (what == "clock")
            return move_clock(words.at(1));
        if (what == "credential")
            return world_.set_credential(words.at(1));
        if (what == "silence")
            return silence(words.at(1), words.at(2));
        if (what != "everyone")
            return apply_to_box(what, words);
        for (const Box& box : script_.world.boxes)
            apply_to_box(box.name, words);
    }

    void apply_to_smtp(const std::vector<std::string>& words) {
        if (words.at(1) == "refuses")
            return world_.notifier().refuse(words.at(2));
        world_.notifier().answer_with(words.at(1) == "down"       ? notify::DeliveryOutcome::deferred
                                      : words.at(1) == "refusing" ? notify::DeliveryOutcome::refused
                                                                  : notify::DeliveryOutcome::accepted);
    }

    void move_clock(const std::string& text) {
        const Seconds distance = parse_duration(text.substr(1)).value();
        world_.clock().step(text[0] == '-' ? -distance : distance);
    }

    void silence(const std::string& name, const std::string& length) {
        if (length == "end")
            world_.database().clear_silence(name);
        else
            world_.database().add_silence(name, world_.now() + parse_duration(length).value(), "away", world_.now());
    }

    void apply_to_box(const std::string& name, const std::vector<std::string>& words) {
        fakes::SmallAccount account = world_.account(name);
        const std::string& what = words.at(1);
        if (what == "password") {
            account.password = words.at(2) == "right" ? "secret" : "changed";
        } else if (what == "quota") {
            account.refuses_quota = words.at(2) == "refused";
        } else if (what == "limit") {
            account.limit_kib.reset();
            if (words.at(2) != "none")
                account.limit_kib = whole_number(words.at(2)) * kKibPerMib;
        } else {
            const std::int64_t whole = account.limit_kib.value_or(1000 * kKibPerMib);
            const std::int64_t unit = words.at(2) == "%" ? whole : 100 * kKibPerMib;
            const std::int64_t amount = unit * whole_number(what) / 100;
            const bool is_change = what[0] == '+' || what[0] == '-';
            account.used_kib = is_change ? account.used_kib + amount : amount;
        }
        world_.set_account(name, account);
    }

    const Script& script_;
    World world_;
};

} // namespace

Outcome play(const std::string& script) {
    const Script parsed = read_script(script);
    return Director(parsed).direct();
}

} // namespace mailquotad::scenarios
