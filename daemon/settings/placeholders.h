// Templates for what is the same for many mailboxes but for their address: "{address}*master".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::settings {

/// Names and what stands for them.
using Placeholders = std::vector<std::pair<std::string_view, std::string>>;

/// {address}, {local_part} and {domain} of a mailbox.
Placeholders placeholders_of(const std::string& address);

/// Whether there is a {name} in the text.
bool has_placeholder(std::string_view text);

/// The text with every {name} replaced; nothing where one is not known.
std::optional<std::string> filled(std::string_view text, const Placeholders& placeholders);

} // namespace mailquotad::settings
