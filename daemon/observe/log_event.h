// What a line of the log is about: its words are for people, its fields for `journalctl MAILQUOTAD_MAILBOX=kim`.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::observe {

/// The kinds of events that have a name and a MESSAGE_ID in the journal (systemd.journal-fields(7)); a closed set,
/// extended and never renumbered.
enum class LogEvent {
    started,
    ended,
    settings_read,
    settings_refused,
    measured,      ///< a mailbox: a new stage, or a decision about a mail
    probe_failed,  ///< a mailbox could not be looked at
    probe_warning, ///< it could, with a remark
    server_failed, ///< all mailboxes of a server
    server_back,
    mail_accepted,
    mail_deferred,
    mail_refused,
    mail_bounced,
    burst_held,
    burst_ended,
    webmaster_told,
    database_failed,
    database_back,
    clock_jumped,
    step_failed, ///< a step of the loop that is tried again
};

inline constexpr int kLogEvents = static_cast<int>(LogEvent::step_failed) + 1;

enum class LogLevel { debug, info, warning, error };

/// One line. Texts may hold anything; mailbox and server become fields of their own.
struct LogLine {
    LogEvent event;
    LogLevel level = LogLevel::info;
    std::string text;
    std::string mailbox{}; ///< slug; empty where it is about none
    std::string server{};  ///< key in the settings; empty where it is about none
};

/// Writes the line, unless its level is too low, or the same was said of too many mailboxes already: then how many more
/// there were follows later. Thread-safe, never throws.
void log_event(const LogLine& line) noexcept;

/// "probe_failed".
std::string_view to_string(LogEvent event);
/// 32 hexadecimal digits.
std::string_view message_id(LogEvent event);

} // namespace mailquotad::observe
