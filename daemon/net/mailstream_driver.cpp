#include "net/mailstream_driver.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <libetpan/mailstream.h>
#include <libetpan/mailstream_low.h>

namespace mailquotad::net {
namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;

/// Reads nothing and says so.
constexpr ssize_t kFailed = -1;

} // namespace

/// The functions that libetpan calls. No exception leaves them; after a failure none touches the transport again.
struct MailStream::Driver {
    static MailStream& self(mailstream_low* low) { return *static_cast<MailStream*>(low->data); }

    static ssize_t read(mailstream_low* low, void* buffer, std::size_t count) {
        MailStream& stream = self(low);
        if (stream.failure_ || stream.ended_ || count == 0) {
            return kFailed;
        }
        try {
            const std::size_t size = stream.transport_->read({static_cast<char*>(buffer), count});
            stream.check_line({static_cast<const char*>(buffer), size});
            // 0 would let some of the library's loops read for ever.
            stream.ended_ = size == 0;
            return stream.ended_ ? kFailed : static_cast<ssize_t>(size);
        } catch (...) {
            stream.failure_ = std::current_exception();
            return kFailed;
        }
    }

    static ssize_t write(mailstream_low* low, const void* bytes, std::size_t count) {
        MailStream& stream = self(low);
        if (stream.failure_) {
            return kFailed;
        }
        try {
            const bool secret = stream.secret_depth_ > 0 || low->privacy == 0;
            stream.transport_->write({static_cast<const char*>(bytes), count}, secret);
            return static_cast<ssize_t>(count);
        } catch (...) {
            stream.failure_ = std::current_exception();
            return kFailed;
        }
    }

    static int close(mailstream_low* low) {
        self(low).transport_->close();
        return 0;
    }

    // The library frees the stream right after this.
    static void free(mailstream_low* low) {
        self(low).stream_ = nullptr;
        std::free(low);
    }

    // Nothing outside may wait for the descriptor: bytes may be ready within TLS.
    static int descriptor(mailstream_low* /*low*/) { return -1; }

    static void cancel(mailstream_low* /*low*/) {}
    static struct ::mailstream_cancel* get_cancel(mailstream_low* /*low*/) { return nullptr; }
    static carray* certificate_chain(mailstream_low* /*low*/) { return nullptr; }
    static int no_idle(mailstream_low* /*low*/) { return -1; }

    /// The library takes a pointer that is not const, but only ever reads.
    static mailstream_low_driver* table() {
        static mailstream_low_driver functions{.mailstream_read = &read,
                                               .mailstream_write = &write,
                                               .mailstream_close = &close,
                                               .mailstream_get_fd = &descriptor,
                                               .mailstream_free = &free,
                                               .mailstream_cancel = &cancel,
                                               .mailstream_get_cancel = &get_cancel,
                                               .mailstream_get_certificate_chain = &certificate_chain,
                                               .mailstream_setup_idle = &no_idle,
                                               .mailstream_unsetup_idle = &no_idle,
                                               .mailstream_interrupt_idle = &no_idle};
        return &functions;
    }
};

MailStream::MailStream(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {
    mailstream_low* low = mailstream_low_new(this, Driver::table());
    if (!low) {
        throw std::bad_alloc();
    }
    stream_ = mailstream_new(low, kBufferBytes);
    if (!stream_) {
        std::free(low);
        throw std::bad_alloc();
    }
}

MailStream::~MailStream() {
    if (stream_) {
        mailstream_close(stream_);
    }
}

void MailStream::check_line(std::string_view bytes) {
    // The longest line that ends or stays open within these bytes counts.
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        line_bytes_ += end;
        if (line_bytes_ > kMaxLineBytes) {
            throw NetError(FailureKind::limit,
                           "the server sent a line of more than " + std::to_string(kMaxLineBytes) + " bytes");
        }
        if (end == bytes.size()) {
            return;
        }
        line_bytes_ = 0;
        bytes.remove_prefix(end + 1);
    }
}

void MailStream::rethrow_if_failed() const {
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    if (ended_) {
        throw NetError(FailureKind::protocol, "the server closed the connection");
    }
}

void MailStream::start_tls() {
    if (stream_ && stream_->read_buffer_len > 0) {
        throw NetError(FailureKind::tls, "the server sent text between its OK to STARTTLS and the TLS handshake");
    }
    transport_->start_tls();
}

} // namespace mailquotad::net
