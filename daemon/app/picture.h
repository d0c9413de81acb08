// From the records of the loop to the one immutable Status; the place where addresses and folder names end.
#pragma once

#include "app/mailbox_record.h"
#include "core/status.h"

#include <optional>
#include <string>

namespace mailquotad::app {

/// The public view of one mailbox. Root names that contain the address, its local part or the login are replaced by a
/// keyed hash; failure texts have them hidden.
MailboxStatus picture_of(const MailboxRecord& record, const std::string& hash_key);

/// A root name as a label or page may show it.
std::string public_root(const std::string& root, const settings::Mailbox& mailbox, const std::string& hash_key);

/// `text` with the address, its local part, the login and the folder names of the mailbox replaced by "…".
std::string without_names(std::string text, const MailboxRecord& record);

} // namespace mailquotad::app
