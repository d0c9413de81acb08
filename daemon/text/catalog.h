// The texts of all languages: mustache templates and words, a folder each, editable by the webmaster.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace mailquotad::text {

class CatalogError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Values for a template: text, a flag, or a list of such.
struct Value;
using Fields = std::map<std::string, Value>;
struct Value {
    std::variant<std::string, bool, std::vector<Fields>> content;
};

class Catalog {
public:
    /// Reads every language folder of `messages`. Throws CatalogError that names file and line.
    explicit Catalog(const std::filesystem::path& messages);
    Catalog(Catalog&&) noexcept;
    ~Catalog();

    [[nodiscard]] bool has(const std::string& language) const;
    [[nodiscard]] std::vector<std::string> languages() const;

    /// Renders messages/LANGUAGE/NAME (".txt": nothing escaped, ".html": HTML escaped). Falls back to "en" for a
    /// language that is not there. Throws CatalogError for an unknown template.
    [[nodiscard]] std::string render(const std::string& language, const std::string& name, const Fields& fields) const;

    /// A word or sentence of messages/LANGUAGE/words.toml by key. Throws CatalogError for an unknown key.
    [[nodiscard]] const std::string& word(const std::string& language, const std::string& key) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace mailquotad::text
