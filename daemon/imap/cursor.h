// A tokeniser over one response of a server (RFC 3501 section 9, RFC 9051 section 9). Never recursive, never throws;
// what it cannot read leaves the position where it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::imap {

class Cursor {
public:
    /// `text` is one whole response with its literals inside, and must outlive the cursor.
    explicit Cursor(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
    /// The next byte; NUL at the end (a response holds no NUL).
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
    /// All that was not read yet.
    [[nodiscard]] std::string_view rest() const { return text_.substr(position_); }

    /// Skips any number of spaces: servers send none, one or two where RFC 3501 wants exactly one.
    void skip_spaces();
    /// Skips `c` if it comes next.
    bool take(char c);

    /// Bytes up to a space, a parenthesis or a quote; wider than RFC 3501's atom, since folder names come unquoted
    /// with `%`, `]` and TAB inside.
    std::optional<std::string_view> atom();
    /// The inside of a quoted string that holds no backslash, without a copy. Nothing for any other.
    std::optional<std::string_view> plain_quoted();
    /// A quoted string or a literal, unescaped.
    std::optional<std::string> string();
    /// An atom, a quoted string or a literal.
    std::optional<std::string> astring();
    /// A decimal number that ends at a space, a parenthesis or the end. Beyond 63 bits it saturates; negative ones
    /// are returned as such, so that callers can tell them. Nothing for "1e6", "12abc" and the like.
    std::optional<std::int64_t> number();
    /// Skips one atom, string or parenthesised list with all that is inside. False where there is none.
    bool skip_value();

    /// What follows a name: nothing that matters, or a parenthesised list.
    enum class Tail { free, list };
    /// A folder or root name as servers really send it: an astring, or, by the rule `unquoted_name`, everything up to
    /// the tail, when spaces, parentheses or quotes stand inside without being quoted (STRATO in STATUS: Angus
    /// StratoImapBugfixTest; Axigen in QUOTAROOT: jakartaee/mail-api #32; Exchange with TAB: MailKit #945).
    std::optional<std::string> name(Tail tail);

private:
    std::optional<std::string> quoted();
    std::optional<std::string> literal();
    [[nodiscard]] bool name_ends_here(Tail tail, bool was_atom) const;
    std::optional<std::string> unquoted_name(Tail tail);

    std::string_view text_;
    std::size_t position_ = 0;
};

} // namespace mailquotad::imap
