#include "text/client_guides.h"

#include "text/catalog.h"

#include <algorithm>
#include <iterator>
#include <toml++/toml.h>

namespace mailquotad::text {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, const toml::source_region& where, const std::string& what) {
    throw CatalogError(file.string() + ":" + std::to_string(where.begin.line) + ": " + what);
}

void check_topic(const fs::path& file, const toml::key& key) {
    if (std::find(std::begin(kGuideTopics), std::end(kGuideTopics), key.str()) != std::end(kGuideTopics)) {
        return;
    }
    std::string known;
    for (const char* const topic : kGuideTopics) {
        known += (known.empty() ? "" : ", ") + std::string(topic);
    }
    fail(file, key.source(), "unknown topic " + std::string(key.str()) + "; allowed are " + known);
}

std::string text_of(const fs::path& file, const toml::node& node, const std::string& what) {
    const auto text = node.value_exact<std::string>();
    if (!text || text->empty()) {
        fail(file, node.source(), what + " is not a text");
    }
    return *text;
}

void read_steps(const fs::path& file, const toml::node& node, ClientGuide& guide) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
        fail(file, node.source(), "steps is not a table");
    }
    for (const auto& [key, value] : *table) {
        check_topic(file, key);
        const toml::array* const lines = value.as_array();
        if (lines == nullptr || lines->empty()) {
            fail(file, value.source(), "steps." + std::string(key.str()) + " is not a list of texts");
        }
        for (const toml::node& line : *lines) {
            guide.steps[std::string(key.str())].push_back(text_of(file, line, "a step"));
        }
    }
}

void read_remarks(const fs::path& file, const toml::node& node, ClientGuide& guide) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
        fail(file, node.source(), "remarks is not a table");
    }
    for (const auto& [key, value] : *table) {
        check_topic(file, key);
        guide.remarks.emplace(std::string(key.str()), text_of(file, value, "a remark"));
    }
}

void read_key(const fs::path& file, const toml::key& key, const toml::node& node, ClientGuide& guide) {
    const std::map<std::string_view, std::string*> texts = {{"name", &guide.name},
                                                            {"version", &guide.version},
                                                            {"checked_on", &guide.checked_on},
                                                            {"source", &guide.source}};
    if (const auto text = texts.find(key.str()); text != texts.end()) {
        *text->second = text_of(file, node, std::string(key.str()));
    } else if (key == "steps") {
        read_steps(file, node, guide);
    } else if (key == "remarks") {
        read_remarks(file, node, guide);
    } else {
        fail(file, key.source(),
             "unknown key " + std::string(key.str()) +
                 "; allowed are name, version, checked_on, source, steps, remarks");
    }
}

ClientGuide read_guide(const fs::path& file) {
    ClientGuide guide;
    const std::string stem = file.stem().string(); // CLIENT.LANGUAGE
    const std::size_t dot = stem.rfind('.');
    if (dot == std::string::npos) {
        throw CatalogError(file.string() + ": the name must be CLIENT.LANGUAGE.toml");
    }
    guide.client = stem.substr(0, dot);
    guide.language = stem.substr(dot + 1);
    try {
        for (const auto& [key, node] : toml::parse_file(file.string())) {
            read_key(file, key, node, guide);
        }
    } catch (const toml::parse_error& error) {
        fail(file, error.source(), std::string(error.description()));
    }
    for (const auto& [key, value] : {std::pair("name", &guide.name), std::pair("version", &guide.version),
                                     std::pair("checked_on", &guide.checked_on), std::pair("source", &guide.source)}) {
        if (value->empty()) {
            throw CatalogError(file.string() + ": " + key + " is missing");
        }
    }
    return guide;
}

} // namespace

ClientGuides::ClientGuides(const fs::path& clients) : folder_(clients) {
    try {
        for (const fs::directory_entry& entry : fs::directory_iterator(clients)) {
            const std::string name = entry.path().filename().string();
            if (entry.is_regular_file() && name.front() != '.' && entry.path().extension() == ".toml") {
                guides_.push_back(read_guide(entry.path()));
            }
        }
    } catch (const fs::filesystem_error& error) {
        throw CatalogError(clients.string() + ": " + error.code().message());
    }
    std::sort(guides_.begin(), guides_.end(), [](const ClientGuide& a, const ClientGuide& b) {
        return std::pair(a.client, a.language) < std::pair(b.client, b.language);
    });
}

const ClientGuide* ClientGuides::find(const std::string& client, const std::string& language) const {
    const auto found = std::find_if(guides_.begin(), guides_.end(), [&](const ClientGuide& guide) {
        return guide.client == client && guide.language == language;
    });
    return found == guides_.end() ? nullptr : &*found;
}

const ClientGuide& ClientGuides::guide(const std::string& client, const std::string& language) const {
    for (const auto& [name, spoken] : {std::pair(client, language), std::pair(std::string("webmail"), language),
                                       std::pair(std::string("webmail"), std::string("en"))}) {
        if (const ClientGuide* const found = find(name, spoken)) {
            return *found;
        }
    }
    throw CatalogError(folder_.string() + ": has no webmail.en.toml");
}

} // namespace mailquotad::text
