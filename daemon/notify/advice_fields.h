// Advice and the steps of the owner's program, as the fields of a mail.
#pragma once

#include "notify/compose.h"
#include "text/catalog.h"

#include <string>

namespace mailquotad::notify {

/// At most this many things to do stand in one mail: the best first, then up to three more.
inline constexpr std::size_t kAdviceShown = 4;

/// Adds has_advice, advice, several, reaches_target, percent_after_all, has_uncertain, program, program_line,
/// has_guides and guides. Without advice about bytes the mail says what always helps. Throws text::CatalogError.
void add_advice(text::Fields& fields, const NoticeFacts& facts, const text::Catalog& catalog,
                const std::string& language);

} // namespace mailquotad::notify
