// libetpan's stream over a transport of ours: SMTP and POP3 of the library, TLS, deadline and limits of ours.
#pragma once

#include "net/transport.h"

#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>

struct _mailstream;
struct _mailstream_low;

namespace mailquotad::net {

/// Owns a transport and the `mailstream` over it. A session of libetpan that is given the stream (mailsmtp_connect,
/// mailpop3_connect) frees it at its end; the rest this object frees. It must outlive that session, and is used by
/// one thread.
class MailStream {
public:
    /// A line of an answer that is longer ends the conversation: the library would buffer it whatever its size.
    static constexpr std::size_t kMaxLineBytes = 64 * 1024;

    /// Throws std::bad_alloc.
    explicit MailStream(std::unique_ptr<Transport> transport);
    ~MailStream();
    MailStream(const MailStream&) = delete;
    MailStream& operator=(const MailStream&) = delete;

    /// For libetpan; null once a session of the library has freed it.
    [[nodiscard]] _mailstream* get() const { return stream_; }

    [[nodiscard]] Transport& transport() { return *transport_; }

    /// To be called whenever libetpan reports a failure: throws the NetError that the transport had thrown, or
    /// NetError protocol when the server had closed the connection; returns when neither was the case.
    void rethrow_if_failed() const;

    /// Upgrades the transport and drops what the library had buffered unread, so that text sent before the handshake
    /// is never taken for an answer (CVE-2020-15953): such text is a NetError tls.
    void start_tls();

    /// While one of these lives, what is written is blanked in the wire log. libetpan's own marks of private lines
    /// count, too.
    class SecretScope {
    public:
        explicit SecretScope(MailStream& stream) : stream_(stream) { ++stream_.secret_depth_; }
        ~SecretScope() { --stream_.secret_depth_; }
        SecretScope(const SecretScope&) = delete;
        SecretScope& operator=(const SecretScope&) = delete;

    private:
        MailStream& stream_;
    };

private:
    struct Driver; ///< what the library calls

    void check_line(std::string_view bytes);

    std::unique_ptr<Transport> transport_;
    _mailstream* stream_ = nullptr;
    std::exception_ptr failure_;
    bool ended_ = false;
    int secret_depth_ = 0;
    std::size_t line_bytes_ = 0; ///< of the line that is being read
};

} // namespace mailquotad::net
