#include "imap/command.h"

#include "core/ascii.h"
#include "core/one_piece.h"
#include "core/secret.h"

#include <algorithm>

namespace mailquotad::imap {

namespace {

// Folder names always go quoted, 8-bit bytes included: they come back as the server itself wrote them.
std::string quoted(std::string_view text) {
    std::string result;
    result.reserve(2 * text.size() + 2); // never grows, see in_one_piece
    result += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    result += '"';
    return result;
}

std::string uid_range(std::int64_t first, std::int64_t last) {
    return std::to_string(first) + ":" + (last == 0 ? "*" : std::to_string(last));
}

// "1-Nov-2026" (RFC 3501 section 9, date).
std::string date_text(std::chrono::sys_days day) {
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::year_month_day date(day);
    return std::to_string(static_cast<unsigned>(date.day())) + '-' + kMonths[static_cast<unsigned>(date.month()) - 1] +
           '-' + std::to_string(static_cast<int>(date.year()));
}

std::string set_text(const std::vector<std::int64_t>& uids) {
    std::string text;
    for (const std::int64_t uid : uids)
        text += (text.empty() ? "" : ",") + std::to_string(uid);
    return text;
}

bool is_seven_bit(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace

bool Command::can_be_sent(std::string_view text) {
    return fits_a_line(text);
}

Command::~Command() {
    for (Piece& piece : pieces_) {
        if (piece.secret) {
            wipe(piece.text);
        }
    }
}

void Command::append(std::string_view text) {
    pieces_.back().text += text;
}

void Command::append_string(std::string_view text, bool free_literals) {
    constexpr std::size_t kMaxFreeLiteral = 4096; // RFC 7888 section 5, LITERAL-
    if (is_seven_bit(text)) {
        std::string in_quotes = quoted(text);
        append(in_quotes);
        wipe(in_quotes);
        return;
    }
    const bool is_free = free_literals && text.size() <= kMaxFreeLiteral;
    append("{" + std::to_string(text.size()) + (is_free ? "+}\r\n" : "}\r\n"));
    if (!is_free) {
        pieces_.push_back({"", pieces_.back().secret});
        pieces_.back().text.reserve(pieces_.front().text.capacity());
    }
    append(text);
}

Command Command::capability() {
    return Command("CAPABILITY");
}

Command Command::start_tls() {
    return Command("STARTTLS");
}

Command Command::login(std::string_view username, std::string_view password, bool free_literals) {
    Command command("LOGIN ", true);
    command.pieces_.back().text.reserve(2 * (username.size() + password.size()) + 64); // never grows, see in_one_piece
    command.append_string(username, free_literals);
    command.append(" ");
    command.append_string(password, free_literals);
    return command;
}

Command Command::authenticate(std::string_view mechanism) {
    return Command("AUTHENTICATE " + std::string(mechanism));
}

Command Command::authenticate(std::string_view mechanism, std::string_view initial_response) {
    return Command(in_one_piece({"AUTHENTICATE ", mechanism, " ", initial_response}), true);
}

Command Command::name_space() {
    return Command("NAMESPACE");
}

Command Command::list() {
    return Command(R"(LIST "" "*")");
}

Command Command::list_with_status(bool special_use, std::string_view items) {
    const std::string special = special_use ? "SPECIAL-USE " : "";
    return Command("LIST \"\" \"*\" RETURN (" + special + "STATUS (" + std::string(items) + "))");
}

Command Command::status(std::string_view folder, std::string_view items) {
    return Command("STATUS " + quoted(folder) + " (" + std::string(items) + ")");
}

Command Command::get_quota_root(std::string_view folder) {
    return Command("GETQUOTAROOT " + quoted(folder));
}

Command Command::get_quota(std::string_view root) {
    return Command("GETQUOTA " + quoted(root));
}

Command Command::separator() {
    return Command(R"(LIST "" "")");
}

Command Command::examine(std::string_view folder) {
    return Command("EXAMINE " + quoted(folder));
}

Command Command::fetch_sizes(std::int64_t first_uid, std::int64_t last_uid) {
    return Command("UID FETCH " + uid_range(first_uid, last_uid) + " (UID RFC822.SIZE)");
}

Command Command::fetch_numbers(std::int64_t first_uid, std::int64_t last_uid) {
    return Command("UID FETCH " + uid_range(first_uid, last_uid) + " (UID RFC822.SIZE INTERNALDATE FLAGS)");
}

Command Command::fetch_changed_flags(std::int64_t last_uid, std::int64_t since) {
    return Command("UID FETCH " + uid_range(1, last_uid) + " (UID FLAGS) (CHANGEDSINCE " + std::to_string(since) + ")");
}

Command Command::search_reports(std::int64_t first_uid, std::chrono::sys_days since) {
    return Command("UID SEARCH UID " + std::to_string(first_uid) + ":* SINCE " + date_text(since) +
                   " OR HEADER Content-Type \"delivery-status\" FROM \"mailer-daemon\""
                   " NOT BODY \"Action: delayed\" NOT SUBJECT \"delayed\"");
}

Command Command::search_text(const std::vector<std::int64_t>& uids, std::string_view text) {
    return Command("UID SEARCH UID " + set_text(uids) + " TEXT " + quoted(text));
}

Command Command::search_no_room(const std::vector<std::int64_t>& uids) {
    return Command("UID SEARCH UID " + set_text(uids) + " OR BODY \"5.2.2\" BODY \"4.2.2\"");
}

Command Command::log_out() {
    Command command("LOGOUT");
    command.is_log_out_ = true;
    return command;
}

} // namespace mailquotad::imap
