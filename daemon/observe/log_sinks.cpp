#include "observe/log_sinks.h"

#include "core/escape.h"

#include <spdlog/details/log_msg.h>

#include <utility>

// Without the place in our source: it says nothing to who reads the journal.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/uio.h>
#include <systemd/sd-journal.h>

namespace mailquotad::observe {
namespace {

constexpr std::size_t kMaxMessageBytes = 8192;

std::string harmless_line(std::string_view text) {
    std::string harmless = for_terminal(text.substr(0, kMaxMessageBytes));
    if (text.size() > kMaxMessageBytes) {
        harmless += " [cut]";
    }
    return harmless;
}

/// syslog(3)
int priority_of(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::critical:
        return 2;
    case spdlog::level::err:
        return 3;
    case spdlog::level::warn:
        return 4;
    case spdlog::level::info:
        return 6;
    default:
        return 7;
    }
}

JournalFields fields_of(spdlog::level::level_enum level, const std::string& text, const LogLine* line) {
    JournalFields fields{"MESSAGE=" + text, "PRIORITY=" + std::to_string(priority_of(level)),
                         "SYSLOG_IDENTIFIER=mailquotad"};
    if (line == nullptr) {
        return fields;
    }
    fields.push_back("MESSAGE_ID=" + std::string(message_id(line->event)));
    fields.push_back("MAILQUOTAD_EVENT=" + std::string(to_string(line->event)));
    if (!line->mailbox.empty()) {
        fields.push_back("MAILQUOTAD_MAILBOX=" + harmless_line(line->mailbox));
    }
    if (!line->server.empty()) {
        fields.push_back("MAILQUOTAD_SERVER=" + harmless_line(line->server));
    }
    return fields;
}

} // namespace

void send_to_journal(const JournalFields& fields) {
    std::vector<iovec> parts;
    parts.reserve(fields.size());
    for (const std::string& field : fields) {
        parts.push_back({.iov_base = const_cast<char*>(field.data()), .iov_len = field.size()});
    }
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

EventSink::~EventSink() {
    try {
        settle(RepeatLimiter::Moment::max());
    } catch (const std::exception&) { // nowhere to say it
        return;
    }
}

void EventSink::log(const LogLine& line, spdlog::level::level_enum level, RepeatLimiter::Moment now) {
    settle(now);
    std::string kind =
        std::string(to_string(line.event)) + '\n' + line.server + '\n' + kind_of_text(line.text, line.mailbox);
    {
        const std::lock_guard lock(mutex_);
        if (!limiter_.admit(kind, now)) {
            held_back_.insert_or_assign(std::move(kind), std::pair(line, level));
            return;
        }
    }
    write(level, line.text, &line);
}

void EventSink::settle(RepeatLimiter::Moment now) {
    std::vector<std::pair<LogLine, spdlog::level::level_enum>> summaries;
    {
        const std::lock_guard lock(mutex_);
        for (const RepeatLimiter::HeldBack& held : limiter_.take_over(now)) {
            auto last = held_back_.extract(held.kind);
            if (last.empty()) {
                continue;
            }
            auto& [line, level] = last.mapped();
            line.text = std::to_string(held.lines) + " more like this, the last: " + line.text;
            line.mailbox.clear();
            summaries.emplace_back(std::move(line), level);
        }
    }
    for (const auto& [line, level] : summaries) {
        write(level, line.text, &line);
    }
}

void EventSink::write(spdlog::level::level_enum level, std::string_view text, const LogLine* line) {
    const std::string harmless = harmless_line(text);
    if (send_) {
        send_(fields_of(level, harmless, line));
    } else {
        inner_->log(spdlog::details::log_msg("mailquotad", level, harmless));
    }
}

void EventSink::log(const spdlog::details::log_msg& message) {
    write(message.level, std::string_view(message.payload.data(), message.payload.size()), nullptr);
}

void EventSink::flush() {
    if (inner_) {
        inner_->flush();
    }
}

void EventSink::set_pattern(const std::string& pattern) {
    if (inner_) {
        inner_->set_pattern(pattern);
    }
}

void EventSink::set_formatter(std::unique_ptr<spdlog::formatter> formatter) {
    if (inner_) {
        inner_->set_formatter(std::move(formatter));
    }
}

} // namespace mailquotad::observe
