// Which CAs are trusted: the system's or those of one file, loaded once and shared by all connections.
#pragma once

#include "core/endpoint.h"
#include "net/verified_chains.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

struct gnutls_certificate_credentials_st;
struct gnutls_priority_st;

namespace mailquotad::net {

/// A set of CA certificates and which versions and ciphers may be spoken; never changed after it was loaded, so many
/// connections share it, and what they have already verified with it. Skin for gnutls_certificate_credentials_t and
/// gnutls_priority_t.
class TlsCredentials {
public:
    TlsCredentials(); ///< trusts no CA at all: enough where a pin decides
    ~TlsCredentials();
    TlsCredentials(const TlsCredentials&) = delete;
    TlsCredentials& operator=(const TlsCredentials&) = delete;

    void add_system();                      ///< throws NetError tls when the system has no CAs
    void add_file(const std::string& path); ///< PEM; throws NetError tls when it cannot be read or holds none

    [[nodiscard]] gnutls_certificate_credentials_st* get() const { return credentials_; }
    /// TLS 1.2 and 1.3, with the library's usual ciphers.
    [[nodiscard]] gnutls_priority_st* priorities() const { return priorities_; }

    /// Chains that led to one of these CAs; other CAs, as a changed file has them, begin with none.
    [[nodiscard]] VerifiedChains& verified() const { return verified_; }

private:
    gnutls_certificate_credentials_st* credentials_ = nullptr;
    gnutls_priority_st* priorities_ = nullptr;
    mutable VerifiedChains verified_; ///< only saves work: whoever asks sees no change
};

/// Loads CAs when they are first asked for (6.5 ms for the system's) and anew when their file has changed.
/// Thread-safe. Connections keep what they were given.
class CaStore {
public:
    /// What verifies a server with this trust. Throws NetError tls.
    std::shared_ptr<const TlsCredentials> credentials(const Trust& trust);

private:
    /// What tells one state of a file from another.
    struct FileState {
        std::int64_t modified_ns = 0;
        std::int64_t size = -1;
        std::uint64_t inode = 0;
        bool operator==(const FileState&) const = default;
    };
    struct Entry {
        FileState state;
        std::shared_ptr<const TlsCredentials> credentials;
    };
    static FileState state_of(const std::string& path);

    std::mutex mutex_;
    std::map<std::string, Entry> entries_; ///< by ca_file; "" for the system's
    std::shared_ptr<const TlsCredentials> none_;
};

} // namespace mailquotad::net
