// The subcommands: each takes its options as a value and returns the exit code of CONTRACT.md.
#pragma once

#include <string>
#include <vector>

namespace mailquotad::app {

enum class OutputFormat { table, json, nagios, csv, text, html, eml };

struct CommonOptions {
    std::string config;
    std::string log_level; ///< empty: as the settings say
};

struct CheckOptions {
    CommonOptions common;
    std::string url; ///< with a URL no settings file is read
    std::vector<std::string> mailboxes;
    OutputFormat format = OutputFormat::table;
    bool force = false;
    bool from_daemon = false;
    std::string password_file;
    std::string ca_file;
    std::vector<std::string> pins;
    std::string limit;
    std::string timeout;
};

struct MailboxOptions {
    CommonOptions common;
    std::string address;
    OutputFormat format = OutputFormat::table;
    bool once = false;     ///< survey: look at single messages although depth is totals, and keep nothing
    std::string stage;     ///< preview
    std::string language;  ///< preview
    bool evidence = false; ///< explain: with the conversations of failed probes
};

struct ForecastOptions {
    std::string file;
    std::string limit;
    int every = 0; ///< days; 0: as of the last day only
    OutputFormat format = OutputFormat::table;
};

struct SilenceOptions {
    CommonOptions common;
    std::string address;
    std::string until;
    std::string reason;
    bool end = false; ///< end the silence instead
};

struct BackupOptions {
    CommonOptions common;
    std::string file;
};

/// setup: every answer may come as an option; what is left out is asked.
struct SetupOptions {
    CommonOptions common;
    std::string import;     ///< a CSV of mailboxes instead of one
    bool owner = false;     ///< the owner sits at the terminal
    bool yes = false;       ///< ask nothing
    bool dry_run = false;   ///< write nothing
    bool test_mail = false; ///< with yes: send one at the end
    bool encrypt = false;   ///< by the key of this machine
    bool later = false;     ///< without a password for now
    std::string address;
    std::string server; ///< one of the settings, a preset, a URL or a host
    std::string username;
    std::string password_file;
    std::vector<std::string> password_command;
    std::string slug;
    std::string limit;
    std::string owner_name;
    std::vector<std::string> owner_mail;
    std::string language;
    std::string client;
    std::string timezone;
    std::string smtp;
    std::string smtp_username;
    std::string smtp_password_file;
    std::string from;
    std::vector<std::string> admin;
    std::string ca_file;
    std::vector<std::string> pins;
    std::string name_server;
};

/// announce and privacy-notice.
struct TextOptions {
    CommonOptions common;
    std::string address;  ///< privacy-notice: for the owner of this mailbox; empty: for all
    std::string language; ///< empty: that of the settings, or of the owner
};

int command_run(const CommonOptions& options);
int command_check(const CheckOptions& options);
int command_check_config(const CommonOptions& options);
int command_explain(const MailboxOptions& options);
int command_forecast(const ForecastOptions& options);
int command_history(const MailboxOptions& options);
int command_preview(const MailboxOptions& options);
int command_silence(const SilenceOptions& options);
int command_silences(const MailboxOptions& options);
int command_release(const MailboxOptions& options);
int command_drop(const MailboxOptions& options);
int command_digest(const MailboxOptions& options);
int command_survey(const MailboxOptions& options);
int command_test_mail(const MailboxOptions& options);
int command_forget(const MailboxOptions& options);
int command_backup(const BackupOptions& options);
int command_announce(const TextOptions& options);
int command_privacy_notice(const TextOptions& options);
int command_setup(const SetupOptions& options);

} // namespace mailquotad::app
