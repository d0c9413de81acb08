// Where lines of the log end: the journal with its fields, or one harmless line on stderr.
#pragma once

#include "observe/log_event.h"
#include "observe/repeat_limiter.h"

#include <spdlog/sinks/sink.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::observe {

/// The fields of a journal entry, "NAME=value" each (sd_journal_sendv(3)).
using JournalFields = std::vector<std::string>;

/// Hands an entry to journald; a function, so that a test can look at it.
using SendToJournal = std::function<void(const JournalFields&)>;

/// sd_journal_sendv. An entry that the journal does not take is lost: there is no other place for it.
void send_to_journal(const JournalFields& fields);

/// Hands every message on as one harmless line (core for_terminal), cut to what a log can bear, with the fields of its
/// event where the end is the journal. Thread-safe.
class EventSink final : public spdlog::sinks::sink {
public:
    /// Lines go to `inner`.
    explicit EventSink(std::shared_ptr<spdlog::sinks::sink> inner) : inner_(std::move(inner)) {}
    /// Entries go to the journal.
    explicit EventSink(SendToJournal send) : send_(std::move(send)) {}
    ~EventSink() override;
    EventSink(const EventSink&) = delete;
    EventSink& operator=(const EventSink&) = delete;

    /// A line with its event, at most RepeatLimiter::kLinesInWindow of the same kind in a while.
    void log(const LogLine& line, spdlog::level::level_enum level, RepeatLimiter::Moment now);
    /// Writes how many lines were held back until `now`; RepeatLimiter::Moment::max() for all.
    void settle(RepeatLimiter::Moment now);

    void log(const spdlog::details::log_msg& message) override;
    void flush() override;
    void set_pattern(const std::string& pattern) override;
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override;

private:
    void write(spdlog::level::level_enum level, std::string_view text, const LogLine* line);

    std::shared_ptr<spdlog::sinks::sink> inner_;
    SendToJournal send_;
    std::mutex mutex_; ///< guards what follows
    RepeatLimiter limiter_;
    /// What was held back last, by kind: tells what "more like this" means.
    std::map<std::string, std::pair<LogLine, spdlog::level::level_enum>> held_back_;
};

} // namespace mailquotad::observe
