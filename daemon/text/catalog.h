// The texts of all languages: mustache templates and words, a folder each, editable by the webmaster.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace mailquotad::text {

class CatalogError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Values for a template: text, a flag, or a list of such. An empty text counts as a flag that is off.
struct Value;
using Fields = std::map<std::string, Value>;
struct Value {
    std::variant<std::string, bool, std::vector<Fields>> content;
};

/// Constant after its construction; may be used by several threads at a time.
class Catalog {
public:
    /// Reads every language folder of `messages`, and beside them the templates that are the same in all languages.
    /// Throws CatalogError that names file and line.
    explicit Catalog(const std::filesystem::path& messages);
    Catalog(Catalog&&) noexcept;
    Catalog& operator=(Catalog&&) noexcept;
    ~Catalog();

    [[nodiscard]] bool has(const std::string& language) const;
    [[nodiscard]] std::vector<std::string> languages() const;

    /// Renders messages/LANGUAGE/NAME (".txt": nothing escaped, ".html": HTML escaped). Falls back to "en" for a
    /// language that is not there, and for a template that the language lacks. Throws CatalogError for an unknown
    /// template, and for a field that the template uses and `fields` lacks: a text never has a hole in it.
    [[nodiscard]] std::string render(const std::string& language, const std::string& name, const Fields& fields) const;

    /// A word or sentence of messages/LANGUAGE/*.toml by key ("role.inbox" for a key in a table; all files of a
    /// language are one dictionary). Falls back as render() does. Throws CatalogError for an unknown key.
    [[nodiscard]] const std::string& word(const std::string& language, const std::string& key) const;

    /// What a language lacks or has too much compared with all others: "de: no template page.html". For tests and
    /// `check-config`.
    [[nodiscard]] std::vector<std::string> gaps() const;

    /// The names of all templates of a language ("notice.txt"), and the fields that one of them uses.
    [[nodiscard]] std::vector<std::string> templates(const std::string& language) const;
    [[nodiscard]] const std::set<std::string>& fields_of(const std::string& language, const std::string& name) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace mailquotad::text
