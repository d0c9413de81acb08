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
    std::string from;                 ///< "Name <address>"
    std::vector<std::string> to;      ///< addresses
    std::string subject;
    std::string text;                 ///< plain text body, LF
    std::string html;                 ///< the same facts
    std::string message_id;           ///< without angle brackets
    std::string in_reply_to;          ///< without angle brackets; may be empty
    std::vector<std::string> references;
    std::string language;             ///< Content-Language
    Time date{};
    std::vector<std::pair<std::string, std::string>> extra_headers;
};

/// RFC 5322 and MIME: multipart/alternative, text first, UTF-8 quoted-printable, CRLF, no line over 998 bytes; header
/// text by RFC 2047. CR, LF and NUL in any header text become spaces.
std::string to_rfc5322(const Message& message);

/// "Name <a@b>" or "a@b" into address alone; empty for what is neither.
std::string address_of(std::string_view from);

} // namespace mailquotad::notify
