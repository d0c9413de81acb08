#include "net/tls_trust.h"

#include "net/transport.h"
#include "os/memory.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

namespace mailquotad::net {
namespace {

constexpr const char* kPriority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
/// Where Debian's GnuTLS has the system's CAs; only looked at for changes.
constexpr const char* kSystemBundle = "/etc/ssl/certs/ca-certificates.crt";

/// Each takes some 30 KB in small pieces.
constexpr int kMany = 16;

/// Says how many there are, as the next does.
int add_system(gnutls_certificate_credentials_t credentials) {
    const int count = gnutls_certificate_set_x509_system_trust(credentials);
    if (count <= 0) {
        throw NetError(FailureKind::tls,
                       "this machine has no CA certificates: install ca-certificates, or set ca_file");
    }
    return count;
}

int add_file(gnutls_certificate_credentials_t credentials, const std::string& path) {
    const int count = gnutls_certificate_set_x509_trust_file(credentials, path.c_str(), GNUTLS_X509_FMT_PEM);
    if (count < 0) {
        throw NetError(FailureKind::tls, "cannot read the CA file " + path + ": " + gnutls_strerror(count));
    }
    if (count == 0) {
        throw NetError(FailureKind::tls, "the CA file " + path + " holds no certificate");
    }
    return count;
}

} // namespace

Authorities::Authorities() {
    if (gnutls_certificate_allocate_credentials(&credentials_) != GNUTLS_E_SUCCESS) {
        throw NetError(FailureKind::internal, "GnuTLS: out of memory");
    }
}

Authorities::Authorities(const std::string& ca_file) : Authorities() {
    is_large_ = (ca_file.empty() ? add_system(credentials_) : add_file(credentials_, ca_file)) >= kMany;
}

Authorities::~Authorities() {
    gnutls_certificate_free_credentials(credentials_);
    if (is_large_) {
        os::give_back_free_memory();
    }
}

Priorities::Priorities() {
    if (const int code = gnutls_priority_init(&priorities_, kPriority, nullptr); code != GNUTLS_E_SUCCESS) {
        throw NetError(FailureKind::internal, std::string("TLS settings: ") + gnutls_strerror(code));
    }
}

Priorities::~Priorities() {
    gnutls_priority_deinit(priorities_);
}

TlsCredentials::TlsCredentials(const std::string& ca_file) : ca_file_(ca_file) {
    shared_ = kept_ = std::make_shared<const Authorities>(ca_file);
}

std::shared_ptr<const Authorities> TlsCredentials::authorities() const {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<const Authorities> found = shared_.lock();
    if (!found) {
        found = ca_file_ ? std::make_shared<const Authorities>(*ca_file_) : std::make_shared<const Authorities>();
        shared_ = found;
        const auto now = std::chrono::steady_clock::now();
        if (now - window_began_ >= kWindow) {
            window_began_ = now;
            loads_ = 0;
        }
        ++loads_;
    }
    kept_ = loads_ > kFewLoads ? found : nullptr;
    return found;
}

bool TlsCredentials::holds_authorities() const {
    const std::lock_guard lock(mutex_);
    return !shared_.expired();
}

void TlsCredentials::tidy() const {
    const std::lock_guard lock(mutex_);
    if (loads_ > kFewLoads && std::chrono::steady_clock::now() - window_began_ >= kWindow) {
        kept_.reset();
        loads_ = 0;
    }
}

CaStore::FileState CaStore::state_of(const std::string& path) {
    struct stat info {};
    if (::stat(path.empty() ? kSystemBundle : path.c_str(), &info) != 0) {
        return {};
    }
    return {.modified_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
            .size = info.st_size,
            .inode = info.st_ino};
}

std::shared_ptr<const TlsCredentials> CaStore::credentials(const Trust& trust) {
    const std::lock_guard lock(mutex_);
    if (!trust.pins.empty()) {
        if (!none_) {
            none_ = std::make_shared<TlsCredentials>();
        }
        return none_;
    }
    // The state is taken before the content: a file written in between is loaded once more the next time.
    const FileState state = state_of(trust.ca_file);
    Entry& entry = entries_[trust.ca_file];
    if (!entry.credentials || entry.state != state) {
        entry = {.state = state, .credentials = std::make_shared<const TlsCredentials>(trust.ca_file)};
    }
    entry.credentials->tidy();
    return entry.credentials;
}

} // namespace mailquotad::net
