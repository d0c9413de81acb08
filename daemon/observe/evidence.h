// How names are taken out of texts that servers wrote, before they are shown on a page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::observe {

/// What must not be read on a page.
struct PrivateNames {
    std::vector<std::string> logins; ///< user names and authorisation identities
    std::vector<std::string> addresses;
    std::vector<std::string> folders; ///< UTF-8; INBOX is no secret and stays
};

/// `text` with logins as [login], addresses (also any other address) as [address], folder names as [folder]. Case does
/// not matter; folder names are found in UTF-8, in modified UTF-7 (RFC 3501 section 5.1.3) and with the escapes of an
/// IMAP quoted string.
std::string hide_names(std::string_view text, const PrivateNames& names);

/// `text` with everything that looks like a mail address as [address]: the last fence of every view.
std::string hide_addresses(std::string_view text);

/// A folder name as IMAP4rev1 servers write it: modified UTF-7 (RFC 3501 section 5.1.3). Invalid UTF-8 stays as it is.
std::string to_modified_utf7(std::string_view utf8);

} // namespace mailquotad::observe
