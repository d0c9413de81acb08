#include "app/explain_parts.h"

#include "app/check_output.h"
#include "app/text_table.h"
#include "core/escape.h"
#include "os/clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace mailquotad::app {

namespace {

std::string number(Reason reason, double value) {
    if (reason == Reason::free)
        return iec(static_cast<std::int64_t>(value));
    if (std::isinf(value))
        return "beyond a year";
    std::array<char, 32> text{};
    if (reason == Reason::full_within)
        std::snprintf(text.data(), text.size(), "%.0f days", value);
    else
        std::snprintf(text.data(), text.size(), "%.1f %%", value * 100);
    return text.data();
}

std::string verdict_words(const RuleVerdict& rule) {
    if (!rule.counts)
        return "does not count here";
    if (rule.enters)
        return "holds";
    return rule.leaves ? "does not hold" : "only keeps the stage";
}

} // namespace

std::string local_minute(Time time) {
    const LocalTime at = os::local_time(time);
    const auto minute = static_cast<int>(at.minute_of_day.count());
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), " %02d:%02d", minute / 60, minute % 60);
    return format_date(at.day) + text.data();
}

std::string rules_text(const std::vector<RuleVerdict>& rules, const TerminalLook& look) {
    if (rules.empty())
        return "";
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{"STAGE"},
                     {"RULE"},
                     {"MEASURED", Align::right},
                     {"BEGINS AT", Align::right, Narrow::drop},
                     {"LEFT AT", Align::right, Narrow::drop},
                     {"VERDICT", Align::left, Narrow::cut}});
    for (const RuleVerdict& rule : rules)
        table.add({std::string(to_string(rule.stage)), std::string(to_string(rule.reason)),
                   number(rule.reason, rule.measured), number(rule.reason, rule.enter), number(rule.reason, rule.leave),
                   verdict_words(rule)});
    return table.to_string(look);
}

std::string recipient_words(const store::MailFact& mail) {
    switch (mail.recipient) {
    case store::Recipient::owner:
        return "owner";
    case store::Recipient::copy:
        return "mailbox itself";
    case store::Recipient::admin:
        return "webmaster";
    default:
        return "other";
    }
}

std::string status_words(const store::MailFact& mail) {
    if (mail.status == "sent")
        return "accepted " + local_minute(mail.finished_at.value_or(mail.created_at));
    if (mail.status == "failed")
        return "refused for good: " + for_terminal(mail.last_error);
    if (mail.status == "withdrawn")
        return "taken back " + local_minute(mail.finished_at.value_or(mail.created_at));
    std::string text = "waits";
    if (mail.attempts > 0)
        text += ", tried " + std::to_string(mail.attempts) + " times: " + for_terminal(mail.last_error);
    return text;
}

std::string mails_table(const std::vector<store::MailFact>& mails, const TerminalLook& look) {
    if (mails.empty())
        return "No mail about this mailbox was written yet.\n";
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{"DECIDED"},
                     {"MAIL", Align::left, Narrow::drop},
                     {"STAGE"},
                     {"TO", Align::left, Narrow::drop},
                     {"WHAT BECAME OF IT", Align::left, Narrow::cut}});
    for (const store::MailFact& mail : mails)
        table.add({local_minute(mail.created_at), std::string(to_string(mail.kind)), std::string(to_string(mail.stage)),
                   recipient_words(mail), status_words(mail)});
    return table.to_string(look);
}

} // namespace mailquotad::app
