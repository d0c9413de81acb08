// `mailquotad setup`: asks, tries, shows, writes. Works on ports, so that tests play the person and the servers.
#pragma once

#include "app/commands.h"
#include "app/probe_job.h"
#include "app/setup_find.h"
#include "app/setup_login.h"
#include "app/setup_plan.h"
#include "notify/notifier.h"
#include "text/client_guides.h"

#include <functional>
#include <memory>
#include <string>

namespace mailquotad::app {

/// The world of a setup. All of it outlives the setup.
struct SetupWorld {
    Terminal& terminal;
    net::Connector& connector;
    net::NameRecords& names;
    const os::Clock& clock;
    const text::Catalog& catalog;
    const text::ClientGuides& guides;
    settings::DataDirectories data;
    settings::SecretPlaces secrets;
    std::function<void(const std::string&)> print; ///< what may be redirected
    std::string language;                          ///< where neither an option nor the settings name one

    [[nodiscard]] ProbeWorld probe_world() const {
        return {.connector = connector, .clock = clock, .secrets = secrets};
    }
};

/// What the parts of a setup share.
struct Setup {
    Setup(const SetupOptions& given, SetupWorld& around);

    const SetupOptions& options;
    SetupWorld& world;
    Dialogue dialogue;
    SetupFile file;
    SetupPlan plan;
    ServerSearch search;
    CommandStore store;

    [[nodiscard]] Trust trust() const { return {.ca_file = options.ca_file, .pins = options.pins}; }
    /// Puts a password into the plan; encrypted where that is asked for, or where the old one is.
    void keep(const std::string& credential, Secret secret);
    [[nodiscard]] settings::Settings planned() const { return app::planned(file, plan); }
};

/// One run; returns the exit code. Throws SetupEnded, CommandFailed and settings::WriteError.
int run_setup(const SetupOptions& options, SetupWorld& world);

// The parts of it.

/// A mailbox, and on the first run all that a settings file needs; or a new password for a mailbox that is there.
int set_up_one(Setup& setup);
/// [smtp] alone, for settings with mailboxes and without one.
int set_up_smtp(Setup& setup);
/// The owner at the terminal: told first, asked, then the password, then told what was stored.
int enrol_owner(Setup& setup);
/// Many mailboxes from a CSV.
int import_mailboxes(Setup& setup);

/// What set_up_one and enrol_owner make of a mailbox that is not in the settings yet: its server found, nothing asked
/// about the password. Adds the server to the plan where it is new.
settings::Mailbox new_mailbox(Setup& setup, const std::string& address);
/// Name, second address, language and program of the owner; what is not an option is asked.
settings::Owner owner_of(Setup& setup, const std::string& address);
/// Where there is no settings file yet: language and timezone of the new one.
void plan_file(Setup& setup);
/// A valid address from --address, or asked for.
std::string address_of(Setup& setup);
/// The password that --password-file names, if one does. Throws CommandFailed.
std::optional<Secret> given_password(const std::string& file);
/// [smtp], where the settings have none and somebody wants one.
void plan_smtp(Setup& setup, const settings::Mailbox& mailbox);
/// Shows what is going to be written, and asks; with --dry-run that is all. False where nothing is to be written.
bool show_and_confirm(Setup& setup);
/// Writes the plan and says who may read it.
void write_and_tell(Setup& setup);
/// How the daemon takes it over: by a start, a reload or a restart.
void tell_next_step(Setup& setup);
/// Sends one where somebody wants it; asks for the password of [smtp] again where that was wrong and is new.
void offer_test_mail(Setup& setup, const settings::Mailbox& mailbox, const Snapshot& snapshot);
/// A new password for a mailbox of the settings: tried, then put in the place of the old one. Returns what was seen.
Snapshot renew_password(Setup& setup, const settings::Mailbox& mailbox);

} // namespace mailquotad::app
