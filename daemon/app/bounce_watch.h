// Watches the mailbox where delivery failures arrive: a mail that came back is a mail that told nobody.
#pragma once

#include "app/login_guard.h"
#include "app/mailbox_record.h"
#include "app/mails.h"
#include "app/probe_job.h"
#include "app/prober.h"
#include "core/status.h"
#include "imap/bounces.h"
#include "os/worker_pool.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mailquotad::app {

/// What comes back from the worker.
struct BouncesFinished {
    imap::BounceReport report;
    LoginResult login;
    std::vector<store::SentMail> asked;
    std::vector<std::string> warnings; ///< about the credential's place
};

/// Used by one thread (the loop); `finished` is called on a worker and must only hand the value on.
class BounceWatch {
public:
    BounceWatch(ProbeWorld world, std::function<void(BouncesFinished)> finished)
        : world_(std::move(world)), finished_(std::move(finished)) {}

    /// Begins a search where it is due and mails of the last days could have come back, as soon as `prober` has room
    /// for another connection to that server. Throws store::StoreError.
    void turn(const settings::Settings& settings, store::Database& database, Prober& prober);
    /// Writes what was found, in one transaction: the mail counts as bounced, "told" is withdrawn unless another
    /// address has it, the webmaster is told once; where the mailbox had no room, that is noted. Counts them in
    /// `status`. Throws store::StoreError; then the next search finds the same.
    void settle(const BouncesFinished& found, store::Database& database, const MailContext& context,
                std::map<std::string, MailboxRecord>& records, Status& status);
    /// To be told first for every value that `finished` handed on.
    void ended(Prober& prober) {
        busy_ = false;
        prober.left(server_);
    }

    bool shut_down(os::SteadyTime until) { return pool_.shut_down(until); }

private:
    ProbeWorld world_;
    std::function<void(BouncesFinished)> finished_;
    os::SteadyTime due_{};
    int failures_in_a_row_ = 0;
    bool busy_ = false;
    std::string server_;     ///< key of the server that is asked now; empty where no mailbox is on it
    os::WorkerPool pool_{1}; // last: its thread uses the members above
};

} // namespace mailquotad::app
