#include "settings/places.h"

#include "settings/readers.h"
#include "settings/shape.h"

namespace mailquotad::settings {

namespace {

/// The value that a step leads to; nullptr where there is none.
const Node* stepped(const Node& node, const Step& step) {
    if (const auto* key = std::get_if<std::string>(&step))
        return node.find(*key);
    const std::size_t number = std::get<std::size_t>(step);
    return number >= 1 && number <= node.items.size() ? &node.items[number - 1] : nullptr;
}

std::string longer_path(const std::string& path, const Step& step) {
    if (const auto* key = std::get_if<std::string>(&step))
        return join_path(path, *key);
    return item_path(path, std::get<std::size_t>(step));
}

} // namespace

Places::Places(const std::string& text, std::string file) : file_(std::move(file)) {
    auto document = parse_document(text);
    if (auto* root = std::get_if<Node>(&document))
        root_ = std::move(*root);
}

Problem Places::problem(Problem::Severity severity, const std::vector<Step>& path, std::string message) const {
    Problem problem{
        .severity = severity, .file = file_, .line = 0, .column = 0, .key = {}, .message = std::move(message)};
    const Node* node = &root_;
    for (const Step& step : path) {
        problem.key = longer_path(problem.key, step);
        node = node != nullptr ? stepped(*node, step) : nullptr;
        if (node != nullptr && node->position.line > 0) {
            problem.line = node->position.line;
            problem.column = node->position.column;
        }
    }
    return problem;
}

std::size_t Places::mailbox_number(const std::string& address) const {
    const Node* mailboxes = root_.find("mailbox");
    for (std::size_t i = 0; mailboxes != nullptr && i < mailboxes->items.size(); ++i) {
        const Node* value = mailboxes->items[i].find("address");
        if (value != nullptr && lower_case(value->text) == lower_case(address))
            return i + 1;
    }
    return 0;
}

} // namespace mailquotad::settings
