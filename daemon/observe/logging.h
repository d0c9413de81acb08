// The log of the process: journald under systemd, stderr elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::observe {

/// Sets up spdlog's default logger: the journal when stderr is the journal's own stream, else stderr, coloured only on
/// a terminal. Whatever a message holds becomes one line without control or bidi characters (core for_terminal), so
/// text from a server cannot forge one. Levels: trace debug info warning error critical off. Throws
/// std::invalid_argument that names them for any other. To be called before other threads log; may be called again.
void start_logging(const std::string& level);

/// Another level from now on, from any thread. Throws as start_logging.
void set_log_level(const std::string& level);

/// Writes how many lines of the same kind were held back (log_event), where it is time to say so.
void settle_log();

/// Whether `level` is one that start_logging takes.
bool is_log_level(std::string_view level);

/// Whether `descriptor` is what JOURNAL_STREAM names as DEVICE:INODE (systemd.exec(5)).
bool is_journal_stream(std::string_view journal_stream, int descriptor);

} // namespace mailquotad::observe
