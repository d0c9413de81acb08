#include "notify/notice_fields.h"

#include "notify/advice_fields.h"
#include "notify/header_text.h"
#include "notify/outlook_words.h"
#include "notify/plain_words.h"
#include "text/numbers.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mailquotad::notify {
namespace {

using text::Fields;
using text::Value;

constexpr std::size_t kFoldersShown = 3;

// What a resource or folder counts, in the words of its unit.
std::string amount(std::int64_t number, Unit unit, const std::string& language) {
    return unit == Unit::bytes ? text::bytes(number, language) : text::count(number, language);
}

double ratio_of(const Resource& resource) {
    return *resource.limit > 0 ? static_cast<double>(resource.used) / static_cast<double>(*resource.limit) : 0;
}

// The fullest limited resource of the other kind than the tightest: sizes beside counts, counts beside sizes.
const Resource* other_limit(const Snapshot& snapshot, Unit tightest) {
    const Resource* fullest = nullptr;
    for (const Resource& resource : snapshot.quota) {
        const bool judged = resource.name == "STORAGE" || resource.name == "MESSAGE";
        if (judged && resource.unit != tightest && resource.limit.value_or(0) > 0 &&
            (fullest == nullptr || ratio_of(resource) > ratio_of(*fullest))) {
            fullest = &resource;
        }
    }
    return fullest;
}

void add_level(Fields& fields, const NoticeFacts& facts, const std::string& language) {
    const Tightest level = facts.assessment.tightest.value_or(Tightest{});
    const Resource* const other = other_limit(facts.snapshot, level.unit);
    const std::int64_t free = std::max<std::int64_t>(level.limit - level.used, 0);
    const auto width = static_cast<int>(std::clamp(std::floor(level.used_ratio * 100 + 1e-9), 0.0, 100.0));
    fields["has_level"] = Value{facts.assessment.tightest.has_value()};
    fields["by_bytes"] = Value{level.unit == Unit::bytes};
    fields["by_count"] = Value{level.unit == Unit::count};
    fields["percent"] = Value{text::percent(level.used_ratio, language)};
    fields["bar_width"] = Value{std::to_string(width)};
    fields["used"] = Value{amount(level.used, level.unit, language)};
    fields["limit"] = Value{amount(level.limit, level.unit, language)};
    fields["free"] = Value{free > 0 ? amount(free, level.unit, language) : std::string()};
    fields["is_over"] = Value{level.used > level.limit};
    fields["limit_from_settings"] = Value{facts.assessment.limit_source == LimitSource::settings};
    fields["no_limit"] = Value{facts.assessment.limit_source == LimitSource::none};
    fields["other_is_count"] = Value{other != nullptr && other->unit == Unit::count};
    fields["other_is_bytes"] = Value{other != nullptr && other->unit == Unit::bytes};
    fields["other_used"] = Value{other == nullptr ? "" : amount(other->used, other->unit, language)};
    fields["other_limit"] = Value{other == nullptr ? "" : amount(*other->limit, other->unit, language)};
    fields["other_percent"] = Value{other == nullptr ? "" : text::percent(ratio_of(*other), language)};
}

void add_occasion(Fields& fields, const NoticeFacts& facts) {
    const Stage stage = facts.notification.stage;
    const NotificationKind kind = facts.notification.kind;
    const bool all_clear = kind == NotificationKind::all_clear;
    const auto& reasons = facts.assessment.reasons;
    const auto has = [&reasons](Reason reason) {
        return Value{std::find(reasons.begin(), reasons.end(), reason) != reasons.end()};
    };
    fields["test"] = Value{facts.test};
    fields["is_warning"] = Value{kind == NotificationKind::warning};
    fields["is_reminder"] = Value{kind == NotificationKind::reminder};
    fields["is_all_clear"] = Value{all_clear};
    fields["stage"] = Value{std::string(to_string(all_clear ? Stage::ok : stage))};
    fields["stage_ok"] = Value{!all_clear && stage == Stage::ok};
    fields["stage_notice"] = Value{!all_clear && stage == Stage::notice};
    fields["stage_warning"] = Value{!all_clear && stage == Stage::warning};
    fields["stage_urgent"] = Value{!all_clear && stage == Stage::urgent};
    fields["stage_full"] = Value{!all_clear && stage == Stage::full};
    const CallReason why = facts.call_reason;
    fields["to_call"] = Value{why == CallReason::no_address || why == CallReason::unchanged};
    fields["why_no_address"] = Value{why == CallReason::no_address};
    fields["why_unattended"] = Value{why == CallReason::unattended};
    fields["why_unchanged"] = Value{why == CallReason::unchanged};
    fields["why_full"] = Value{why == CallReason::now_full};
    fields["reason_free"] = has(Reason::free);
    fields["reason_refused"] = has(Reason::refused);
}

/// Words that depend on how the reader is addressed; the fields are called form_WORD.
constexpr const char* kFormWords[] = {"hello",        "your",          "your_dative",      "your_genitive",
                                      "your_folders", "nothing_to_do", "all_clear_thanks", "nobody_asks",
                                      "ask_back",     "reply",         "your_codeword"};

std::string form_word(const text::Catalog& catalog, const std::string& language, bool formal, const std::string& word) {
    return catalog.word(language, (formal ? "form.formal." : "form.informal.") + word);
}

void add_people(Fields& fields, const NoticeFacts& facts, const text::Catalog& catalog, const std::string& language) {
    constexpr std::size_t kLongName = 80;
    const std::string sender = split_address(facts.from).name;
    fields["language"] = Value{catalog.word(language, "language")};
    fields["address"] = Value{facts.address};
    fields["short_name"] = Value{facts.address.substr(0, facts.address.find('@'))};
    fields["owner_name"] = Value{plain_words(facts.owner_name, kLongName)};
    fields["sender_name"] =
        Value{sender.empty() ? catalog.word(language, "sender.unknown") : plain_words(sender, kLongName)};
    fields["webmail"] = Value{plain_words(facts.webmail, kLongName)};
    fields["measured"] = Value{text::date_and_time(facts.measured_local, language)};
    fields["contact"] = Value{plain_words(facts.wording.contact, kLongName)};
    fields["announced"] = Value{plain_words(facts.wording.announced, kLongName)};
    fields["codeword"] = Value{plain_words(facts.codeword, kLongName)};
    for (const char* const word : kFormWords)
        fields["form_" + std::string(word)] = Value{form_word(catalog, language, facts.wording.formal, word)};
}

/// What an all-clear promises: until which month the space lasts.
void add_relief(Fields& fields, const NoticeFacts& facts, const std::string& language) {
    const bool all_clear = facts.notification.kind == NotificationKind::all_clear;
    const auto& forecast = facts.forecast;
    const bool meaningful = all_clear && forecast && facts.assessment.tightest &&
                            facts.assessment.tightest->unit == Unit::bytes && forecast->growth_bytes_per_day > 0;
    const auto median = meaningful ? forecast->full_in_days.p50 : std::nullopt;
    const auto day = facts.measured_local.day + std::chrono::days(static_cast<int>(median.value_or(0)));
    fields["freed"] = Value{all_clear && facts.freed_bytes.value_or(0) > 0 ? text::bytes(*facts.freed_bytes, language)
                                                                           : std::string()};
    fields["lasts_until"] = Value{median ? text::month_and_year(day, language) : std::string()};
    fields["lasts_long"] = Value{meaningful && !median};
}

void add_outlook(Fields& fields, const NoticeFacts& facts, const std::string& language) {
    using Form = OutlookWords::Form;
    const auto& tightest = facts.assessment.tightest;
    // The forecast is about bytes, and about a limit that is still ahead.
    const bool meaningful = tightest && tightest->unit == Unit::bytes && tightest->used < tightest->limit &&
                            facts.notification.stage != Stage::full &&
                            facts.notification.kind != NotificationKind::all_clear;
    const OutlookWords words = outlook_words(meaningful ? facts.forecast : std::nullopt, facts.measured_local.day);
    const bool one_day = words.first_day == words.last_day;
    const bool one_week = words.first_week == words.last_week;
    fields["outlook_day"] = Value{words.form == Form::dates && one_day};
    fields["outlook_days"] = Value{words.form == Form::dates && !one_day};
    fields["outlook_week"] = Value{words.form == Form::weeks && one_week};
    fields["outlook_weeks"] = Value{words.form == Form::weeks && !one_week};
    fields["outlook_later"] = Value{words.form == Form::later};
    fields["outlook_unsteady"] = Value{words.form == Form::unsteady};
    fields["first_day"] = Value{text::day_and_month(words.first_day, language)};
    fields["last_day"] = Value{text::day_and_month(words.last_day, language)};
    fields["first_week"] = Value{std::to_string(words.first_week)};
    fields["last_week"] = Value{std::to_string(words.last_week)};
}

// A special folder by the word that mail programs show, with the server's name where the word alone is ambiguous.
std::string folder_label(const Folder& folder, const std::vector<Folder>& all, const text::Catalog& catalog,
                         const std::string& language) {
    if (folder.role == FolderRole::other) {
        return plain_words(folder.name);
    }
    const std::string& word = catalog.word(language, "role." + std::string(to_string(folder.role)));
    const auto alike =
        std::count_if(all.begin(), all.end(), [&folder](const Folder& one) { return one.role == folder.role; });
    return alike > 1 ? word + " (" + plain_words(folder.name) + ")" : word;
}

Fields folder_fields(const Folder& folder, const std::vector<Folder>& all, const text::Catalog& catalog,
                     const std::string& language) {
    Fields fields;
    fields["name"] = Value{folder_label(folder, all, catalog, language)};
    fields["size"] = Value{folder.size_bytes ? text::bytes(*folder.size_bytes, language) : std::string()};
    fields["messages"] = Value{folder.messages ? text::count(*folder.messages, language) : std::string()};
    fields["one_message"] = Value{folder.messages == 1};
    fields["is_trash"] = Value{folder.role == FolderRole::trash};
    fields["is_junk"] = Value{folder.role == FolderRole::junk};
    return fields;
}

// Real folders with something in them, the largest by `unit` first; where nobody told the sizes, by their messages.
// \All and \Flagged only show mail of other folders.
std::vector<Folder> by_weight(std::vector<Folder> folders, Unit unit) {
    const auto weight = [unit](const Folder& folder) {
        const std::int64_t size = folder.size_bytes.value_or(0);
        const std::int64_t messages = folder.messages.value_or(0);
        return unit == Unit::bytes ? std::pair(size, messages) : std::pair(messages, size);
    };
    std::erase_if(folders, [&weight](const Folder& folder) {
        return folder.role == FolderRole::all || folder.role == FolderRole::flagged ||
               weight(folder) == std::pair<std::int64_t, std::int64_t>();
    });
    std::stable_sort(folders.begin(), folders.end(),
                     [&weight](const Folder& a, const Folder& b) { return weight(a) > weight(b); });
    return folders;
}

void add_folders(Fields& fields, const NoticeFacts& facts, const text::Catalog& catalog, const std::string& language) {
    const Unit unit = facts.assessment.tightest ? facts.assessment.tightest->unit : Unit::bytes;
    const std::vector<Folder> ranked = by_weight(facts.snapshot.folders, unit);
    std::vector<Fields> largest;
    std::vector<Fields> disposable;
    for (const Folder& folder : ranked) {
        const Fields one = folder_fields(folder, facts.snapshot.folders, catalog, language);
        if (largest.size() < kFoldersShown) {
            largest.push_back(one);
        }
        if (folder.role == FolderRole::trash || folder.role == FolderRole::junk) {
            disposable.push_back(one);
        }
    }
    fields["has_folders"] = Value{!largest.empty()};
    fields["folders"] = Value{std::move(largest)};
    fields["disposable"] = Value{std::move(disposable)};
}

} // namespace

std::string language_of(const NoticeFacts& facts, const text::Catalog& catalog) {
    return catalog.has(facts.language) ? facts.language : "en";
}

text::Fields notice_fields(const NoticeFacts& facts, const text::Catalog& catalog) {
    const std::string language = language_of(facts, catalog);
    Fields fields;
    add_people(fields, facts, catalog, language);
    add_occasion(fields, facts);
    add_level(fields, facts, language);
    add_outlook(fields, facts, language);
    add_relief(fields, facts, language);
    add_folders(fields, facts, catalog, language);
    add_advice(fields, facts, catalog, language);
    return fields;
}

} // namespace mailquotad::notify
