// Which CAs are trusted: the system's or those of one file, shared by all connections.
#pragma once

#include "core/endpoint.h"
#include "net/verified_chains.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

struct gnutls_certificate_credentials_st;
struct gnutls_priority_st;

namespace mailquotad::net {

/// A set of CA certificates, never changed after it was loaded, so many connections share it. Skin for
/// gnutls_certificate_credentials_t.
class Authorities {
public:
    Authorities(); ///< none at all
    /// Of a PEM file, or the system's where its name is empty. Throws NetError tls that names what cannot be read or
    /// holds none.
    explicit Authorities(const std::string& ca_file);
    ~Authorities();
    Authorities(const Authorities&) = delete;
    Authorities& operator=(const Authorities&) = delete;

    [[nodiscard]] gnutls_certificate_credentials_st* get() const { return credentials_; }

private:
    gnutls_certificate_credentials_st* credentials_ = nullptr;
    bool is_large_ = false;
};

/// TLS 1.2 and 1.3, with the library's usual ciphers. Skin for gnutls_priority_t.
class Priorities {
public:
    Priorities(); ///< throws NetError
    ~Priorities();
    Priorities(const Priorities&) = delete;
    Priorities& operator=(const Priorities&) = delete;

    [[nodiscard]] gnutls_priority_st* get() const { return priorities_; }

private:
    gnutls_priority_st* priorities_ = nullptr;
};

/// What verifies servers with one trust, shared by their connections, and what it has already verified. The system's
/// CAs take 3.6 MiB and are needed once an hour for each server: they are in memory only while a chain is verified.
/// Thread-safe.
class TlsCredentials {
public:
    /// Loads of CAs within kWindow that are no trouble. From then on, with very many servers, they stay.
    static constexpr int kFewLoads = 8;
    static constexpr std::chrono::minutes kWindow{10};

    TlsCredentials() = default; ///< trusts no CA at all: enough where a pin decides
    /// Loads the CAs, which stay until the first chain was verified. Throws NetError as Authorities does.
    explicit TlsCredentials(const std::string& ca_file);

    /// For a session that does not verify its peer now.
    [[nodiscard]] gnutls_certificate_credentials_st* get() const { return none_.get(); }

    /// Which versions and ciphers may be spoken.
    [[nodiscard]] gnutls_priority_st* priorities() const { return priorities_.get(); }

    /// The CAs, loaded anew where nobody holds them. Throws NetError as Authorities does.
    [[nodiscard]] std::shared_ptr<const Authorities> authorities() const;
    /// Whether they are in memory.
    [[nodiscard]] bool holds_authorities() const;
    /// Gives up what stayed, where it was long ago that many servers were verified.
    void tidy() const;

    /// Chains that led to one of these CAs; other CAs, as a changed file has them, begin with none.
    [[nodiscard]] VerifiedChains& verified() const { return verified_; }

private:
    Priorities priorities_;
    Authorities none_;
    std::optional<std::string> ca_file_; ///< where there are CAs
    // Only saves work: whoever asks sees no change.
    mutable VerifiedChains verified_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Authorities> kept_;
    mutable std::weak_ptr<const Authorities> shared_;
    mutable std::chrono::steady_clock::time_point window_began_{};
    mutable int loads_ = 0; ///< since then
};

/// Loads CAs when they are first asked for (6.5 ms for the system's), and begins anew when their file has changed.
/// Thread-safe.
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
