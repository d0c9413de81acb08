#include "notify/advice_fields.h"

#include "notify/plain_words.h"
#include "text/numbers.h"
#include "text/template.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace mailquotad::notify {
namespace {

using text::Fields;
using text::Value;

constexpr double kDaysOfWeek = 7;
constexpr double kWeeksWorthSaying = 104; ///< more is no promise that anybody could keep

/// The first day of a month, as the reader writes it.
std::string first_of(Month month, const std::string& language) {
    const auto day = std::chrono::year(month.index / 12) /
                     std::chrono::month(static_cast<unsigned>(month.index % 12) + 1U) / std::chrono::day(1);
    return text::date(std::chrono::sys_days(day), language);
}

std::string folder_words(const Advice& advice, const text::Catalog& catalog, const std::string& language) {
    const std::string& word = catalog.word(language, "role." + std::string(to_string(advice.role)));
    return advice.role == FolderRole::other && !advice.folder.empty() ? plain_words(advice.folder) : word;
}

std::string weeks_gained(const Advice& advice) {
    const double weeks = std::floor(advice.days_gained.value_or(0) / kDaysOfWeek);
    return weeks >= 2 && weeks <= kWeeksWorthSaying ? std::to_string(static_cast<int>(weeks)) : std::string();
}

constexpr AdviceKind kKinds[] = {AdviceKind::empty_trash,      AdviceKind::empty_junk,  AdviceKind::purge_deleted,
                                 AdviceKind::delete_largest,   AdviceKind::drafts,      AdviceKind::duplicates,
                                 AdviceKind::sent_attachments, AdviceKind::archive_old, AdviceKind::archive_old_big,
                                 AdviceKind::fetch_by_pop3,    AdviceKind::bigger_box};

/// One advice as a sentence or two of the language: the template advice_line.txt, its lines joined.
std::string line_of(const Advice& advice, const text::Catalog& catalog, const std::string& language) {
    Fields fields;
    for (const AdviceKind kind : kKinds)
        fields[std::string(to_string(kind))] = Value{advice.kind == kind};
    fields["folder"] = Value{folder_words(advice, catalog, language)};
    fields["messages"] = Value{text::count(advice.messages, language)};
    fields["frees"] = Value{text::bytes(advice.frees_bytes, language)};
    fields["percent_after"] = Value{text::percent(advice.used_ratio_after, language)};
    fields["before"] = Value{advice.before ? first_of(*advice.before, language) : std::string()};
    fields["larger_than"] = Value{advice.larger_than_bytes ? text::bytes(*advice.larger_than_bytes, language) : ""};
    fields["limit"] = Value{advice.limit_bytes ? text::bytes(*advice.limit_bytes, language) : std::string()};
    fields["weeks_gained"] = Value{weeks_gained(advice)};
    fields["effect"] = Value{advice.kind != AdviceKind::bigger_box};
    fields["certain"] = Value{advice.counts == Counts::yes};
    std::string line = catalog.render(language, "advice_line.txt", fields);
    std::replace(line.begin(), line.end(), '\n', ' ');
    line.erase(std::min(line.find_last_not_of(' ') + 1, line.size()));
    return line;
}

/// What of a guide belongs to an advice; nothing where no program needs an explanation.
const char* topic_of(AdviceKind kind) {
    switch (kind) {
    case AdviceKind::empty_trash:
        return "empty_trash";
    case AdviceKind::empty_junk:
        return "empty_junk";
    case AdviceKind::purge_deleted:
        return "purge_deleted";
    case AdviceKind::delete_largest:
    case AdviceKind::sent_attachments:
    case AdviceKind::drafts:
    case AdviceKind::duplicates:
        return "sort_by_size";
    case AdviceKind::archive_old:
    case AdviceKind::archive_old_big:
        return "archive";
    case AdviceKind::fetch_by_pop3:
        return "pop3";
    case AdviceKind::bigger_box:
        break;
    }
    return nullptr;
}

Fields server_fields(const NoticeFacts& facts, const text::Catalog& catalog, const std::string& language) {
    const Endpoint pop3 = facts.pop3.value_or(Endpoint{});
    const char* const security = pop3.tls == TlsMode::implicit   ? "implicit"
                                 : pop3.tls == TlsMode::starttls ? "starttls"
                                                                 : "plaintext";
    return {{"pop3_host", Value{pop3.host}},
            {"pop3_port", Value{std::to_string(pop3.port)}},
            {"pop3_security", Value{catalog.word(language, "security." + std::string(security))}}};
}

/// The steps of one topic with the owner's own servers in them.
Fields guide_of(const text::ClientGuide& guide, const std::string& topic, const Fields& servers,
                const text::Catalog& catalog) {
    const auto filled = [&](const std::string& line) {
        return text::Template(line, guide.client + "." + guide.language + ".toml", text::Escaping::none)
            .render(servers);
    };
    std::vector<Fields> steps;
    if (const auto found = guide.steps.find(topic); found != guide.steps.end()) {
        for (const std::string& step : found->second)
            steps.push_back({{"number", Value{std::to_string(steps.size() + 1)}}, {"step", Value{filled(step)}}});
    }
    const auto remark = guide.remarks.find(topic);
    return {{"topic", Value{catalog.word(guide.language, "guide." + topic)}},
            {"has_steps", Value{!steps.empty()}},
            {"steps", Value{std::move(steps)}},
            {"remark", Value{remark == guide.remarks.end() ? std::string() : filled(remark->second)}}};
}

std::vector<Fields> guides_for(const std::vector<Advice>& shown, const NoticeFacts& facts, const text::Catalog& catalog,
                               const std::string& language) {
    std::vector<Fields> guides;
    std::set<std::string> seen;
    if (!facts.guide)
        return guides;
    const Fields servers = server_fields(facts, catalog, language);
    for (const Advice& advice : shown) {
        const char* const topic = topic_of(advice.kind);
        const bool known =
            topic != nullptr && (facts.guide->steps.contains(topic) || facts.guide->remarks.contains(topic));
        if (known && (advice.kind != AdviceKind::fetch_by_pop3 || facts.pop3) && seen.insert(topic).second)
            guides.push_back(guide_of(*facts.guide, topic, servers, catalog));
    }
    return guides;
}

/// The plan, or where none reaches the target the best single things.
std::vector<Advice> shown_of(const NoticeFacts& facts) {
    const bool by_bytes = facts.assessment.tightest && facts.assessment.tightest->unit == Unit::bytes;
    if (!facts.advice || !by_bytes || facts.notification.kind == NotificationKind::all_clear)
        return {};
    std::vector<Advice> shown = facts.advice->plan.empty() ? facts.advice->all : facts.advice->plan;
    if (shown.size() > kAdviceShown)
        shown.erase(shown.begin() + kAdviceShown, shown.end());
    return shown;
}

std::string line_below(const std::string& program) {
    const auto characters = std::count_if(program.begin(), program.end(), [](char c) { return (c & 0xC0) != 0x80; });
    return std::string(static_cast<std::size_t>(characters), '-');
}

} // namespace

void add_advice(Fields& fields, const NoticeFacts& facts, const text::Catalog& catalog, const std::string& language) {
    const std::vector<Advice> shown = shown_of(facts);
    std::vector<Fields> lines;
    for (const Advice& advice : shown)
        lines.push_back(
            {{"number", Value{std::to_string(lines.size() + 1)}}, {"line", Value{line_of(advice, catalog, language)}}});
    std::vector<Fields> guides = guides_for(shown, facts, catalog, language);
    const std::string program = facts.guide ? facts.guide->name : std::string();
    const bool whole_plan = facts.advice && facts.advice->reaches_target && shown.size() == facts.advice->plan.size();
    const bool uncertain = std::any_of(shown.begin(), shown.end(), [](const Advice& advice) {
        return advice.counts != Counts::yes && advice.kind != AdviceKind::bigger_box;
    });
    fields["has_advice"] = Value{!shown.empty()};
    fields["several"] = Value{shown.size() > 1};
    fields["advice"] = Value{std::move(lines)};
    fields["reaches_target"] = Value{whole_plan};
    fields["percent_after_all"] =
        Value{text::percent(facts.advice ? facts.advice->used_ratio_after_plan : 0, language)};
    fields["has_uncertain"] = Value{shown.empty() || uncertain};
    fields["program"] = Value{program};
    fields["program_line"] = Value{line_below(program)};
    fields["has_guides"] = Value{!guides.empty()};
    fields["guides"] = Value{std::move(guides)};
}

} // namespace mailquotad::notify
