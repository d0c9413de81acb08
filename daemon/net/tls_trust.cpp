#include "net/tls_trust.h"

#include "net/transport.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

namespace mailquotad::net {
namespace {

constexpr const char* kPriority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
/// Where Debian's GnuTLS has the system's CAs; only looked at for changes.
constexpr const char* kSystemBundle = "/etc/ssl/certs/ca-certificates.crt";

} // namespace

TlsCredentials::TlsCredentials() {
    if (gnutls_certificate_allocate_credentials(&credentials_) != GNUTLS_E_SUCCESS) {
        throw NetError(FailureKind::internal, "GnuTLS: out of memory");
    }
    if (const int code = gnutls_priority_init(&priorities_, kPriority, nullptr); code != GNUTLS_E_SUCCESS) {
        gnutls_certificate_free_credentials(credentials_);
        throw NetError(FailureKind::internal, std::string("TLS settings: ") + gnutls_strerror(code));
    }
}

TlsCredentials::~TlsCredentials() {
    gnutls_priority_deinit(priorities_);
    gnutls_certificate_free_credentials(credentials_);
}

void TlsCredentials::add_system() {
    if (gnutls_certificate_set_x509_system_trust(credentials_) <= 0) {
        throw NetError(FailureKind::tls,
                       "this machine has no CA certificates: install ca-certificates, or set ca_file");
    }
}

void TlsCredentials::add_file(const std::string& path) {
    const int count = gnutls_certificate_set_x509_trust_file(credentials_, path.c_str(), GNUTLS_X509_FMT_PEM);
    if (count < 0) {
        throw NetError(FailureKind::tls, "cannot read the CA file " + path + ": " + gnutls_strerror(count));
    }
    if (count == 0) {
        throw NetError(FailureKind::tls, "the CA file " + path + " holds no certificate");
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
        auto loaded = std::make_shared<TlsCredentials>();
        trust.ca_file.empty() ? loaded->add_system() : loaded->add_file(trust.ca_file);
        entry = {.state = state, .credentials = std::move(loaded)};
    }
    return entry.credentials;
}

} // namespace mailquotad::net
