// Mailboxes that come as rows of texts: of a CSV file, or of a query.
#pragma once

#include "settings/csv.h"
#include "settings/document.h"
#include "settings/problems.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::settings {

/// One value of a row; the place is where it was written.
struct RowCell {
    std::string column; ///< one of row_columns(), or another that was asked for
    std::string text;
    Position position;
};

/// One mailbox as texts; empty texts count as absent.
struct MailboxRow {
    std::vector<RowCell> cells;
    Position position;
};

/// The columns that a row may have; address is the only one that it must have.
const std::vector<std::string>& row_columns();

/// Reads a CSV whose first line names columns of row_columns() or `more` and calls `take` for each line with all of
/// them. Lines of another length are noted and passed over; with a first line that is wrong, nothing is read. After a
/// hundred problems, also those that `take` notes, reading ends.
void for_each_row(std::string_view text, const std::vector<std::string>& more, Problems& problems,
                  const std::function<void(const MailboxRow&)>& take);

/// The same for rows that are there already: the first names the columns, and at least one more follows.
void for_each_row(const std::vector<CsvRow>& rows, const std::vector<std::string>& more, Problems& problems,
                  const std::function<void(const MailboxRow&)>& take);

/// The row as the table that [[mailbox]] would be, so that both are read and checked by the same code.
Node mailbox_table(const MailboxRow& row);

/// The column that a key of that table stands for: "owner.mail" is "owner_mail".
std::string column_of_key(const std::string& key);

} // namespace mailquotad::settings
