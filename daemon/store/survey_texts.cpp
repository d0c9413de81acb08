// Surveys as text: numbers in a fixed order, separated by spaces; entries by semicolons.
#include "store/texts.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace mailquotad::store {

namespace {

std::string_view take_until(std::string_view& text, char end) {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

template <typename Number>
bool take_number(std::string_view& entry, Number& value) {
    const std::string_view digits = take_until(entry, ' ');
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
}

bool take_mark(std::string_view& entry, Mark& mark) {
    int number = 0;
    if (!take_number(entry, number) || number < 0 || number >= kMarks)
        return false;
    mark = static_cast<Mark>(number);
    return true;
}

void add(std::string& text, std::int64_t number) {
    text += (text.empty() || text.back() == ';' ? "" : " ") + std::to_string(number);
}

} // namespace

std::string bins_text(const std::map<BinKey, Bin>& bins) {
    std::string text;
    for (const auto& [key, bin] : bins) {
        text += text.empty() ? "" : ";";
        for (const std::int64_t number : {std::int64_t{key.month.index}, std::int64_t{key.size_class},
                                          static_cast<std::int64_t>(key.mark), bin.messages, bin.size_bytes})
            add(text, number);
    }
    return text;
}

bool parse_bins(std::string_view text, std::map<BinKey, Bin>& bins) {
    while (!text.empty()) {
        std::string_view entry = take_until(text, ';');
        BinKey key;
        Bin bin;
        if (!take_number(entry, key.month.index) || !take_number(entry, key.size_class) ||
            !take_mark(entry, key.mark) || !take_number(entry, bin.messages) || !take_number(entry, bin.size_bytes) ||
            key.size_class < 0 || key.size_class >= kSizeClasses || bin.messages < 0 || bin.size_bytes < 0)
            return false;
        bins[key] = bin;
    }
    return true;
}

std::string seen_text(const FolderSurvey& folder) {
    std::string text;
    for (const std::int64_t number :
         {folder.seen.uidvalidity, folder.seen.uidnext, folder.seen.messages, folder.seen.highestmodseq,
          folder.seen.next_uid, std::int64_t{folder.busiest_day.day.time_since_epoch().count()},
          folder.busiest_day.messages})
        add(text, number);
    return text;
}

bool parse_seen(std::string_view text, FolderSurvey& folder) {
    std::int32_t day = 0;
    const bool read = take_number(text, folder.seen.uidvalidity) && take_number(text, folder.seen.uidnext) &&
                      take_number(text, folder.seen.messages) && take_number(text, folder.seen.highestmodseq) &&
                      take_number(text, folder.seen.next_uid) && take_number(text, day) &&
                      take_number(text, folder.busiest_day.messages);
    folder.busiest_day.day = std::chrono::sys_days(Days(day));
    return read;
}

std::string largest_text(const std::vector<LargeMessage>& largest) {
    std::string text;
    for (const LargeMessage& message : largest) {
        text += (text.empty() ? "" : ";") + std::string(to_string(message.role)) + ' ' + message.folder_key;
        for (const std::int64_t number :
             {std::int64_t{message.date.time_since_epoch().count()}, std::int64_t{message.month.index},
              message.size_bytes, static_cast<std::int64_t>(message.mark)})
            add(text, number);
    }
    return text;
}

std::vector<LargeMessage> parse_largest(std::string_view text) {
    std::vector<LargeMessage> largest;
    while (!text.empty()) {
        std::string_view entry = take_until(text, ';');
        LargeMessage message;
        const auto role = parse_folder_role(take_until(entry, ' '));
        message.folder_key = take_until(entry, ' ');
        std::int64_t date = 0;
        if (!role || !take_number(entry, date) || !take_number(entry, message.month.index) ||
            !take_number(entry, message.size_bytes) || !take_mark(entry, message.mark))
            continue;
        message.role = *role;
        message.date = Time(Seconds(date));
        largest.push_back(std::move(message));
    }
    return largest;
}

} // namespace mailquotad::store
