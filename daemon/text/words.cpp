#include "text/words.h"

#include "text/catalog.h"

#include <toml++/toml.h>

namespace mailquotad::text {
namespace {

using Words = std::map<std::string, std::string>;

[[noreturn]] void fail(const std::filesystem::path& file, const toml::source_region& where, const std::string& what) {
    throw CatalogError(file.string() + ":" + std::to_string(where.begin.line) + ": " + what);
}

void collect(const std::filesystem::path& file, const toml::table& table, const std::string& prefix, Words& words) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const toml::table* const inner = node.as_table()) {
            collect(file, *inner, name + ".", words);
        } else if (const auto text = node.value_exact<std::string>()) {
            words.emplace(name, *text);
        } else {
            fail(file, node.source(), name + " is not a text");
        }
    }
}

} // namespace

std::map<std::string, std::string> read_words(const std::filesystem::path& file) {
    try {
        Words words;
        collect(file, toml::parse_file(file.string()), "", words);
        return words;
    } catch (const toml::parse_error& error) {
        fail(file, error.source(), std::string(error.description()));
    }
}

} // namespace mailquotad::text
