// The mails that golden files and lints look at: one per stage, kind and wording that exists.
#pragma once

#include "notify/compose.h"
#include "text/catalog.h"

#include <string>
#include <vector>

namespace mailquotad::notify_test {

struct Example {
    std::string name; ///< of its golden files, without the language
    notify::NoticeFacts facts;
};

/// The shipped texts.
text::Catalog shipped_catalog();

/// A mailbox at 83 % in German: what most examples begin with.
notify::NoticeFacts ordinary_facts();

/// Every wording once, in one language.
std::vector<Example> examples(const std::string& language);

/// HTML as a reader sees it: head, tags and entities gone, one block a line.
std::string visible_text(const std::string& html);

} // namespace mailquotad::notify_test
