#include "settings/settings_keys.h"

#include "settings/suggestion.h"

namespace mailquotad::settings {

namespace {

using enum KeyType;

constexpr std::string_view kSecretForms =
    R"(a table with one form: { credential = "NAME" }, { file = "/PATH" }, { env = "NAME" } or { command = ["PROGRAM", "ARGUMENT"] })";
constexpr std::string_view kAddressForm = R"(a mail address, such as "kim.muster@verein.example")";
constexpr std::string_view kAddressList = R"(a list of mail addresses, such as ["kim@privat.example"])";
constexpr std::string_view kSizeForm = R"(a size, such as "500MiB", with one of B, kB, KiB, MB, MiB, GB, GiB, TB, TiB)";
constexpr std::string_view kPercentForm = R"(a percentage from "0%" to "100%", such as "80%")";
constexpr std::string_view kStageForm =
    R"(a table such as { used = "80%", free = "100MiB", full_within = "14d", messages = "80%" })";
constexpr std::string_view kPinForm = R"(a list of pins, each "sha256//" and 44 characters of base64)";
constexpr std::string_view kCaForm = R"(the absolute path of a PEM file, such as "/etc/ssl/own-ca.pem")";
constexpr std::string_view kLanguageForm = R"(the name of a folder of config/messages, such as "de")";

constexpr std::string_view kTemplateForm =
    R"(text, where {address}, {local_part} and {domain} stand for those of the mailbox, such as "{address}*master")";

constexpr SettingsKey kKeys[] = {
    {"language", text, R"("de")", kLanguageForm, "language of mails and pages"},
    {"timezone", text, "", R"(a name of the time zone database, such as "Europe/Berlin")",
     "zone for quiet hours, digest and dates; default: the machine's own"},
    {"state_directory", text, R"("/var/lib/mailquotad")", R"(an absolute path, such as "/var/lib/mailquotad")",
     "where the database lies; default: $STATE_DIRECTORY, else /var/lib/mailquotad"},
    {"database", text_or_table, R"("sqlite")",
     R"("sqlite" or { url = "postgresql://USER@HOST/NAME", password = { credential = "db" } })",
     "SQLite in the state directory, or PostgreSQL"},
    {"database.url", text, "", R"(a URL such as "postgresql://USER@HOST[:PORT]/NAME", without a password)",
     "the PostgreSQL database", true},
    {"database.password", secret, "", kSecretForms, "where the password of the database lies", false, "password"},

    {"poll", table, "", "a table: [poll]", "how often and how to measure"},
    {"poll.interval", duration, R"("15min")", R"(a duration from "1s" to "7d", such as "15min")",
     "time between two measurements of a mailbox"},
    {"poll.timeout", duration, R"("60s")", R"(a duration from "1s" to "1h", such as "60s")",
     "absolute limit of one probe"},
    {"poll.survey_timeout", duration, R"("30min")", R"(a duration from "1s" to "1d", such as "30min")",
     "absolute limit of one look at single messages"},
    {"poll.workers", integer, "16", "a whole number from 1 to 512", "probes at a time"},
    {"poll.per_server", integer, "4", "a whole number from 1 to 512", "connections to one server at a time"},

    {"policy", table, "", "a table: [policy]", "when a mailbox is in which stage"},
    {"policy.notice", table, R"({ used = "70%", full_within = "30d" })", kStageForm,
     "first stage; mails nobody unless owner.notice", false, "policy.STAGE"},
    {"policy.warning", table, R"({ used = "80%", free = "100MiB", full_within = "14d", messages = "80%" })", kStageForm,
     "second stage; mails the owner", false, "policy.STAGE"},
    {"policy.urgent", table, R"({ used = "92%", free = "30MiB", full_within = "5d", messages = "92%" })", kStageForm,
     "third stage", false, "policy.STAGE"},
    {"policy.full", table, R"({ used = "99%" })", kStageForm, "last stage; never held back", false, "policy.STAGE"},
    {"policy.STAGE.used", percent, "", kPercentForm, "the stage begins at this share of the limit"},
    {"policy.STAGE.free", size, "", R"(a size, such as "100MiB"; "0B" switches it off)",
     "the stage begins below this many free bytes"},
    {"policy.STAGE.full_within", duration, "", R"(whole days up to "365d", such as "14d"; "0d" switches it off)",
     "the stage begins when the forecast fills the mailbox within this time"},
    {"policy.STAGE.messages", percent, "", kPercentForm, "the stage begins at this share of a limit of messages"},
    {"policy.big_box_free", size, R"("5GB")", kSizeForm, "percentages count only while less than this is free"},

    {"alerts", table, "", "a table: [alerts]", "when mails go out"},
    {"alerts.confirm_after", duration, R"("10min")", R"(a duration from "0s" to "1d", such as "10min")",
     "a second measurement at least this much later before any mail; \"0s\": the first counts"},
    {"alerts.quiet_hours", text_list, R"(["20:00", "08:00"])",
     R"(two times such as ["20:00", "08:00"], or [] for none)", "local hours without mail; never hold stage full"},
    {"alerts.holidays", text_list, "[]",
     R"(a list of weekdays, days of every year and single days, such as ["Sun", "12-25", "2027-03-26"])",
     "days on which notice and warning are not mailed; urgent and full are"},
    {"alerts.per_hour", integer, "20", "a whole number from 1 to 10000",
     "mails an hour over all mailboxes; never holds stage full"},
    {"alerts.burst", table, R"({ mailboxes = 3, share = "25%" })",
     R"({ mailboxes = 3, share = "25%" }, both keys, or {} for off)",
     "when at least both jump together, the webmaster is asked first"},
    {"alerts.burst.mailboxes", integer, "3", "a whole number from 1 to 10000", "this many mailboxes"},
    {"alerts.burst.share", percent, R"("25%")", R"(a percentage from "1%" to "100%", such as "25%")",
     "this share of all mailboxes"},
    {"alerts.digest", text, R"("Mon 07:00")", R"(a weekday and a time, such as "Mon 07:00", or "" for none)",
     "weekly overview to smtp.admin"},
    {"alerts.webmaster", text, R"("daemon")", R"("daemon" or "rules")",
     "who tells the webmaster what the Prometheus rules alert on too; never both"},

    {"http", table, "", "a table: [http]", "metrics and status page"},
    {"http.listen", text, R"("127.0.0.1:19993")",
     R"(an address and a port, such as "127.0.0.1:19993" or "[::1]:19993", or "" for off)",
     "where the HTTP server listens"},
    {"http.hosts", texts, "[]", R"(a list of names without scheme, port and path, such as ["quota.verein.example"])",
     "names of a reverse proxy that are answered too"},

    {"log", table, "", "a table: [log]", "what is written to the log"},
    {"log.level", text, R"("info")", R"("debug", "info", "warning" or "error")",
     "the least that is worth a line; taken anew at a reload"},

    {"wording", table, "", "a table: [wording]", "how mails speak to owners"},
    {"wording.formal", boolean, "false", "true or false", "German \"Sie\" instead of \"du\""},
    {"wording.webmaster", text, "", R"(text, such as "Webmaster*in")", "what the webmaster is called"},
    {"wording.contact", text, "", R"(text, such as "Telefon 0123 456 oder sonntags im Vereinsheim")",
     "how to ask back in person, without the mail"},
    {"wording.announced", text, "", R"(text, such as "am 3. November im Rundbrief")",
     "when and where the mails were announced"},

    {"smtp", table, "", "a table: [smtp]", "how mails go out; without it nobody is mailed"},
    {"smtp.server", text, "", R"(a URL such as "smtps://HOST", "smtp+starttls://HOST" or "smtp://HOST")",
     "the server that takes the mails", true},
    {"smtp.plaintext", boolean, "false", "true or false", "allows smtp:// and logins without TLS"},
    {"smtp.username", text, "", "text", "the login; without it none is made"},
    {"smtp.password", secret, "", kSecretForms, "where the password lies", false, "password"},
    {"smtp.from", text, "", R"(an address, alone or as "Name <webmaster@verein.example>")", "sender of all mails",
     true},
    {"smtp.admin", texts, "", kAddressList, "who gets digests, questions and troubles"},
    {"smtp.ca_file", text, "", kCaForm, "certificate authorities instead of the system's"},
    {"smtp.pin", texts, "", kPinForm, "public keys that replace chain, name and date checks"},

    {"bounces", table, "", "a table: [bounces]", "the mailbox where delivery failures of our mails arrive; read-only"},
    {"bounces.server", text, "", R"(a URL such as "imaps://HOST", "imap+starttls://HOST" or "imap://HOST")",
     "its IMAP server", true},
    {"bounces.plaintext", boolean, "false", "true or false", "allows imap:// and logins without TLS"},
    {"bounces.username", text, "", "text", "the login", true},
    {"bounces.password", secret, "", kSecretForms, "where its password lies", true, "password"},
    {"bounces.folder", text, R"("INBOX")", "the name of a folder, as the server writes it", "where to search"},
    {"bounces.interval", duration, R"("1h")", R"(a duration from "1min" to "1d", such as "1h")",
     "time between two searches"},
    {"bounces.ca_file", text, "", kCaForm, "certificate authorities instead of the system's"},
    {"bounces.pin", texts, "", kPinForm, "public keys that replace chain, name and date checks"},

    {"webhook", tables, "", "tables: [[webhook]]", "where news for the webmaster go beside mail"},
    {"webhook.name", text, "", "1 to 40 of letters, digits, _ and -", "what it is called in log and metrics", true},
    {"webhook.url", text_or_table, "",
     R"(a URL such as "https://HOST/PATH", or its place, such as { credential = "hook" })",
     "where the news go; {key} in it becomes a name of this one event", true, "password"},
    {"webhook.plaintext", boolean, "false", "true or false", "allows http://"},
    {"webhook.method", text, R"("POST")", R"("POST" or "PUT")", "how"},
    {"webhook.content_type", text, R"("application/json")", R"(a media type, such as "text/plain")",
     "what the body is; in JSON the fields are escaped for the inside of quotation marks"},
    {"webhook.headers", tables, "", R"(a list such as [{ name = "Authorization", secret = { credential = "hook" } }])",
     "more header fields of the request"},
    {"webhook.headers.name", text, "", "the name of a header field", "its name", true},
    {"webhook.headers.value", text, "", "one line of text", "its text"},
    {"webhook.headers.secret", secret, "", kSecretForms, "where its text lies", false, "password"},
    {"webhook.body", text, "", "a mustache text such as \"\"\"{\"text\": \"{{title}}\"}\"\"\"",
     "what is sent; default: JSON with all fields but the address"},
    {"webhook.events", texts, "", R"(a list of events, such as ["login_refused", "server_gone"])",
     "which news go there; default: all"},
    {"webhook.ca_file", text, "", kCaForm, "certificate authorities instead of the system's"},

    {"server", named_tables, "", "tables: [server.NAME]", "the providers", false, "server.NAME"},
    {"server.NAME.preset", text, "", "the name of a file in config/providers",
     "takes what is not given here from there"},
    {"server.NAME.domain", text, "", R"(a domain, such as "verein.example")",
     "what a preset puts in place of {domain}"},
    {"server.NAME.imap", text, "", R"(a URL such as "imaps://HOST", "imap+starttls://HOST" or "imap://HOST")",
     "the IMAP server"},
    {"server.NAME.pop3", text, "", R"(a URL such as "pop3s://HOST", "pop3+starttls://HOST" or "pop3://HOST")",
     "the POP3 server"},
    {"server.NAME.smtp", text, "", R"(a URL such as "smtps://HOST" or "smtp+starttls://HOST")",
     "only told to owners in the steps"},
    {"server.NAME.webmail", text, "", "text", "the webmail in words; never linked"},
    {"server.NAME.ca_file", text, "", kCaForm, "certificate authorities instead of the system's"},
    {"server.NAME.pin", texts, "", kPinForm, "public keys that replace chain, name and date checks"},
    {"server.NAME.mechanism", text, R"("auto")",
     R"("auto", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256", "xoauth2" or "oauthbearer")",
     "how to log in"},
    {"server.NAME.plaintext", boolean, "false", "true or false", "allows imap://, pop3:// and logins without TLS"},
    {"server.NAME.username", text, "", kTemplateForm, "the login of all its mailboxes that name none"},
    {"server.NAME.authorize_as", text, "", kTemplateForm, "SASL authorisation identity of all its mailboxes"},
    {"server.NAME.password", secret, "", kSecretForms, "where the password of a master user lies", false, "password"},
    {"server.NAME.quota_administrator", table, "",
     R"({ username = "…", password = { credential = "…" }, root = "user{separator}{local_part}" })",
     "a login that may ask for the quota of every mailbox"},
    {"server.NAME.quota_administrator.username", text, "", "text", "the administrator's login", true},
    {"server.NAME.quota_administrator.password", secret, "", kSecretForms, "where the password lies", true, "password"},
    {"server.NAME.quota_administrator.root", text, R"("user{separator}{local_part}")",
     "text with {local_part} or {address}, and {domain}, {separator}", "name of a mailbox's quota root"},

    {"mailbox", tables, "", "tables: [[mailbox]]", "the addresses that are watched"},
    {"mailbox.address", text, "", kAddressForm, "the address", true},
    {"mailbox.slug", text, "", "1 to 40 of a-z, 0-9 and -",
     "label in metrics and pages; default: derived from a keyed hash of the address"},
    {"mailbox.server", text, "", "the NAME of a [server.NAME]", "where the mailbox is", true},
    {"mailbox.username", text, "", "text", "the login; default: the server's username, else the address"},
    {"mailbox.authorize_as", text, R"("")", "text", "SASL authorisation identity, with a master user's credentials"},
    {"mailbox.password", secret, "", kSecretForms, "where the password lies; not needed where the server has one",
     false, "password"},
    {"mailbox.limit", size, "", kSizeForm, "limit of the mailbox, only where the server tells none"},
    {"mailbox.protocol", text, R"("imap")", R"("imap" or "pop3")", "how to measure"},
    {"mailbox.depth", text, R"("totals")", R"("totals" or "sizes")",
     "folder sizes only, or sizes and dates of messages"},
    {"mailbox.policy", table, "", "a table: [mailbox.policy]", "replaces [policy] key by key", false, "policy"},
    {"mailbox.tell", text, R"("owner")", R"("owner", "webmaster" or "nobody")",
     "who is mailed: the owner, smtp.admin alone, or nobody"},
    {"mailbox.owner", table, "", "a table such as { name = \"Kim\", mail = [\"kim@privat.example\"] }",
     "who reads the mailbox"},
    {"mailbox.owner.name", text, R"("")", "text", "how to address the owner"},
    {"mailbox.owner.mail", texts, "", kAddressList, "the addresses that the owner gave for warnings"},
    {"mailbox.owner.language", text, "", kLanguageForm, "default: language"},
    {"mailbox.owner.client", text, R"("")", R"(the name of a file in config/clients, such as "thunderbird")",
     "the owner's mail program, for the steps; default: webmail"},
    {"mailbox.owner.codeword", text, R"("")", "text", "a word that the owner chose; shown in every mail, no secret"},
    {"mailbox.owner.notice", boolean, "false", "true or false", "whether stage notice is mailed too"},

    {"mailbox_list", tables, "", "tables: [[mailbox_list]]",
     "files or queries with more mailboxes, read again when they change"},
    {"mailbox_list.file", text, "", R"(the absolute path of a CSV file, such as "/etc/mailquotad/mailboxes.csv")",
     "a line for each mailbox below a line with the names of the columns"},
    {"mailbox_list.query", text, "", R"(one SELECT, such as "SELECT address FROM mailboxes")",
     "instead of a file: its rows in the PostgreSQL of the key database"},
    {"mailbox_list.server", text, "", "the NAME of a [server.NAME]", "of the lines or rows that name none"},
    {"mailbox_list.username", text, "", kTemplateForm, "of the lines or rows that name none"},
    {"mailbox_list.authorize_as", text, "", kTemplateForm, "of the lines or rows that name none"},
    {"mailbox_list.password", secret, "", kSecretForms, "of the lines or rows without a credential", false, "password"},

    {"password.credential", text, "", "a name of letters, digits and . _ - @ +",
     "a file in /etc/mailquotad/credentials, else in $CREDENTIALS_DIRECTORY"},
    {"password.file", text, "", "an absolute path", "a file"},
    {"password.env", text, "", "the name of an environment variable", "an environment variable"},
    {"password.command", text_list, "", R"(a list such as ["pass", "show", "kim"])",
     "a program, run without a shell; its first line of output counts"},

    {"preset.imap", text, "", R"(a URL such as "imaps://HOST")", "as in [server.NAME]; {domain} is replaced"},
    {"preset.pop3", text, "", R"(a URL such as "pop3s://HOST")", "as in [server.NAME]; {domain} is replaced"},
    {"preset.smtp", text, "", R"(a URL such as "smtps://HOST")", "as in [server.NAME]; {domain} is replaced"},
    {"preset.mechanism", text, "", "a mechanism", "as in [server.NAME]"},
    {"preset.domains", text_list, "", "a list of domains", "of addresses that are surely there; for setup"},
    {"preset.mail_hosts", text_list, "", "a list of domains",
     "of the hosts that take mail for customers (MX); for setup"},
    {"preset.note", text, "", "text", "what a webmaster should know"},
    {"preset.checked_on", text, "", R"(a day, such as "2026-11-22")", "when somebody last looked", true},
    {"preset.source", text, "", "text", "where this was found, in words", true},
};

/// The keys with this name elsewhere, as "poll.interval or …"; a key often only stands below the wrong [table].
std::string places_of(std::string_view name) {
    std::string places;
    for (const auto& key : kKeys) {
        if (key.name() == name && key.parent() != "password" && key.parent() != "preset")
            places += (places.empty() ? "" : " or ") + std::string(key.path);
    }
    return places;
}

} // namespace

std::string_view SettingsKey::parent() const {
    const auto dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::span<const SettingsKey> settings_keys() {
    return kKeys;
}

std::vector<const SettingsKey*> keys_below(std::string_view parent) {
    std::vector<const SettingsKey*> found;
    for (const auto& key : kKeys) {
        if (key.parent() == parent)
            found.push_back(&key);
    }
    return found;
}

std::string about_unknown_key(std::string_view key, std::string_view parent) {
    std::vector<std::string> names;
    for (const auto* known : keys_below(parent))
        names.emplace_back(known->name());
    const auto places = places_of(key);
    if (nearest(key, names) || places.empty())
        return "unknown key; " + suggestion(key, names);
    return "unknown key here; did you mean " + places + "? (a key belongs to the [table] above it)";
}

} // namespace mailquotad::settings
