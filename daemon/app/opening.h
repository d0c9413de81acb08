// How the daemon comes to its database when it starts, whatever state that is in.
#pragma once

#include "app/daemon.h"
#include "os/clock.h"
#include "os/event_queue.h"
#include "os/service_manager.h"
#include "settings/settings.h"
#include "store/database.h"
#include "store/rescue.h"
#include "text/catalog.h"

#include <functional>
#include <optional>
#include <string>

namespace mailquotad::app {

/// The database of the settings' state directory, and what became of an earlier one that was damaged.
struct OpenedStore {
    store::Database database;
    std::optional<store::Rescue> rescue;
};

/// What waiting for the database needs of the world.
struct OpeningParts {
    os::EventQueue<Event>& events;
    os::ServiceManager& service;
    const os::Clock& clock;
    std::function<void(StatusPointer)> publish;
    std::string version;
};

/// Opens the database and gives the settings' mailboxes their slugs. A damaged one is put aside, and what can be read
/// goes on. Where there is none to be had (a full or read-only disk, a folder of another user), says so in log, metrics
/// and page and tries again, since whoever looks there must see more than nothing; nothing when SIGTERM came first.
std::optional<OpenedStore> open_store_patiently(settings::Settings& settings, const OpeningParts& parts);

/// Log, mail and webhooks about a rescue; nothing where there was none. What cannot be queued is logged.
void tell_of_rescue(OpenedStore& store, const settings::Settings& settings, const text::Catalog& catalog, Time now);

} // namespace mailquotad::app
