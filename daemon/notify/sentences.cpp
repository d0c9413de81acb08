#include "notify/sentences.h"

#include "text/numbers.h"

namespace mailquotad::notify {

std::string filled(std::string_view sentence, const Blanks& blanks) {
    std::string text;
    while (!sentence.empty()) {
        const std::size_t open = sentence.find('{');
        const std::size_t close = sentence.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            break;
        text += sentence.substr(0, open);
        const std::string_view name = sentence.substr(open + 1, close - open - 1);
        for (const auto& [blank, value] : blanks) {
            if (blank == name)
                text += value;
        }
        sentence.remove_prefix(close + 1);
    }
    return text + std::string(sentence);
}

std::string Sentences::say(const std::string& key, const Blanks& blanks) const {
    return filled(catalog_->word(language_, "webmaster." + key), blanks);
}

std::string Sentences::count(const std::string& key, std::int64_t number, Blanks blanks) const {
    blanks.emplace_back("n", text::count(number, language_));
    return say(key + (number == 1 ? "_one" : "_many"), blanks);
}

} // namespace mailquotad::notify
