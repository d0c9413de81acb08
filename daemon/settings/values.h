// The small languages inside of TOML texts: percentages, times of day, addresses, names. Pure functions.
#pragma once

#include "settings/settings.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::settings {

/// "80%" or "12.5%" as a ratio; from 0 to 1. Nothing for any other text.
std::optional<double> parse_percent(std::string_view text);

/// "07:00" as minutes since midnight, up to "23:59". Nothing for any other text.
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);

/// "Mon 07:00" with the English three-letter names of the weekdays. Nothing for any other text.
std::optional<Weekly> parse_weekly(std::string_view text);

/// "127.0.0.1:19993", "localhost:80" or "[::1]:19993". Nothing for any other text; port 0 lets the system choose.
std::optional<Http> parse_listen(std::string_view text);

/// Whether the text is one bare mail address: something without spaces, controls and specials of RFC 5322, an @, a
/// domain. UTF-8 is fine on both sides (RFC 6532); quoted local parts and address literals are not.
bool is_mail_address(std::string_view text);

/// The address of "Name <address>" or of a bare address; empty for any other text.
std::string address_in(std::string_view text);

/// Whether the text can be a host or domain name; UTF-8 is fine.
bool is_domain(std::string_view text);

/// "sha256//" and the base64 of exactly 32 bytes.
bool is_pin(std::string_view text);

/// 1 to 40 of a-z, 0-9 and -.
bool is_slug(std::string_view text);

/// A name for a file in a credentials folder: letters, digits and . _ - @ +, not starting with a dot, at most 255.
bool is_credential_name(std::string_view text);

/// A name that an environment variable can have.
bool is_variable_name(std::string_view text);

/// A name that a data file or folder may have: letters, digits, _ and -, 1 to 40.
bool is_data_name(std::string_view text);

/// Whether there is a control character of ASCII in the text.
bool has_control_character(std::string_view text);

/// Whether the C library knows this time zone: a file in $TZDIR or /usr/share/zoneinfo.
bool is_known_zone(const std::string& name);

/// All names that the time zone database lists with a country; empty where it cannot be read.
std::vector<std::string> zone_names();

} // namespace mailquotad::settings
