// Text for the body of a mail: quoted-printable (RFC 2045 section 6.7).
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::notify {

/// UTF-8 text as lines of at most 76 printable ASCII characters, CRLF. LF and CRLF are line ends; other control
/// characters than TAB are left out, broken UTF-8 becomes U+FFFD, a last line without an end gets one. No line begins
/// with "From " or consists of a dot, so that no server on the way changes it.
///
/// libetpan's own writer is not used: it doubles blanks at the end of a line.
std::string quoted_printable(std::string_view text);

} // namespace mailquotad::notify
