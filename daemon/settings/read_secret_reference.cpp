// `password = { … }`. No problem repeats a value: somebody may have put the password itself in the wrong place.
#include "settings/readers.h"
#include "settings/values.h"

#include <algorithm>

namespace mailquotad::settings {

namespace {

using Form = SecretReference::Form;

bool has_nul(const std::string& text) {
    return text.find('\0') != std::string::npos;
}

std::optional<SecretReference> read_credential(const Table& table) {
    const auto name = table.text("credential");
    if (!name)
        return std::nullopt;
    if (!is_credential_name(*name)) {
        table.error("credential", "must be the name of a file, of letters, digits and . _ - @ +, without a path; for a "
                                  "path write { file = \"/PATH\" }");
        return std::nullopt;
    }
    return SecretReference{.form = Form::credential, .value = *name, .command = {}};
}

std::optional<SecretReference> read_file(const Table& table) {
    const auto path = table.text("file");
    if (!path)
        return std::nullopt;
    if (!path->starts_with('/') || has_nul(*path)) {
        table.error("file", "must be an absolute path, beginning with /");
        return std::nullopt;
    }
    return SecretReference{.form = Form::file, .value = *path, .command = {}};
}

std::optional<SecretReference> read_variable(const Table& table) {
    const auto name = table.text("env");
    if (!name)
        return std::nullopt;
    if (!is_variable_name(*name)) {
        table.error("env", "must be the name of an environment variable, without $, of letters, digits and _");
        return std::nullopt;
    }
    return SecretReference{.form = Form::env, .value = *name, .command = {}};
}

std::optional<SecretReference> read_command(const Table& table) {
    const auto arguments = table.texts("command");
    if (!arguments)
        return std::nullopt;
    if (arguments->empty() || arguments->front().empty() || std::ranges::any_of(*arguments, has_nul)) {
        table.error("command", R"(must name a program and its arguments, such as ["pass", "show", "kim"])");
        return std::nullopt;
    }
    return SecretReference{.form = Form::command, .value = {}, .command = *arguments};
}

} // namespace

std::optional<SecretReference> read_secret_reference(const Table& parent, std::string_view key) {
    const auto table = parent.table(key);
    if (!table.exists())
        return std::nullopt;
    std::string given;
    int forms = 0;
    for (const auto* form : {"credential", "file", "env", "command"}) {
        if (!table.has(form))
            continue;
        given += (forms++ == 0 ? "" : " and ") + std::string(form);
    }
    if (forms != 1) {
        parent.error(key, forms == 0
                              ? "must name one of credential, file, env, command, such as { credential = \"kim\" }"
                              : "names " + given + "; exactly one form is allowed");
        return std::nullopt;
    }
    if (table.has("credential"))
        return read_credential(table);
    if (table.has("file"))
        return read_file(table);
    return table.has("env") ? read_variable(table) : read_command(table);
}

} // namespace mailquotad::settings
