// What makes foreign text harmless, by the rule of each place where it may appear. JSON keeps the exact text.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad {

/// For a terminal or a log line: control, bidi, zero-width and line-separator characters as \x1b or \u202e (\U000e0001
/// beyond U+FFFF); invalid UTF-8 byte by byte as \xff; a backslash stays as it is. The result is one line of valid
/// UTF-8.
std::string for_terminal(std::string_view text);

/// For the output of a Nagios plugin: as for_terminal, and `|` becomes `/`.
std::string for_nagios(std::string_view text);

/// For a label of Nagios performance data: as for_nagios, and `'` and `=` become `/` too.
std::string for_perfdata_label(std::string_view text);

/// For HTML text and quoted attribute values: & < > " ' as entities, everything that for_terminal would escape
/// becomes U+FFFD.
std::string for_html(std::string_view text);

/// For the inside of a quoted JSON string (RFC 8259 section 7): quotation mark, backslash and control characters
/// escaped, each invalid UTF-8 byte U+FFFD.
std::string for_json(std::string_view text);

/// For a mail header: CR, LF, NUL and other control, line-separator and bidi characters become spaces, each invalid
/// UTF-8 byte U+FFFD.
std::string for_header(std::string_view text);

/// Whether the text is valid UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view text);

/// Text as valid UTF-8: each invalid byte becomes U+FFFD. For JSON strings.
std::string to_valid_utf8(std::string_view text);

} // namespace mailquotad
