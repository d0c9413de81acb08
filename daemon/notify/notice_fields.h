// The facts of a mail as the fields of its templates; each language and form says them in its own words.
#pragma once

#include "notify/compose.h"
#include "text/catalog.h"

#include <string>

namespace mailquotad::notify {

/// The language that a mail of this wish is really written in: "en" where the catalogue has no such folder.
std::string language_of(const NoticeFacts& facts, const text::Catalog& catalog);

/// All fields that the templates of a notice and of a call request may use; every one is always there. Names from
/// servers and settings are cleaned (notify/plain_words.h), not yet escaped for HTML.
text::Fields notice_fields(const NoticeFacts& facts, const text::Catalog& catalog);

} // namespace mailquotad::notify
