// The conversation of a failed probe as a page may show it: what was said, without what it was said about.
#pragma once

#include "core/status.h"
#include "observe/evidence.h"

#include <string>
#include <vector>

namespace mailquotad::observe {

/// The evidence without logins, addresses, folder names and names of quota roots. Known names are hidden wherever they
/// stand (hide_names); in the lines of the conversation only what is known to be harmless stays (words of the protocol,
/// numbers, the text of OK, NO, BAD and BYE), so that a name that nobody knows is hidden too.
Evidence public_evidence(const Evidence& evidence, PrivateNames names);

/// Folder names that the lines of a conversation tell, as the server writes them.
std::vector<std::string> folders_in(const std::vector<std::string>& wire_log);

} // namespace mailquotad::observe
