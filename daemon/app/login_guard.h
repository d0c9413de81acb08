// Keeps a wrong password from being hammered until the provider locks the account.
#pragma once

#include "core/probe_request.h"
#include "core/time.h"
#include "store/database.h"

#include <optional>
#include <string>

namespace mailquotad::app {

/// Keyed hashes under which refusals are remembered; no login and no password can be read back from them.
struct LoginKeys {
    std::string login;  ///< server, login and authorisation identity
    std::string shared; ///< server and login alone: what several mailboxes of one master user share
};

/// What is remembered about a login at the moment a probe is started.
struct LoginMemory {
    std::optional<store::LoginBackoff> login;
    std::optional<store::LoginBackoff> shared;
};

LoginKeys login_keys(const ProbeRequest& request, const std::string& hash_key);

/// What the database remembers of it. Throws store::StoreError.
LoginMemory login_memory(store::Database& database, const LoginKeys& keys);

/// Belongs to the login and the credential together: a changed password gives another key.
std::string credential_key(const std::string& login_key, const Secret& password, const std::string& hash_key);

/// Why a login is not tried.
struct LoginObstacle {
    std::string detail;
    bool shared = false; ///< it was refused for other mailboxes, not for this one
};

/// Why a login is not to be tried now; nothing where it may be. After refusals of the same credential it is tried
/// again after 1 h, 4 h, then daily; a login that several mailboxes share stops after three refusals in a row.
std::optional<LoginObstacle> login_obstacle(const LoginKeys& keys, const LoginMemory& memory, const Secret& password,
                                            const std::string& hash_key, Time now);

/// How a login ended; what record_login stores.
struct LoginResult {
    LoginKeys keys;
    std::string credential;        ///< credential_key of keys.login
    std::string shared_credential; ///< credential_key of keys.shared
    bool tried = false;
    bool refused = false;
    bool accepted = false;
    std::string detail;
};

/// Counts a refusal, or forgets the earlier ones after a success. Part of the caller's transaction.
void record_login(store::Database& database, const LoginResult& result, Time now);

} // namespace mailquotad::app
