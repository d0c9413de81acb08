#include "app/login_guard.h"

#include "core/one_piece.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr int kSharedRefusals = 3;

Seconds wait_after(int refusals) {
    constexpr std::array<int, 3> hours{1, 4, 24};
    return std::chrono::hours(hours[static_cast<std::size_t>(std::clamp(refusals, 1, 3) - 1)]);
}

std::optional<std::string> obstacle(const std::optional<store::LoginBackoff>& backoff, const std::string& credential,
                                    int from, Time now) {
    if (!backoff || backoff->refusals < from || backoff->credential_key != credential)
        return std::nullopt;
    const Time again = backoff->last_refused_at + wait_after(backoff->refusals);
    const bool was_ahead = now < backoff->last_refused_at; // the clock was set back: its times say nothing
    if (now >= again || was_ahead)
        return std::nullopt;
    return backoff->detail + " (not tried again before " + format_utc(again) + " unless the password changes)";
}

void count_refusal(store::Database& database, const std::string& key, const std::string& credential,
                   const std::string& detail, Time now) {
    const auto before = database.login_backoff(key);
    const bool same = before && before->credential_key == credential;
    database.save_login_backoff({.login_key = key,
                                 .credential_key = credential,
                                 .refusals = same ? before->refusals + 1 : 1,
                                 .last_refused_at = now,
                                 .detail = detail});
}

} // namespace

LoginKeys login_keys(const ProbeRequest& request, const std::string& hash_key) {
    const std::string server = to_string(request.endpoint);
    const std::string login = server + '\n' + request.username;
    // Dovecot's "kim@verein.example*master" is a name for each mailbox and one login for all of them.
    const std::string shared = request.shared_login.empty() ? login : server + '\n' + request.shared_login;
    return {.login = store::keyed_hash(hash_key, "login\n" + login + '\n' + request.authorize_as, 32),
            .shared = store::keyed_hash(hash_key, "shared\n" + shared, 32)};
}

LoginMemory login_memory(store::Database& database, const LoginKeys& keys) {
    auto [login, shared] = database.login_backoffs(keys.login, keys.shared);
    return {.login = std::move(login), .shared = std::move(shared)};
}

std::string credential_key(const std::string& login_key, const Secret& password, const std::string& hash_key) {
    std::string text = in_one_piece({"credential\n", login_key, "\n", password.reveal()});
    const std::string key = store::keyed_hash(hash_key, text, 32);
    wipe(text);
    return key;
}

std::optional<LoginObstacle> login_obstacle(const LoginKeys& keys, const LoginMemory& memory, const Secret& password,
                                            const std::string& hash_key, Time now) {
    if (auto own = obstacle(memory.login, credential_key(keys.login, password, hash_key), 1, now))
        return LoginObstacle{.detail = std::move(*own), .shared = false};
    if (auto all = obstacle(memory.shared, credential_key(keys.shared, password, hash_key), kSharedRefusals, now))
        return LoginObstacle{.detail =
                                 "the login that several mailboxes share was refused three times in a row: " + *all,
                             .shared = true};
    return std::nullopt;
}

void record_login(store::Database& database, const LoginResult& result, Time now) {
    if (!result.tried)
        return;
    if (result.refused) {
        count_refusal(database, result.keys.login, result.credential, result.detail, now);
        count_refusal(database, result.keys.shared, result.shared_credential, result.detail, now);
    } else if (result.accepted) {
        database.clear_login_backoffs(result.keys.login, result.keys.shared);
    }
}

} // namespace mailquotad::app
