// A mail as a value: what it says, and how it becomes bytes.
#pragma once

#include "core/alert.h"
#include "core/time.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::notify {

/// A mail before it is encoded; all texts UTF-8.
struct Message {
    std::string from;            ///< "Name <address>"
    std::vector<std::string> to; ///< addresses
    std::string subject;
    std::string text;        ///< plain text body, LF
    std::string html;        ///< the same facts; empty: the mail has the plain text alone
    std::string message_id;  ///< without angle brackets
    std::string in_reply_to; ///< without angle brackets; may be empty
    std::vector<std::string> references;
    std::string language; ///< Content-Language
    Time date{};
    std::vector<std::pair<std::string, std::string>> extra_headers;
};

/// RFC 5322 and MIME: multipart/alternative, text first, UTF-8 quoted-printable, CRLF, 7-bit, no line over 998 bytes;
/// header text by RFC 2047. CR, LF and NUL in any header text become spaces. A header without content is left out,
/// and an extra header whose name is not one.
std::string to_rfc5322(const Message& message);

/// "Name <a@b>" or "a@b" into address alone; empty for what is neither.
std::string address_of(std::string_view from);

/// "Name <a@b>" into "Name"; the address where there is no name.
std::string name_of(std::string_view from);

} // namespace mailquotad::notify
