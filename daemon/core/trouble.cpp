#include "core/trouble.h"

#include <algorithm>
#include <utility>

namespace mailquotad {

namespace {

/// Sights that belong together, by login or by server.
using Groups = std::map<std::string, std::vector<const Sight*>>;

Groups grouped(const std::vector<Sight>& sights, std::string Sight::*by) {
    Groups groups;
    for (const Sight& sight : sights)
        groups[sight.*by].push_back(&sight);
    return groups;
}

bool failed_to_log_in(const Sight* sight) {
    return sight->failure && is_login_failure(sight->failure->kind);
}

/// The server did not answer, or not as a mail server does.
bool did_not_answer(const Sight* sight) {
    return sight->failure && !is_login_failure(sight->failure->kind) && sight->failure->kind != FailureKind::internal &&
           sight->failure->kind != FailureKind::limit;
}

void end_trouble(TroubleState& state, const std::string& key, Time now) {
    const auto found = state.open.find(key);
    if (found == state.open.end())
        return;
    Trouble& trouble = found->second;
    trouble.until = now;
    if (trouble.told)
        state.over.push_back(std::move(trouble));
    state.open.erase(found);
}

/// Whether a shared login or the one mailbox is at fault shows when others are refused as well, or measured, or when
/// nothing more was heard for a while.
bool is_unclear(const Trouble& trouble, const std::vector<const Sight*>& group, Time now) {
    const bool proven = trouble.mailboxes.size() >= std::min(kSharedProof, group.size());
    const bool disproven = std::any_of(group.begin(), group.end(), [&](const Sight* sight) {
        return !sight->failure && sight->measured_at && *sight->measured_at > trouble.since;
    });
    return !trouble.told && !proven && !disproven && now >= trouble.since && now - trouble.since < kCollectFor;
}

void follow_login(TroubleState& state, const std::string& key, const std::vector<const Sight*>& group, Time now) {
    const auto found = state.open.find(key);
    std::set<std::string> failing;
    const Sight* first = nullptr;
    for (const Sight* sight : group) {
        if (!failed_to_log_in(sight))
            continue;
        failing.insert(sight->slug);
        first = first == nullptr ? sight : first;
    }
    if (first == nullptr) {
        const bool works =
            std::any_of(group.begin(), group.end(), [](const Sight* s) { return s->tried && !s->failure; });
        if (works)
            end_trouble(state, key, now);
        else if (found != state.open.end()) // not tried again yet since the start
            found->second.unclear = is_unclear(found->second, group, now);
        return;
    }
    if (found != state.open.end()) {
        found->second.mailboxes.merge(failing);
    } else {
        state.open[key] = Trouble{.kind = TroubleKind::login,
                                  .server = first->server,
                                  .mailboxes = std::move(failing),
                                  .failure = first->failure->kind,
                                  .detail = first->failure->detail,
                                  .since = now,
                                  .until = {},
                                  .told = false};
    }
    state.open[key].unclear = is_unclear(state.open[key], group, now);
}

/// Any answer ends it; silence counts only where every mailbox of the server met it.
void follow_server(TroubleState& state, const std::string& server, const std::vector<const Sight*>& group, Time now) {
    const std::string key = "server/" + server;
    const auto answered = [](const Sight* sight) { return sight->tried && !did_not_answer(sight); };
    if (std::any_of(group.begin(), group.end(), answered)) {
        state.unreachable_since.erase(server);
        end_trouble(state, key, now);
        return;
    }
    if (!std::all_of(group.begin(), group.end(), did_not_answer))
        return;
    const Time since = state.unreachable_since.try_emplace(server, now).first->second;
    if (now - since < kGoneAfter || state.open.contains(key))
        return;
    Trouble trouble{.kind = TroubleKind::server_gone,
                    .server = server,
                    .mailboxes = {},
                    .failure = group.front()->failure->kind,
                    .detail = group.front()->failure->detail,
                    .since = since,
                    .until = {},
                    .told = false};
    for (const Sight* sight : group)
        trouble.mailboxes.insert(sight->slug);
    state.open[key] = std::move(trouble);
}

/// What is no longer in the settings troubles nobody.
void forget_vanished(TroubleState& state, const Groups& logins, const Groups& servers) {
    std::erase_if(state.unreachable_since, [&](const auto& entry) { return !servers.contains(entry.first); });
    std::erase_if(state.open, [&](const auto& entry) {
        const std::string& key = entry.first;
        const auto& group = key.starts_with("login/") ? logins : servers;
        return !group.contains(key.substr(key.find('/') + 1));
    });
}

} // namespace

bool is_login_failure(FailureKind kind) {
    return kind == FailureKind::login_refused || kind == FailureKind::login_disabled || kind == FailureKind::credential;
}

void follow_troubles(TroubleState& state, const std::vector<Sight>& sights, Time now) {
    const Groups logins = grouped(sights, &Sight::login);
    const Groups servers = grouped(sights, &Sight::server);
    forget_vanished(state, logins, servers);
    for (const auto& [login, group] : logins)
        follow_login(state, "login/" + login, group, now);
    for (const auto& [server, group] : servers)
        follow_server(state, server, group, now);
}

void follow_smtp(TroubleState& state, bool works, const std::string& detail, Time now) {
    if (!works) {
        if (!state.smtp_failing_since)
            state.smtp_failing_since = now;
        state.smtp_detail = detail;
        return;
    }
    if (state.smtp_failing_since && now - *state.smtp_failing_since >= kStuckAfter)
        state.over.push_back({.kind = TroubleKind::smtp,
                              .server = {},
                              .mailboxes = {},
                              .failure = FailureKind::connect,
                              .detail = state.smtp_detail,
                              .since = *state.smtp_failing_since,
                              .until = now,
                              .told = false});
    state.smtp_failing_since.reset();
    state.smtp_detail.clear();
}

TroubleNews take_news(TroubleState& state, Time now) {
    TroubleNews news;
    if (state.last_told && *state.last_told <= now && now - *state.last_told < kCollectFor)
        return news;
    for (auto& [key, trouble] : state.open) {
        if (trouble.told || trouble.unclear)
            continue;
        news.begun.push_back(trouble);
        trouble.told = true;
    }
    news.over = std::exchange(state.over, {});
    if (!news.empty())
        state.last_told = now;
    return news;
}

} // namespace mailquotad
