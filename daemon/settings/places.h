// Where keys stand in a settings file: for what is only found to be wrong after the file was read.
#pragma once

#include "settings/document.h"
#include "settings/settings.h"

#include <string>
#include <variant>
#include <vector>

namespace mailquotad::settings {

/// One step into a document: a key, or a number from 1 for [[tables]].
using Step = std::variant<std::string, std::size_t>;

/// The places of one file that was read without an error.
class Places {
public:
    /// `text` is the file's, `file` its name in problems.
    Places(const std::string& text, std::string file);

    /// A problem at a key: at its value where that is there, else at the last table on the way to it. The key is
    /// written as everywhere ("mailbox[2].password").
    [[nodiscard]] Problem problem(Problem::Severity severity, const std::vector<Step>& path, std::string message) const;
    /// The number of the [[mailbox]] with this address, from 1; 0 where it stems from a list.
    [[nodiscard]] std::size_t mailbox_number(const std::string& address) const;

private:
    Node root_;
    std::string file_;
};

} // namespace mailquotad::settings
