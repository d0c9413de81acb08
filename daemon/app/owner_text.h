// What owners are told about their mailbox before anything is read.
#pragma once

#include "settings/settings.h"
#include "text/catalog.h"

#include <string>

namespace mailquotad::app {

/// A text such as "privacy_notice.txt", made of the real settings, for the owner of one mailbox or (null) for all;
/// lines broken.
std::string owner_text(const std::string& name, const settings::Settings& settings, const settings::Mailbox* mailbox,
                       const text::Catalog& catalog, const std::string& language);

} // namespace mailquotad::app
