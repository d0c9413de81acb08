// A certificate authority that lives as long as a test: good certificates and every kind of bad one.
#pragma once

#include "core/time.h"

#include <memory>
#include <string>
#include <vector>

struct gnutls_x509_crt_int;
struct gnutls_x509_privkey_int;

namespace mailquotad::tests {

/// A certificate and its key, as PEM.
struct Identity {
    std::string certificate;
    std::string key;
    std::string pin; ///< computed apart from the code under test: over the key, not over the certificate
};

struct CertificateWishes {
    std::vector<std::string> dns = {"localhost"};
    std::vector<std::string> ips = {}; ///< dotted IPv4
    std::string common_name = "test server";
    Seconds valid_from = Days{-1}; ///< from now
    Seconds valid_until = Days{30};
};

class TestCa {
public:
    explicit TestCa(const std::string& name = "Test CA");
    ~TestCa();
    TestCa(const TestCa&) = delete;
    TestCa& operator=(const TestCa&) = delete;

    [[nodiscard]] Identity issue(const CertificateWishes& wishes = {}) const;
    [[nodiscard]] static Identity self_signed(const CertificateWishes& wishes = {});

    /// The CA's own certificate as a PEM file, removed with this object.
    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::string& pem() const { return pem_; }

private:
    gnutls_x509_crt_int* certificate_ = nullptr;
    gnutls_x509_privkey_int* key_ = nullptr;
    std::string pem_;
    std::string file_;
};

/// A new file below the folder for temporary files; the caller removes it.
std::string write_temporary(const std::string& content);

} // namespace mailquotad::tests
