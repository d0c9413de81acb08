#include "observe/page.h"
#include "observe/views.h"

namespace mailquotad::observe {

std::string render_message(const std::string& title_key, const std::string& text_key, const std::string& language,
                           const text::Catalog& catalog, int depth) {
    const PageText text(catalog, language, Time{});
    return to_html({.title = text.word(title_key) + " – mailquotad",
                    .body = "<h1>" + text.word(title_key) + "</h1>\n<p>" + text.word(text_key) + "</p>\n<p><a href=\"" +
                            way_home(depth) + "\">" + text.word("back") + "</a></p>\n",
                    .footer = "",
                    .depth = depth},
                   text);
}

} // namespace mailquotad::observe
