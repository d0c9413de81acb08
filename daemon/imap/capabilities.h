// What a server says it can do (RFC 3501 section 7.2.1), and what follows from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::imap {

class Capabilities {
public:
    Capabilities() = default;
    /// From the words of a CAPABILITY response or code; doubled spaces and words that make no sense do no harm.
    /// At most 200 words of at most 100 bytes are kept.
    explicit Capabilities(std::string_view words);

    /// Whether the word stands in the list; case does not matter.
    [[nodiscard]] bool has(std::string_view word) const;
    [[nodiscard]] bool has_auth(std::string_view mechanism) const { return has("AUTH=" + std::string(mechanism)); }
    /// Whether any mechanism is named.
    [[nodiscard]] bool names_mechanisms() const;

    /// QUOTA in any spelling: STRATO names only QUOTA=RES-MAILBOX, Stalwart QUOTA=SET.
    [[nodiscard]] bool quota() const;
    /// STATUS inside LIST (RFC 5819), base of IMAP4rev2.
    [[nodiscard]] bool list_status() const { return has("LIST-STATUS") || has("IMAP4REV2"); }
    [[nodiscard]] bool status_size() const { return has("STATUS=SIZE") || has("IMAP4REV2"); }
    [[nodiscard]] bool special_use() const { return has("SPECIAL-USE") || has("IMAP4REV2"); }
    [[nodiscard]] bool name_space() const { return has("NAMESPACE") || has("IMAP4REV2"); }
    [[nodiscard]] bool initial_response() const { return has("SASL-IR") || has("IMAP4REV2"); }
    [[nodiscard]] bool mod_sequences() const { return has("CONDSTORE") || has("QRESYNC"); }
    /// Literals without waiting, at least up to 4096 bytes (RFC 7888).
    [[nodiscard]] bool free_literals() const { return has("LITERAL+") || has("LITERAL-") || has("IMAP4REV2"); }
    /// Names are UTF-8 and nothing else: a server that no longer speaks IMAP4rev1 (RFC 9051 section 5.1).
    [[nodiscard]] bool utf8_names_only() const { return has("IMAP4REV2") && !has("IMAP4REV1"); }

    /// The words, upper case, separated by spaces.
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::string> words_;
};

} // namespace mailquotad::imap
