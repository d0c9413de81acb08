#include "app/cli.h"

#include "app/commands.h"
#include "app/context.h"
#include "core/escape.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>

namespace mailquotad::app {

namespace {

/// All options of all subcommands, and what is to run.
struct CommandLine {
    CommonOptions common;
    CheckOptions check;
    MailboxOptions mailbox;
    ForecastOptions forecast;
    SilenceOptions silence;
    BackupOptions backup;
    TextOptions text;
    SetupOptions setup;
    std::string config_argument; ///< check-config FILE
    std::function<int()> command;
    int usage_exit = EXIT_FAILURE; ///< of a bad command line: 3 where Nagios may be calling
};

void add_format(CLI::App& command, OutputFormat& format, const std::map<std::string, OutputFormat>& allowed) {
    command.add_option("--format", format, "how to print")->transform(CLI::CheckedTransformer(allowed));
}

void add_run(CLI::App& app, CommandLine& line) {
    CLI::App* run = app.add_subcommand("run", "the daemon, in the foreground");
    run->callback([&line] { line.command = [&line] { return command_run(line.common); }; });
}

void add_check(CLI::App& app, CommandLine& line) {
    CheckOptions& options = line.check;
    CLI::App* check = app.add_subcommand("check", "probe once now and print; a Nagios plugin too");
    check->add_option(
        "URL", options.url,
        "imaps://USER@HOST[:PORT], imap+starttls://… or pop3s://…, or http://… with --from-daemon; then no settings "
        "file is read");
    check->add_option("--mailbox", options.mailboxes, "only this address (or slug); may be repeated");
    add_format(*check, options.format,
               {{"table", OutputFormat::table},
                {"json", OutputFormat::json},
                {"csv", OutputFormat::csv},
                {"nagios", OutputFormat::nagios}});
    check->add_flag("--force", options.force, "try a login that is in back-off after refusals");
    check->add_flag("--from-daemon", options.from_daemon, "ask the running daemon over HTTP instead of the servers");
    check->add_option("--password-file", options.password_file, "with URL: a file whose first line is the password");
    check->add_option("--ca-file", options.ca_file, "with URL: trust these CAs (PEM) instead of the system's");
    check->add_option("--pin", options.pins, "with URL: trust this public key, sha256//BASE64; may be repeated");
    check->add_option("--limit", options.limit, "with URL: the limit where the server tells none, as 500MiB");
    check->add_option("--timeout", options.timeout, "with URL: for the whole probe, as 30s");
    check->callback([&line] {
        line.usage_exit = kExitUnknown;
        line.command = [&line] {
            line.check.common = line.common;
            return command_check(line.check);
        };
    });
}

CLI::App* add_mailbox_command(CLI::App& app, CommandLine& line, const std::string& name, const std::string& help,
                              int (*command)(const MailboxOptions&)) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->callback([&line, command] {
        line.command = [&line, command] {
            line.mailbox.common = line.common;
            return command(line.mailbox);
        };
    });
    return sub;
}

void add_mailbox_commands(CLI::App& app, CommandLine& line) {
    MailboxOptions& options = line.mailbox;
    CLI::App* explain =
        add_mailbox_command(app, line, "explain", "why a mail was or was not sent, what comes next", &command_explain);
    explain->add_option("ADDRESS", options.address, "a mailbox of the settings")->required();
    add_format(*explain, options.format, {{"table", OutputFormat::table}, {"json", OutputFormat::json}});
    explain->add_flag("--evidence", options.evidence,
                      "with the conversations of the last failed probes, for the provider; passwords are blanked");

    CLI::App* history = add_mailbox_command(app, line, "history", "past usage", &command_history);
    history->add_option("ADDRESS", options.address, "a mailbox of the settings")->required();
    add_format(*history, options.format,
               {{"table", OutputFormat::table}, {"json", OutputFormat::json}, {"csv", OutputFormat::csv}});

    CLI::App* survey =
        add_mailbox_command(app, line, "survey", "what fills the mailbox, and what to do about it", &command_survey);
    survey->add_option("ADDRESS", options.address, "a mailbox of the settings")->required();
    survey->add_flag("--once", options.once,
                     "with the owner's consent: look at sizes and dates of the messages although depth is totals");
    add_format(*survey, options.format,
               {{"table", OutputFormat::table}, {"json", OutputFormat::json}, {"csv", OutputFormat::csv}});
    survey->callback([&line] {
        line.usage_exit = kExitUnknown;
        line.command = [&line] {
            line.mailbox.common = line.common;
            return command_survey(line.mailbox);
        };
    });

    CLI::App* preview = add_mailbox_command(app, line, "preview", "the mail as it would go out", &command_preview);
    preview->add_option("ADDRESS", options.address, "a mailbox of the settings")->required();
    preview->add_option("--stage", options.stage, "as if the mailbox were in this stage");
    preview->add_option("--language", options.language, "in this language instead of the owner's");
    add_format(*preview, options.format,
               {{"text", OutputFormat::text}, {"html", OutputFormat::html}, {"eml", OutputFormat::eml}});

    CLI::App* test_mail = add_mailbox_command(
        app, line, "test-mail", "send a marked test notification through the real path", &command_test_mail);
    test_mail->add_option("ADDRESS", options.address, "to the owner of this mailbox; default: to smtp.admin");
}

void add_forecast(CLI::App& app, CommandLine& line) {
    constexpr int kMostDays = 3650;
    ForecastOptions& options = line.forecast;
    CLI::App* forecast = app.add_subcommand("forecast", "when a mailbox will be full, offline, from a CSV of past use");
    forecast->add_option("FILE", options.file, "a CSV of date,used_bytes; no settings file is read")->required();
    forecast->add_option("--limit", options.limit, "the limit of the mailbox, as 500MiB")->required();
    forecast->add_option("--every", options.every, "as of every so many days instead of the last day only")
        ->check(CLI::Range(1, kMostDays));
    add_format(*forecast, options.format, {{"table", OutputFormat::table}, {"json", OutputFormat::json}});
    forecast->callback([&line] { line.command = [&line] { return command_forecast(line.forecast); }; });
}

void add_silence(CLI::App& app, CommandLine& line) {
    SilenceOptions& options = line.silence;
    CLI::App* silence = app.add_subcommand("silence", "keep mails about a mailbox back until a day");
    silence->add_option("ADDRESS", options.address, "a mailbox of the settings")->required();
    auto* until =
        silence->add_option("--until", options.until, "a day, as 2026-12-24, or a duration, as 14d; at most 90 days");
    auto* reason = silence->add_option("--reason", options.reason, "why; shown on the status page and in the digest");
    silence->add_flag("--end", options.end, "end the silence now")->excludes(until)->excludes(reason);
    silence->callback([&line] {
        line.command = [&line] {
            line.silence.common = line.common;
            return command_silence(line.silence);
        };
    });
}

void add_webmaster_commands(CLI::App& app, CommandLine& line) {
    MailboxOptions& options = line.mailbox;
    add_silence(app, line);
    CLI::App* silences = add_mailbox_command(app, line, "silences", "which mailboxes are silenced", &command_silences);
    add_format(*silences, options.format, {{"table", OutputFormat::table}, {"json", OutputFormat::json}});
    add_mailbox_command(app, line, "release", "let the mails go that the burst guard holds", &command_release);
    add_mailbox_command(app, line, "drop", "drop the mails that the burst guard holds", &command_drop);
    CLI::App* digest = add_mailbox_command(app, line, "digest", "print the webmaster's digest now", &command_digest);
    digest->add_option("--language", options.language, "in this language instead of the settings'");
}

void add_check_config(CLI::App& app, CommandLine& line) {
    CLI::App* check = app.add_subcommand("check-config", "check the settings and print every problem");
    check->add_option("FILE", line.config_argument, "instead of --config");
    check->callback([&line] {
        line.command = [&line] {
            if (!line.config_argument.empty())
                line.common.config = line.config_argument;
            return command_check_config(line.common);
        };
    });
}

void add_store_commands(CLI::App& app, CommandLine& line) {
    CLI::App* forget = add_mailbox_command(app, line, "forget",
                                           "print all that is stored about a mailbox, then delete it", &command_forget);
    forget->add_option("ADDRESS", line.mailbox.address, "a mailbox, whether or not it is still in the settings")
        ->required();

    CLI::App* backup = app.add_subcommand("backup", "copy the database to a new file, also while the daemon runs");
    backup->add_option("FILE", line.backup.file, "the copy; must not exist yet")->required();
    backup->callback([&line] {
        line.command = [&line] {
            line.backup.common = line.common;
            return command_backup(line.backup);
        };
    });
}

CLI::App* add_text_command(CLI::App& app, CommandLine& line, const std::string& name, const std::string& help,
                           int (*command)(const TextOptions&)) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->add_option("--language", line.text.language, "default: that of the settings");
    sub->callback([&line, command] {
        line.command = [&line, command] {
            line.text.common = line.common;
            return command(line.text);
        };
    });
    return sub;
}

void add_text_commands(CLI::App& app, CommandLine& line) {
    CLI::App* announce = add_text_command(
        app, line, "announce", "a text to send to all owners before the first mail, or to one", &command_announce);
    announce->add_option("ADDRESS", line.text.address, "to the owner of this mailbox: what is entered for it");
    CLI::App* privacy = add_text_command(app, line, "privacy-notice",
                                         "what is read and kept, for owners (GDPR Art. 13)", &command_privacy_notice);
    privacy->add_option("ADDRESS", line.text.address, "for the owner of this mailbox; default: for all owners");
}

void add_setup_server(CLI::App& setup, SetupOptions& options) {
    setup.add_option("--server", options.server, "one of the settings, a preset, imaps://HOST[:PORT] or a host");
    setup.add_option("--username", options.username, "the login; default: the address");
    setup.add_option("--password-file", options.password_file, "a file whose first line is the password");
    setup.add_option("--password-command", options.password_command,
                     "a program that prints the password, and its arguments; the settings refer to it");
    setup.add_flag("--encrypt", options.encrypt,
                   "store passwords encrypted by this machine's key (systemd-creds); a change then needs a restart");
    setup.add_flag("--password-later", options.later, "enter the mailbox without a password: its owner types it");
    setup.add_option("--ca-file", options.ca_file, "trust these CAs (PEM) instead of the system's");
    setup.add_option("--pin", options.pins, "trust this public key, sha256//BASE64; may be repeated");
    setup.add_option("--name-server", options.name_server, "ask this IPv4 address[:PORT] instead of /etc/resolv.conf");
    setup.add_option("--smtp", options.smtp, "where mail is handed in: smtps://HOST or smtp+starttls://HOST");
    setup.add_option("--smtp-username", options.smtp_username, "the login for sending; default: the sender");
    setup.add_option("--smtp-password-file", options.smtp_password_file, "a file whose first line is its password");
    setup.add_option("--from", options.from, "the sender, as 'Webmaster <webmaster@verein.example>'");
    setup.add_option("--admin", options.admin, "the webmaster's address; may be repeated");
}

void add_setup(CLI::App& app, CommandLine& line) {
    SetupOptions& options = line.setup;
    CLI::App* setup = app.add_subcommand("setup", "ask, try the login, write settings and credential; every answer may "
                                                  "be an option");
    setup->add_option("--address", options.address, "of the mailbox");
    auto* import = setup->add_option("--import", options.import,
                                     "many mailboxes: a CSV as of [[mailbox_list]], and "
                                     "a column password");
    setup->add_flag("--owner", options.owner, "the owner reads what is kept, agrees, and types the password alone")
        ->excludes(import);
    add_setup_server(*setup, options);
    setup->add_option("--owner-name", options.owner_name, "as the mails greet");
    setup->add_option("--owner-mail", options.owner_mail, "a second address of the owner; may be repeated");
    setup->add_option("--language", options.language, "of the owner, and of a new settings file");
    setup->add_option("--client", options.client, "the owner's mail program, as thunderbird");
    setup->add_option("--slug", options.slug, "label in metrics and pages");
    setup->add_option("--limit", options.limit, "where the server tells none, as 500MiB");
    setup->add_option("--timezone", options.timezone, "of a new settings file, as Europe/Berlin");
    setup->add_flag("--test-mail", options.test_mail, "send a marked test mail at the end without asking");
    setup->add_flag("--dry-run", options.dry_run, "print what would be written, and write nothing");
    setup->add_flag("--yes", options.yes, "ask nothing: take the options, and what is proposed");
    setup->callback([&line] {
        line.command = [&line] {
            line.setup.common = line.common;
            return command_setup(line.setup);
        };
    });
}

int run_guarded(const CommandLine& line) {
    try {
        return line.command();
    } catch (const CommandFailed& failed) {
        std::cerr << "mailquotad: " << for_terminal(failed.what()) << '\n';
        return failed.exit_code();
    } catch (const std::exception& error) {
        std::cerr << "mailquotad: " << for_terminal(error.what()) << '\n';
        return line.usage_exit;
    }
}

} // namespace

int run_command_line(int argc, char** argv) {
    CommandLine line;
    CLI::App app("mailquotad watches mailboxes fill up and speaks before senders get bounces.", "mailquotad");
    app.set_version_flag("--version", "mailquotad " MAILQUOTAD_VERSION);
    app.add_option("--config", line.common.config,
                   "the settings file; default $MAILQUOTAD_CONFIG or /etc/mailquotad/mailquotad.toml");
    app.add_option("--log-level", line.common.log_level,
                   "trace, debug, info, warning, error, critical or off; default: [log] level of the settings");
    app.require_subcommand(1);
    app.fallthrough();
    add_run(app, line);
    add_check(app, line);
    add_mailbox_commands(app, line);
    add_forecast(app, line);
    add_webmaster_commands(app, line);
    add_check_config(app, line);
    add_store_commands(app, line);
    add_text_commands(app, line);
    add_setup(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool nagios = argc > 1 && std::string(argv[1]) == "check";
        const int code = app.exit(error);
        return code == 0 ? EXIT_SUCCESS : nagios ? kExitUnknown : EXIT_FAILURE;
    }
    return run_guarded(line);
}

} // namespace mailquotad::app
