// The closed set of commands that a probe can send: read-only by construction, since there is no other way to make one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::imap {

/// One command without its tag. Made only by the factories below, each for one command that changes nothing.
class Command {
public:
    static Command capability();
    static Command start_tls();
    /// RFC 3501 section 6.2.3. What a quoted string cannot hold goes as a literal (RFC 7888's form where
    /// `free_literals`, else waiting for the server). Neither text may hold CR, LF or NUL (see can_be_sent).
    static Command login(std::string_view username, std::string_view password, bool free_literals);
    /// Without initial response.
    static Command authenticate(std::string_view mechanism);
    /// With the initial response (RFC 4959), base64 or "=".
    static Command authenticate(std::string_view mechanism, std::string_view initial_response);
    static Command name_space();
    /// LIST "" "*".
    static Command list();
    /// LIST "" "*" RETURN (… STATUS (items)), RFC 5819.
    static Command list_with_status(bool special_use, std::string_view items);
    static Command status(std::string_view folder, std::string_view items);
    static Command get_quota_root(std::string_view folder);
    static Command get_quota(std::string_view root);
    /// LIST "" "": tells the separator of folder names and no folder (RFC 3501 section 6.3.8).
    static Command separator();
    /// Opens a folder read-only.
    static Command examine(std::string_view folder);
    /// UID FETCH first:last (UID RFC822.SIZE); last 0 stands for "*".
    static Command fetch_sizes(std::int64_t first_uid, std::int64_t last_uid);
    /// UID FETCH first:last (UID RFC822.SIZE INTERNALDATE FLAGS); last 0 stands for "*".
    static Command fetch_numbers(std::int64_t first_uid, std::int64_t last_uid);
    /// UID FETCH 1:last (UID FLAGS) (CHANGEDSINCE mod-sequence), RFC 7162 section 3.1.4.1.
    static Command fetch_changed_flags(std::int64_t last_uid, std::int64_t since);
    /// UID SEARCH for reports that a mail could not be delivered, from `first_uid` on and since this day: what a report
    /// by RFC 3464 declares itself to be, or what comes from MAILER-DAEMON as older servers write it; without those
    /// that only tell of a delay. Read receipts, answers by people and answers of absence (RFC 3834) are none of these.
    static Command search_reports(std::int64_t first_uid, std::chrono::sys_days since);
    /// UID SEARCH among these messages for those that hold a text anywhere. See can_be_sent; 7-bit only.
    static Command search_text(const std::vector<std::int64_t>& uids, std::string_view text);
    /// UID SEARCH among these messages for reports that say the mailbox had no room: x.2.2 (RFC 3463).
    static Command search_no_room(const std::vector<std::int64_t>& uids);
    static Command log_out();

    /// Whether a folder name or login can stand in a command: CR, LF and NUL would begin another command.
    static bool can_be_sent(std::string_view text);

    /// Pieces of the command: the line is written up to the end of a piece, then a continuation is awaited.
    struct Piece {
        std::string text;
        bool secret = false;
    };
    [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
    [[nodiscard]] bool is_log_out() const { return is_log_out_; }

    Command(const Command&) = default;
    Command(Command&&) noexcept = default;
    Command& operator=(const Command&) = default;
    Command& operator=(Command&&) noexcept = default;
    ~Command(); ///< overwrites secret pieces

private:
    explicit Command(std::string text, bool secret = false) { pieces_.push_back({std::move(text), secret}); }
    void append(std::string_view text);
    void append_string(std::string_view text, bool free_literals);

    std::vector<Piece> pieces_;
    bool is_log_out_ = false;
};

} // namespace mailquotad::imap
