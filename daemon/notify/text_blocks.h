// The HTML form of a mail is made of its text form, so that both say the same: only the shape is added.
#pragma once

#include "text/catalog.h"

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::notify {

/// Where the parts of a text stand out.
struct TextShape {
    std::size_t lead = 1;  ///< number of the block, from 0, that says what the mail is about
    bool box_last = false; ///< the last section is set apart
};

/// What the shared template mail.html shows, as its list `sections`: a line above a line of "---" is a heading, "- "
/// and "1. " begin list entries, a line that ends with ":" before a numbered list is a topic, other lines are
/// paragraphs up to an empty line. The last paragraph closes the mail.
std::vector<text::Fields> text_blocks(std::string_view text, const TextShape& shape);

/// The HTML form of a text, with the template mail.html. `fields` holds language and subject, has_level, stage and
/// bar_width, and percent where a bar is to be drawn. Throws text::CatalogError.
std::string html_of(std::string_view text, const TextShape& shape, text::Fields fields, const text::Catalog& catalog);

} // namespace mailquotad::notify
