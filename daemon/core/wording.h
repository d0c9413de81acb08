// How an association speaks to its members: what the texts of mails and announcements leave open.
#pragma once

#include <string>

namespace mailquotad {

/// Settings [wording]; the texts say it in their own language.
struct Wording {
    bool formal = false;   ///< German "Sie" instead of "du"
    std::string webmaster; ///< what the webmaster is called, such as "Webmaster*in"; empty: the word of the language
    std::string contact;   ///< how to ask back without this mail: "Telefon 0123 456", "sonntags im Vereinsheim"
    std::string announced; ///< when and where the mails were announced: "am 3. November im Rundbrief"
    bool operator==(const Wording&) const = default;
};

} // namespace mailquotad
