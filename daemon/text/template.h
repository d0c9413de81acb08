// One mustache template: checked at reading, strict about its fields at rendering. It is kept as text, which is a tenth
// of what mustache.hpp makes of it; what is written is rare, and parsed anew each time.
#pragma once

#include "text/catalog.h"

#include <set>
#include <string>

namespace mailquotad::text {

/// json: for the inside of a quoted JSON string.
enum class Escaping { none, html, json };

/// Variables, sections and inverted sections of mustache; no partials, no other delimiters, and nothing unescaped in
/// HTML: a template cannot switch escaping off.
class Template {
public:
    /// Throws CatalogError that names `origin` and the line.
    Template(const std::string& source, std::string origin, Escaping escaping);

    /// Throws CatalogError for a field that is used and not given. May be called by several threads at a time.
    [[nodiscard]] std::string render(const Fields& fields) const;

    /// The names of all variables and sections.
    [[nodiscard]] const std::set<std::string>& fields() const { return fields_; }

private:
    std::string origin_;
    Escaping escaping_;
    std::set<std::string> fields_;
    std::string prepared_; ///< for mustache.hpp
};

} // namespace mailquotad::text
