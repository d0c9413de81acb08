#include "app/usage_file.h"

#include "app/context.h"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace mailquotad::app {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[noreturn]] void fail(std::string_view name, std::size_t line, const std::string& what) {
    throw CommandFailed(EXIT_FAILURE, std::string(name) + ":" + std::to_string(line) + ": " + what);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::int64_t bytes_of(std::string_view text, std::string_view name, std::size_t line) {
    std::int64_t bytes = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, bytes);
    if (error != std::errc{} || stop != end || bytes < 0)
        fail(name, line, "used_bytes must be a whole number from 0 to 2^63-1, not \"" + std::string(text) + "\"");
    return bytes;
}

DailyUse use_of(std::string_view row, std::string_view name, std::size_t line) {
    const std::size_t comma = row.find(',');
    if (comma == std::string_view::npos || row.find(',', comma + 1) != std::string_view::npos)
        fail(name, line, "a line must be date,used_bytes: two columns, not \"" + std::string(row) + "\"");
    const std::string_view date = trimmed(row.substr(0, comma));
    const auto day = parse_date(date);
    if (!day)
        fail(name, line, "the date must be written as 2026-11-21, not \"" + std::string(date) + "\"");
    return {.day = *day, .used_bytes = bytes_of(trimmed(row.substr(comma + 1)), name, line)};
}

} // namespace

std::vector<DailyUse> parse_usage(std::string_view text, std::string_view name) {
    if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark)
        text.remove_prefix(kByteOrderMark.size());
    std::vector<DailyUse> uses;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = text.find('\n');
        const std::string_view row = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const bool is_header = line == 1 && row == "date,used_bytes";
        if (row.empty() || is_header)
            continue;
        const DailyUse use = use_of(row, name, line);
        if (!uses.empty() && use.day <= uses.back().day)
            fail(name, line, "days must ascend: " + format_date(use.day) + " follows " + format_date(uses.back().day));
        uses.push_back(use);
    }
    if (uses.empty())
        throw CommandFailed(EXIT_FAILURE, std::string(name) + ": there is no line of date,used_bytes");
    return uses;
}

std::vector<DailyUse> read_usage(const std::filesystem::path& file) {
    const std::string name = file.string();
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw CommandFailed(EXIT_FAILURE, "cannot read " + name + ": " + std::strerror(errno));
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (stream.bad() || std::filesystem::is_directory(file))
        throw CommandFailed(EXIT_FAILURE, "cannot read " + name + ": it is no file that can be read");
    return parse_usage(text, name);
}

} // namespace mailquotad::app
