// What a folder is for, by the name it usually has, where the server does not say so (RFC 6154).
#pragma once

#include "core/measurement.h"

#include <string_view>

namespace mailquotad::imap {

/// The role of a folder by its name without prefix, in the languages of our users; case does not matter.
/// FolderRole::other where the name tells nothing.
FolderRole role_by_name(std::string_view utf8_name);

} // namespace mailquotad::imap
