#include "app/opening.h"

#include "app/database_place.h"
#include "app/news.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <memory>
#include <variant>

namespace mailquotad::app {

namespace {

constexpr std::chrono::seconds kBetweenTries{5};

OpenedStore open_or_rescue(const settings::Settings& settings, Time now) {
    const store::Place place = place_of(settings);
    try {
        return {.database = store::Database::open(place), .rescue = {}};
    } catch (const store::DamagedError& damage) {
        auto rescue = store::rescue_sqlite(settings.state_directory, damage.what(), now);
        return {.database = store::Database::open(place), .rescue = std::move(rescue)};
    }
}

void say_nothing_works(const OpeningParts& parts, Status& status) {
    status.at = parts.clock.now();
    status.database_failing_since = status.started_at;
    parts.publish(std::make_shared<const Status>(status));
    parts.service.ready();
    parts.service.watchdog();
    parts.service.status("the database cannot be opened: see the log");
}

bool told_to_end(const OpeningParts& parts) {
    const auto event = parts.events.wait_until(parts.clock.steady() + kBetweenTries);
    const SignalArrived* signal = event ? std::get_if<SignalArrived>(&*event) : nullptr;
    if (signal != nullptr && signal->number == SIGHUP)
        parts.service.reloading(); // `systemctl reload` waits for the ready() that follows
    return signal != nullptr && signal->number != SIGHUP;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

notify::AdminEvent event_of(const MailContext& context, const store::Rescue& rescue) {
    notify::AdminEvent event;
    event.kind = AdminEventKind::database_damaged;
    event.key = rescue.put_aside.filename().string();
    event.at = context.now;
    event.title = sentence(context, "news.database_damaged_title", {});
    event.text =
        sentence(context, rescue.incomplete.empty() ? "news.database_damaged_whole" : "news.database_damaged_part",
                 {{"file", rescue.put_aside.string()},
                  {"rows", std::to_string(rescue.rows)},
                  {"tables", joined(rescue.incomplete)}});
    return event;
}

} // namespace

std::optional<OpenedStore> open_store_patiently(settings::Settings& settings, const OpeningParts& parts) {
    Status status;
    status.started_at = parts.clock.now();
    status.version = parts.version;
    for (bool first = true;; first = false) {
        try {
            OpenedStore opened = open_or_rescue(settings, parts.clock.now());
            settings::derive_slugs(settings, opened.database.hash_key());
            return opened;
        } catch (const store::StoreError& error) {
            if (first)
                spdlog::error("{}. Nothing is measured until the database can be opened; tried every {} s",
                              error.what(), kBetweenTries.count());
        }
        say_nothing_works(parts, status);
        if (told_to_end(parts))
            return std::nullopt;
    }
}

void tell_of_rescue(OpenedStore& store, const settings::Settings& settings, const text::Catalog& catalog, Time now) {
    if (!store.rescue)
        return;
    const store::Rescue& rescue = *store.rescue;
    spdlog::error("{}", rescue.damage);
    spdlog::error("the damaged database was put aside as {}; {} rows were taken over{}", rescue.put_aside.string(),
                  rescue.rows,
                  rescue.incomplete.empty() ? "" : "; something is missing in: " + joined(rescue.incomplete));
    try {
        const MailContext context{
            .settings = settings, .catalog = catalog, .hash_key = store.database.hash_key(), .now = now};
        tell_webmaster(store.database, context, event_of(context, rescue));
    } catch (const std::runtime_error& error) { // a full disk, a broken text: no reason not to watch
        spdlog::error("the webmaster cannot be told of the damaged database: {}", error.what());
    }
}

} // namespace mailquotad::app
