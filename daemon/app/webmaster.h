// What concerns the webmaster: the burst guard and its question, troubles, the digest. One part of the loop.
#pragma once

#include "app/mailbox_record.h"
#include "app/mailer.h"
#include "app/webmaster_memory.h"
#include "core/alert.h"
#include "notify/admin_event.h"
#include "settings/settings.h"
#include "store/database.h"
#include "text/catalog.h"

#include <map>
#include <string>
#include <vector>

namespace mailquotad::app {

/// Used by the loop alone. The references must outlive it. Throws store::StoreError where not said
/// otherwise.
class Webmaster {
public:
    Webmaster(store::Database& database, const text::Catalog& catalog);

    /// To be told of other settings: how many mailboxes there are decides what a burst is. Throws nothing.
    void count_mailboxes(const settings::Settings& settings);

    /// Decides about a mailbox as core decides, after the burst guard was asked. `record` holds the new measurement,
    /// `alert` the state with the stage that it gave; record.alert is the state before. Nothing is stored.
    /// `mail_on_its_way` as Circumstances::mail_in_flight.
    Decision decide(const settings::Settings& settings, const MailboxRecord& record, const AlertState& alert, Time now,
                    bool mail_on_its_way);
    /// Stores what the last decision changed. Part of the caller's transaction. Throws store::OvertakenError where
    /// another daemon changed it first: its view is taken over, and the decision must be made anew.
    void save();

    /// Where several daemons share the work: takes in what the others have seen. Throws store::StoreError.
    void listen();
    /// Forgets what was last measured of a mailbox: another daemon may have looked since.
    void forget(const std::string& slug) { limits_.erase(slug); }

    /// After a mail was tried: whether mail leaves at all.
    void mail_tried(const MailFinished& finished, Time now);

    /// Never throws store::StoreError: what could not be stored is tried again in the next turn.
    /// Takes the webmaster's answer, ends what was held long enough, asks, tells troubles, sends the digest. Returns
    /// the mailboxes of `records` that are to be measured at once, since their mails may go now. Where several daemons
    /// share the work, one alone `speaks`; the others only store what they saw.
    std::vector<std::string> turn(const settings::Settings& settings, std::map<std::string, MailboxRecord>& records,
                                  Time now, bool speaks = true);

    [[nodiscard]] const WebmasterMemory& memory() const { return memory_; }

private:
    std::vector<std::string> answer_burst(std::map<std::string, MailboxRecord>& records, Time now);
    void ask_about_burst(const settings::Settings& settings, const std::map<std::string, MailboxRecord>& records,
                         Time now);
    void tell_troubles(const settings::Settings& settings, const std::map<std::string, MailboxRecord>& records,
                       Time now);
    void send_digest(const settings::Settings& settings, Time now);
    void queue(const settings::Settings& settings, const store::OutboxRow& row, const notify::AdminEvent& event,
               WebmasterMemory after);
    void require_unchanged();
    std::vector<std::string> keep_what_was_seen();
    void observe(const MailboxRecord& record, const AlertState& alert, Time now);
    std::optional<std::int64_t> limit_before(const std::string& slug, Time now);

    store::Database& database_;
    const text::Catalog& catalog_;
    Population population_;
    WebmasterMemory memory_;
    WebmasterMemory saved_;                        ///< what the database holds
    std::map<std::string, std::int64_t> limits_{}; ///< as last measured, by slug
    Time looked_at_{};                             ///< when troubles were last looked for
    bool store_fails_ = false;                     ///< told in the log already
};

} // namespace mailquotad::app
