#include "pop3/probe.h"

#include "pop3/login.h"
#include "pop3/maildrop.h"
#include "pop3/memory.h"
#include "pop3/session.h"

#include <exception>
#include <memory>

namespace mailquotad::pop3 {

namespace {

std::string owner_of(const ProbeRequest& request) {
    return to_string(request.endpoint) + ' ' + request.username + ' ' + request.authorize_as;
}

class Probe {
public:
    Probe(const ProbeRequest& request, net::Connector& connector, const os::Clock& clock,
          const os::Cancellation* cancellation)
        : request_(request), connector_(connector), clock_(clock), cancellation_(cancellation),
          memory_(memory_from_text(request.memory, owner_of(request))) {}

    ProbeReport run() {
        const os::SteadyTime began = clock_.steady();
        ProbeReport report;
        try {
            report.outcome = converse();
        } catch (const net::NetError& error) {
            report.outcome = failure(error.kind(), error.what());
        } catch (const std::exception& error) {
            report.outcome = failure(FailureKind::internal, error.what());
        }
        report.cost.seconds = std::chrono::duration<double>(clock_.steady() - began).count();
        report.cost.commands = commands_;
        if (transport_) {
            report.cost.round_trips = transport_->traffic().round_trips;
            report.cost.bytes_sent = transport_->traffic().bytes_sent;
            report.cost.bytes_received = transport_->traffic().bytes_received;
            if (report.failure() != nullptr) {
                report.wire_log = transport_->wire_log();
            }
            transport_->close();
        }
        report.memory = to_text(memory_, owner_of(request_));
        report.not_before = memory_.login_delay;
        return report;
    }

private:
    Snapshot converse() {
        transport_ = connector_.connect({.endpoint = request_.endpoint,
                                         .trust = request_.trust,
                                         .deadline = os::Deadline::in(request_.timeout, cancellation_)});
        Session session(*transport_);
        bool logged_in = false;
        try {
            const auto offered = prepare(session, *transport_, request_);
            note_offer(offered);
            log_in(session, *transport_, request_, offered);
            logged_in = true;
            discover(session, offered);
            const Maildrop drop = measure(session, memory_.stat, memory_.capabilities.has("PIPELINING"));
            commands_ = session.commands();
            if (cancellation_ != nullptr && cancellation_->cancelled()) {
                throw net::NetError(FailureKind::timeout, "the probe was ended early");
            }
            return snapshot_of(drop);
        } catch (...) {
            if (logged_in) {
                session.try_to_quit();
            }
            commands_ = session.commands();
            throw;
        }
    }

    /// What a server says to anybody holds until it is asked after the login (RFC 2449 section 6.5).
    void note_offer(const std::optional<Capabilities>& offered) {
        if (offered && !memory_.is_fresh(clock_.now())) {
            memory_.login_delay = offered->login_delay();
        }
    }

    void discover(Session& session, const std::optional<Capabilities>& offered) {
        if (memory_.is_fresh(clock_.now())) {
            return;
        }
        auto after_login = offered ? session.ask_capabilities() : std::nullopt;
        memory_.capabilities = after_login ? *after_login : offered.value_or(Capabilities{});
        memory_.login_delay = memory_.capabilities.login_delay();
        memory_.discovered_at = clock_.now();
    }

    [[nodiscard]] Snapshot snapshot_of(const Maildrop& drop) const {
        Snapshot snapshot;
        snapshot.measured_at = clock_.now();
        snapshot.folders.push_back(
            {.name = "INBOX", .role = FolderRole::inbox, .messages = drop.messages, .size_bytes = drop.size_bytes});
        constexpr bool kToldQuota = false; // POP3 has no command for it
        classify_limit(snapshot, kToldQuota, request_.limit_bytes);
        return snapshot;
    }

    ProbeFailure failure(FailureKind kind, const std::string& detail) {
        if (kind == FailureKind::protocol || kind == FailureKind::limit || kind == FailureKind::throttled) {
            memory_.discovered_at.reset(); // what is remembered of the server may be what does not fit any more
            memory_.stat = StatWorth::unknown;
        }
        return {.kind = kind, .detail = detail};
    }

    const ProbeRequest& request_;
    net::Connector& connector_;
    const os::Clock& clock_;
    const os::Cancellation* cancellation_;
    Memory memory_;
    std::unique_ptr<net::Transport> transport_;
    int commands_ = 0;
};

} // namespace

ProbeReport probe(const ProbeRequest& request, net::Connector& connector, const os::Clock& clock,
                  const os::Cancellation* cancellation) {
    return Probe(request, connector, clock, cancellation).run();
}

} // namespace mailquotad::pop3
