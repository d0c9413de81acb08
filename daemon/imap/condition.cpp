#include "imap/condition.h"

#include "core/ascii.h"

#include <algorithm>
#include <iterator>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kMaxText = 300;

struct KindName {
    std::string_view name;
    ConditionKind kind;
};
constexpr KindName kKinds[] = {{"OK", ConditionKind::ok},
                               {"NO", ConditionKind::no},
                               {"BAD", ConditionKind::bad},
                               {"BYE", ConditionKind::bye},
                               {"PREAUTH", ConditionKind::preauth}};

// CAPABILITY lists run to about 1 kB; anything longer than 8 kB in brackets is no list that one could mean.
constexpr std::size_t kMaxArguments = 8U << 10;

void parse_code(std::string_view& text, Condition& condition) {
    const std::size_t close = text.find(']');
    if (!text.starts_with('[') || close == std::string_view::npos || close > kMaxArguments) {
        return;
    }
    const std::string_view code = text.substr(1, close - 1);
    const std::size_t space = code.find(' ');
    condition.code = upper(code.substr(0, space));
    if (space != std::string_view::npos) {
        condition.arguments = std::string(code.substr(space + 1));
    }
    text.remove_prefix(close + 1);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

bool any_in(std::string_view text, const auto& words) {
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return contains_ignoring_case(text, word); });
}

} // namespace

std::optional<Condition> parse_condition(std::string_view response) {
    const std::string_view word = response.substr(0, response.find(' '));
    const auto* known = std::find_if(std::begin(kKinds), std::end(kKinds),
                                     [&](const KindName& each) { return equals_ignoring_case(each.name, word); });
    if (known == std::end(kKinds)) {
        return std::nullopt;
    }
    Condition result;
    result.kind = known->kind;
    std::string_view text = response.substr(word.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    parse_code(text, result);
    result.text = std::string(text.substr(0, kMaxText));
    return result;
}

std::string to_string(const Condition& condition) {
    const auto* known = std::find_if(std::begin(kKinds), std::end(kKinds),
                                     [&](const KindName& each) { return each.kind == condition.kind; });
    std::string result(known->name);
    if (!condition.code.empty()) {
        result += " [" + condition.code + "]";
    }
    return condition.text.empty() ? result : result + " " + condition.text;
}

FailureKind classify_refusal(const Condition& condition, FailureKind otherwise) {
    // RFC 5530; TEMPFAIL is Yahoo's. SERVERBUG says nothing about the credential, so it must not cost its back-off.
    constexpr std::string_view kLater[] = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "TEMPFAIL", "THROTTLED"};
    constexpr std::string_view kRefused[] = {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "CONTACTADMIN",
                                             "NOPERM"};
    constexpr std::string_view kDisabled[] = {"PRIVACYREQUIRED", "LOGINDISABLED"};
    constexpr std::string_view kLaterWords[] = {
        "too many",         "try again later",   "try later",   "rate limit", "throttl", "temporar",
        "connection limit", "maximum number of", "server busy", "is locked",  "overload"};
    constexpr std::string_view kDisabledWords[] = {"logindisabled", "plaintext authentication disallowed",
                                                   "login is disabled", "use starttls"};
    const auto is_code = [&](const auto& codes) {
        return std::find(std::begin(codes), std::end(codes), condition.code) != std::end(codes);
    };
    if (is_code(kRefused)) {
        return FailureKind::login_refused;
    }
    if (is_code(kDisabled) || any_in(condition.text, kDisabledWords)) {
        return FailureKind::login_disabled;
    }
    return is_code(kLater) || any_in(condition.text, kLaterWords) ? FailureKind::throttled : otherwise;
}

} // namespace mailquotad::imap
