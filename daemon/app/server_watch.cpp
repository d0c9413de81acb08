#include "app/server_watch.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr int kFewest = 3;

bool is_before_login(const ServerFailure& failed) {
    switch (failed.failure.kind) {
    case FailureKind::dns:
    case FailureKind::connect:
    case FailureKind::tls:
    case FailureKind::greeting:
        return true;
    case FailureKind::timeout:
        return !failed.answered;
    default:
        return false;
    }
}

} // namespace

void ServerWatch::set_servers(std::map<std::string, int> mailboxes) {
    mailboxes_ = std::move(mailboxes);
    std::erase_if(streaks_, [this](const auto& entry) { return !mailboxes_.contains(entry.first); });
}

std::optional<ServerTrouble> ServerWatch::failed(const std::optional<ServerFailure>& failure) {
    if (!failure)
        return std::nullopt;
    const ServerFailure& failed = *failure;
    const FailureKind kind = failed.failure.kind;
    if (!failed.for_all && (kind == FailureKind::credential || kind == FailureKind::internal))
        return std::nullopt;
    Streak& streak = streaks_[failed.server];
    if (streak.slugs.empty() || streak.kind != kind) {
        streak.kind = kind;
        streak.slugs.clear();
        streak.since = failed.failing_since;
    }
    streak.slugs.insert(failed.slug);
    streak.since = std::min(streak.since, failed.failing_since);
    if (streak.trouble) {
        streak.trouble->mailboxes = std::max(streak.trouble->mailboxes, static_cast<int>(streak.slugs.size()));
        return std::nullopt;
    }
    const auto count = static_cast<int>(streak.slugs.size());
    const auto known = mailboxes_.find(failed.server);
    const int all = known == mailboxes_.end() ? count : known->second;
    if (!failed.for_all && !is_before_login(failed) && (count < kFewest || 2 * count < all))
        return std::nullopt;
    streak.trouble = ServerTrouble{.server = failed.server,
                                   .kind = kind,
                                   .detail = failed.failure.detail,
                                   .since = streak.since,
                                   .mailboxes = count};
    return streak.trouble;
}

std::optional<ServerTrouble> ServerWatch::succeeded(const std::string& server) {
    const auto found = streaks_.find(server);
    if (found == streaks_.end())
        return std::nullopt;
    std::optional<ServerTrouble> ended = std::move(found->second.trouble);
    streaks_.erase(found);
    return ended;
}

bool ServerWatch::troubled(const std::string& server) const {
    const auto found = streaks_.find(server);
    return found != streaks_.end() && found->second.trouble.has_value();
}

std::vector<ServerTrouble> ServerWatch::troubles() const {
    std::vector<ServerTrouble> all;
    for (const auto& [server, streak] : streaks_) {
        if (streak.trouble)
            all.push_back(*streak.trouble);
    }
    return all;
}

} // namespace mailquotad::app
