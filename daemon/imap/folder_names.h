// Folder names for people: modified UTF-7 (RFC 3501 section 5.1.3) and UTF-8 (RFC 9051 section 5.1).
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::imap {

/// A server's name as UTF-8. A name with 8-bit bytes, or any where `utf8_only`, is UTF-8 already; others are decoded.
/// Never fails: what is no correct modified UTF-7 stays as it was sent, invalid UTF-8 becomes U+FFFD.
std::string decode_folder_name(std::string_view raw, bool utf8_only);

} // namespace mailquotad::imap
