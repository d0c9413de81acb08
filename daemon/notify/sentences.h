// Sentences of the webmaster's mails, from the words of a language, with blanks filled.
#pragma once

#include "text/catalog.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::notify {

/// "{n} mailboxes" with {{"n", "3"}}.
using Blanks = std::vector<std::pair<std::string_view, std::string>>;

/// `sentence` with each {name} replaced; what stands for a name is not searched again.
std::string filled(std::string_view sentence, const Blanks& blanks);

/// The sentences of [webmaster] in one language.
class Sentences {
public:
    Sentences(const text::Catalog& catalog, std::string language)
        : catalog_(&catalog), language_(std::move(language)) {}
    /// The sentence "webmaster.KEY". Throws text::CatalogError where there is none.
    [[nodiscard]] std::string say(const std::string& key, const Blanks& blanks = {}) const;
    /// As say() of KEY_one for one, else of KEY_many; the blank {n} is the number.
    [[nodiscard]] std::string count(const std::string& key, std::int64_t number, Blanks blanks = {}) const;
    [[nodiscard]] const std::string& language() const { return language_; }

private:
    const text::Catalog* catalog_;
    std::string language_;
};

} // namespace mailquotad::notify
