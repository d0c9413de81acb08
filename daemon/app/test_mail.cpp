#include "app/test_mail.h"

#include "core/escape.h"

namespace mailquotad::app {

notify::DeliveryResult deliver_test(const MailContext& context, notify::NoticeFacts facts,
                                    const std::vector<std::string>& to, notify::Notifier& notifier) {
    constexpr std::chrono::seconds kTimeout{60};
    const std::string from = notify::address_of(facts.from);
    facts.test = true;
    facts.to = to;
    facts.message_id = "test." + facts.slug + '.' + std::to_string(context.now.time_since_epoch().count()) + '@' +
                       from.substr(from.find('@') + 1);
    return notifier.deliver({.envelope_from = from,
                             .to = facts.to,
                             .text = notify::to_rfc5322(notify::compose_notice(facts, context.catalog))},
                            os::Deadline::in(kTimeout));
}

std::vector<std::string> webmasters_of(const settings::Smtp& smtp) {
    return smtp.admin.empty() ? std::vector{notify::address_of(smtp.from)} : smtp.admin;
}

std::string listed_for_terminal(const std::vector<std::string>& addresses) {
    std::string text;
    for (const std::string& address : addresses)
        text += (text.empty() ? "" : ", ") + for_terminal(address);
    return text;
}

} // namespace mailquotad::app
