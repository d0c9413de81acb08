#include "text/catalog.h"

#include "core/escape.h"
#include "text/template.h"
#include "text/words.h"

#include <fstream>
#include <iterator>
#include <utility>

namespace mailquotad::text {
namespace {

namespace fs = std::filesystem;
constexpr const char* kFallback = "en";

struct Language {
    std::map<std::string, Template> templates;
    std::map<std::string, std::string> words;
};
using Languages = std::map<std::string, Language>;
constexpr const char* kShared = ""; ///< the language of what lies beside the language folders

std::string read_text(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) {
        throw CatalogError(file.string() + ": cannot be read");
    }
    if (!is_valid_utf8(text)) {
        throw CatalogError(file.string() + ": is not UTF-8");
    }
    return text;
}

void add_words(std::map<std::string, std::string>& words, std::map<std::string, std::string> more,
               const fs::path& file) {
    words.merge(more);
    if (!more.empty()) {
        throw CatalogError(file.string() + ": " + more.begin()->first + " is in another file too");
    }
}

Language read_language(const fs::path& folder) {
    Language language;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const fs::path file = entry.path();
        const std::string name = file.filename().string();
        const std::string extension = file.extension().string();
        if (name.front() == '.' || !entry.is_regular_file()) {
            continue;
        }
        if (extension == ".toml") {
            add_words(language.words, read_words(file), file);
        } else if (extension == ".txt" || extension == ".html") {
            const Escaping escaping = extension == ".html" ? Escaping::html : Escaping::none;
            language.templates.emplace(name, Template(read_text(file), file.string(), escaping));
        }
    }
    return language;
}

// The first of a language and its fallback that holds a key; Map is a member of Language.
template <typename Map>
const typename Map::mapped_type* find(const Languages& languages, Map Language::*member, const std::string& language,
                                      const std::string& key) {
    for (const std::string& candidate : {language, std::string(kFallback), std::string(kShared)}) {
        const auto found = languages.find(candidate);
        if (found == languages.end()) {
            continue;
        }
        const Map& texts = found->second.*member;
        if (const auto text = texts.find(key); text != texts.end()) {
            return &text->second;
        }
    }
    return nullptr;
}

template <typename Map>
void add_gaps(const Languages& languages, Map Language::*member, const std::string& what,
              std::vector<std::string>& gaps) {
    std::set<std::string> all;
    for (const auto& [name, language] : languages) {
        for (const auto& [key, text] : language.*member) {
            if (name != kShared) {
                all.insert(key);
            }
        }
    }
    for (const auto& [name, language] : languages) {
        for (const std::string& key : all) {
            if (name != kShared && !(language.*member).contains(key)) {
                gaps.push_back(name + ": no " + what + " " + key);
            }
        }
    }
}

} // namespace

struct Catalog::Impl {
    fs::path folder;
    Languages languages;

    [[nodiscard]] const Template& find_template(const std::string& language, const std::string& name) const {
        const Template* const found = find(languages, &Language::templates, language, name);
        if (found == nullptr) {
            throw CatalogError(folder.string() + ": no template " + language + "/" + name);
        }
        return *found;
    }
};

Catalog::Catalog(const fs::path& messages) : impl_(std::make_unique<Impl>()) {
    impl_->folder = messages;
    try {
        impl_->languages.emplace(kShared, read_language(messages));
        for (const fs::directory_entry& entry : fs::directory_iterator(messages)) {
            const std::string name = entry.path().filename().string();
            if (entry.is_directory() && name.front() != '.') {
                impl_->languages.emplace(name, read_language(entry.path()));
            }
        }
    } catch (const fs::filesystem_error& error) {
        throw CatalogError(messages.string() + ": " + error.code().message());
    }
    if (!has(kFallback)) {
        throw CatalogError(messages.string() + ": has no folder \"en\"");
    }
}

Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

bool Catalog::has(const std::string& language) const {
    return language != kShared && impl_->languages.contains(language);
}

std::vector<std::string> Catalog::languages() const {
    std::vector<std::string> names;
    for (const auto& [name, language] : impl_->languages) {
        if (name != kShared) {
            names.push_back(name);
        }
    }
    return names;
}

std::string Catalog::render(const std::string& language, const std::string& name, const Fields& fields) const {
    return impl_->find_template(language, name).render(fields);
}

const std::string& Catalog::word(const std::string& language, const std::string& key) const {
    const std::string* const found = find(impl_->languages, &Language::words, language, key);
    if (found == nullptr) {
        throw CatalogError(impl_->folder.string() + ": no word " + key + " in " + language + "/*.toml");
    }
    return *found;
}

std::vector<std::string> Catalog::gaps() const {
    std::vector<std::string> gaps;
    add_gaps(impl_->languages, &Language::templates, "template", gaps);
    add_gaps(impl_->languages, &Language::words, "word", gaps);
    return gaps;
}

std::vector<std::string> Catalog::templates(const std::string& language) const {
    std::vector<std::string> names;
    if (const auto found = impl_->languages.find(language); found != impl_->languages.end()) {
        for (const auto& [name, text] : found->second.templates) {
            names.push_back(name);
        }
    }
    return names;
}

const std::set<std::string>& Catalog::fields_of(const std::string& language, const std::string& name) const {
    return impl_->find_template(language, name).fields();
}

} // namespace mailquotad::text
