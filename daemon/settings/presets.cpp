#include "settings/presets.h"

#include "settings/document.h"
#include "settings/edit.h"
#include "settings/files.h"
#include "settings/readers.h"

#include <algorithm>

namespace mailquotad::settings {

namespace {

std::vector<std::string> texts_of(const Node& table, std::string_view key) {
    std::vector<std::string> texts;
    if (const Node* list = table.find(key)) {
        for (const Node& item : list->items)
            texts.push_back(item.text);
    }
    return texts;
}

} // namespace

std::vector<ProviderPreset> provider_presets(const DataDirectories& data) {
    std::vector<ProviderPreset> presets;
    for (const std::string& name : names_with_ending(data.providers, ".toml")) {
        const auto text = read_text_file(data.providers / (name + ".toml"));
        const auto document = parse_document(text.value_or(""));
        const Node* table = std::get_if<Node>(&document);
        if (!text || table == nullptr)
            continue;
        const Node* note = table->find("note");
        presets.push_back({.name = name,
                           .domains = texts_of(*table, "domains"),
                           .mail_hosts = texts_of(*table, "mail_hosts"),
                           .wants_domain = text->find("{domain}") != std::string::npos,
                           .note = note != nullptr ? note->text : std::string()});
    }
    return presets;
}

std::optional<Server> server_of_preset(const std::string& preset, const std::string& domain, const Trust& trust,
                                       const DataDirectories& data) {
    NewServer added;
    added.server.key = "x";
    added.server.trust = trust;
    added.preset = preset;
    added.domain = domain;
    const Loaded loaded =
        load_text_to_extend(to_toml({.file = {}, .smtp = {}, .servers = {added}, .mailboxes = {}}), "preset", data);
    return loaded.settings ? std::optional(loaded.settings->servers.at("x")) : std::nullopt;
}

bool is_within(const std::string& host, const std::string& domain) {
    const std::string low_host = lower_case(host);
    const std::string low_domain = lower_case(domain);
    return !low_domain.empty() && (low_host == low_domain || low_host.ends_with('.' + low_domain));
}

} // namespace mailquotad::settings
