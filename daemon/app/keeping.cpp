#include "app/keeping.h"

#include "app/happenings.h"
#include "app/login_guard.h"
#include "app/mailbox_notes.h"

namespace mailquotad::app {

namespace {

void add_events(store::Database& database, const std::string& slug, const std::vector<MailboxEvent>& events) {
    for (const MailboxEvent& event : events)
        database.add_event(slug, event);
}

} // namespace

void keep_failure(store::Database& database, MailboxRecord& record, const ProbeFinished& finished, Time now) {
    database.transaction([&] {
        record_login(database, finished.login, now);
        database.save_probe_memory(finished.slug, finished.report.memory);
        save_notes(database, record);
        add_events(database, finished.slug, record.happened);
    });
    record.happened.clear();
}

void keep_success(store::Database& database, MailboxRecord& record, const ProbeFinished& finished,
                  const Decision& decision, const std::vector<store::OutboxRow>& mails, Time now,
                  const std::function<void()>& besides) {
    // Thousands of measurements a minute need not wait for the disk one by one; what somebody is told of does.
    const bool is_news = !mails.empty() || decision.withdrawn || decision.next.episode != record.alert.episode;
    const auto keep = [&] {
        record_login(database, finished.login, now);
        if (finished.learned)
            database.save_probe_memory(finished.slug, finished.report.memory);
        for (const store::Sample& sample : record.unsaved)
            database.add_sample(finished.slug, sample);
        add_events(database, finished.slug, happened_with(record, decision));
        database.save_alert_state(finished.slug, decision.next);
        if (decision.withdrawn)
            database.withdraw_mail(finished.slug, now);
        for (const store::OutboxRow& mail : mails)
            database.enqueue(mail);
        save_notes(database, record);
        besides();
    };
    database.transaction(keep, is_news ? store::Durability::now : store::Durability::soon);
    record.unsaved.clear();
    record.happened.clear();
}

} // namespace mailquotad::app
