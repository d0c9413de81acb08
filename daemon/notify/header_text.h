// Text for mail headers: cleaned, encoded and folded (RFC 5322 section 2.2.3, RFC 2047).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::notify {

/// A display name and an address, as in "Kim Muster <kim@verein.example>".
struct NameAndAddress {
    std::string name;    ///< UTF-8, without quotes; may be empty
    std::string address; ///< empty where there is no valid one
};

/// Takes "Name <address>", "\"Na, me\" <address>" or "address" apart. An address is ASCII with one @ and without
/// spaces, brackets and quotes; anything else gives an empty address, and so does a control character anywhere.
NameAndAddress split_address(std::string_view text);

/// "Name: text" CRLF, folded. Text that is not plain ASCII becomes encoded words of at most 75 characters, none of
/// them splitting a character. Control characters, CR and LF among them, become spaces.
std::string unstructured_header(std::string_view name, std::string_view text);

/// "Name: Kim <a@b>, c@d" CRLF, folded, for From and To. Addresses that are none are left out; empty where none is
/// left.
std::string address_header(std::string_view name, const std::vector<std::string>& addresses);

/// "Name: <id> <id>" CRLF, folded, for Message-ID, In-Reply-To and References. Characters that no id may have are
/// left out; empty where no id is left.
std::string id_header(std::string_view name, const std::vector<std::string>& ids);

} // namespace mailquotad::notify
