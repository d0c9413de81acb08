// A well-behaved IMAP server in memory: one mailbox per login, with usage and limit that a test changes.
#pragma once

#include "net/transport.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::fakes {

/// What the server tells about one login.
struct SmallAccount {
    std::string password = "secret";
    std::int64_t used_kib = 0;
    std::optional<std::int64_t> limit_kib;
    bool refuses_quota = false; ///< does not tell, which is not the same as no limit
};

/// The state that a test moves while conversations come and go. Thread-safe.
class SmallImapServer final : public net::Connector {
public:
    void set(const std::string& login, const SmallAccount& account);
    [[nodiscard]] SmallAccount account(const std::string& login) const;
    void set_down(bool down);
    /// Logins that were tried, good or bad.
    [[nodiscard]] int logins() const;
    /// Logins that were refused since the last call, in order.
    [[nodiscard]] std::vector<std::string> take_refused();

    std::unique_ptr<net::Transport> connect(const net::ConnectOptions& options) override;

private:
    friend class SmallImapConversation;
    /// Whether the password is right.
    bool log_in(const std::string& login, const std::string& password);

    mutable std::mutex mutex_;
    std::map<std::string, SmallAccount> accounts_;
    bool down_ = false;
    int logins_ = 0;
    std::vector<std::string> refused_;
};

} // namespace mailquotad::fakes
