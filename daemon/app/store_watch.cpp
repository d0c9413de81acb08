#include "app/store_watch.h"

#include "observe/log_event.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace mailquotad::app {

namespace {

constexpr std::chrono::seconds kBetweenLooks{10};
// A server that stands still takes seconds to be found so: the rest of the time is for everything else.
constexpr int kRestPerLook = 4;

} // namespace

bool StoreWatch::attempt(const std::string& step, const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const store::StoreError& error) {
        failed(step, error.what());
        return false;
    }
}

void StoreWatch::failed(const std::string& step, const std::string& error) {
    if (failing_since_) {
        spdlog::debug("{} failed: {}", step, error);
        return;
    }
    observe::log_event({.event = observe::LogEvent::database_failed,
                        .level = observe::LogLevel::error,
                        .text = step + " failed: " + error +
                                ". Until the database can be written, no mail goes out that it does not know of"});
    failing_since_ = clock_.now();
    looked_at_ = clock_.steady();
    rest_ = kBetweenLooks;
}

bool StoreWatch::works_again(store::Database& database) {
    if (!failing_since_ || clock_.steady() < *next_look())
        return false;
    const os::SteadyTime began = clock_.steady();
    try {
        database.require_writable();
    } catch (const store::StoreError& error) {
        looked_at_ = clock_.steady();
        rest_ = std::max<os::SteadyTime::duration>(kBetweenLooks, kRestPerLook * (looked_at_ - began));
        spdlog::debug("the database still takes nothing: {}", error.what());
        return false;
    }
    observe::log_event({.event = observe::LogEvent::database_back,
                        .text = "the database can be written again, after " +
                                std::to_string((clock_.now() - *failing_since_).count()) + " s"});
    failing_since_.reset();
    return true;
}

std::optional<os::SteadyTime> StoreWatch::next_look() const {
    return failing_since_ ? std::optional(looked_at_ + rest_) : std::nullopt;
}

void StoreWatch::catch_up(store::Database& database, const MailboxRecords& records, Visits& visits) {
    if (!works_again(database))
        return;
    for (const auto& [slug, record] : records) {
        if (!record.unsaved.empty())
            visits.hasten(*record.settings, clock_.steady());
    }
}

} // namespace mailquotad::app
