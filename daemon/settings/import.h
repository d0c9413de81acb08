// A list of mailboxes to be taken into the settings once: the columns of [[mailbox_list]], and passwords.
#pragma once

#include "core/secret.h"
#include "settings/document.h"
#include "settings/settings.h"

#include <optional>
#include <string>
#include <vector>

namespace mailquotad::settings {

/// A line of such a list.
struct ImportRow {
    Position position;
    std::string address;
    std::string server; ///< key of the settings, if the line names one
    Secret password;    ///< may be empty
    Node table;         ///< as [[mailbox]] would be, without password and server
};

struct ImportList {
    std::vector<ImportRow> rows;
    std::vector<Problem> problems; ///< of lines that cannot be read, and of the list as a whole
    bool holds_passwords = false;
};

/// Reads a list; what is wrong with one line stops no other. `name` stands for the file in problems. A password that is
/// given may not be with a credential column too.
ImportList read_import(const std::string& text, const std::string& name);

/// The mailbox of a row at a server of `settings`. Its password lies where the row says, else at `password`, else
/// (where that is empty) where the server says. Nothing where there is a problem, which is added to `problems` with its
/// column.
std::optional<Mailbox> mailbox_of_row(const ImportRow& row, const std::string& server, const SecretReference& password,
                                      const Settings& settings, const DataDirectories& data, const std::string& name,
                                      std::vector<Problem>& problems);

} // namespace mailquotad::settings
