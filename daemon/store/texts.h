// Values that are kept as text: JSON, and bytes that a database would not take.
#pragma once

#include "core/alert.h"
#include "core/measurement.h"
#include "core/survey.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::store {

/// An AlertState as JSON; times in seconds, enumerators by name.
std::string alert_state_text(const AlertState& state);
/// The way back; what is missing keeps its default, so that older texts stay readable. Throws std::runtime_error where
/// it is no such JSON or names something unknown.
AlertState parse_alert_state(std::string_view text);

/// A list of texts as JSON.
std::string list_text(const std::vector<std::string>& list);
/// The way back. Throws std::runtime_error where it is no such JSON.
std::vector<std::string> parse_list(std::string_view text);

/// Sizes by role as "inbox=89000000 sent=1234".
std::string roles_text(const std::vector<std::pair<FolderRole, std::int64_t>>& roles);
/// The way back; what cannot be read is left out.
std::vector<std::pair<FolderRole, std::int64_t>> parse_roles(std::string_view text);

/// The bins of a folder survey: "MONTH CLASS MARK MESSAGES BYTES;…".
std::string bins_text(const std::map<BinKey, Bin>& bins);
/// The way back, added to `bins`; false where it is no such text.
bool parse_bins(std::string_view text, std::map<BinKey, Bin>& bins);

/// What shows whether a folder survey still holds: its SeenFolder and BusiestDay as numbers.
std::string seen_text(const FolderSurvey& folder);
/// The way back into `folder`; false where it is no such text.
bool parse_seen(std::string_view text, FolderSurvey& folder);

/// The largest messages: "ROLE FOLDER_KEY TIME MONTH BYTES MARK;…".
std::string largest_text(const std::vector<LargeMessage>& largest);
/// The way back; an entry that cannot be read is left out.
std::vector<LargeMessage> parse_largest(std::string_view text);

/// Any bytes as text that every database takes (valid UTF-8 without NUL) and that decode_bytes turns back exactly;
/// harmless text without a backslash stays as it is.
std::string encode_bytes(std::string_view bytes);
/// The way back.
std::string decode_bytes(std::string_view text);

/// Foreign text for reading only: valid UTF-8 without NUL, what was not becomes U+FFFD.
std::string readable(std::string_view text);

} // namespace mailquotad::store
