#include "imap/probe.h"

#include "imap/budget.h"
#include "imap/login.h"
#include "imap/measure.h"
#include "imap/memory.h"
#include "imap/session.h"

#include <exception>
#include <memory>

namespace mailquotad::imap {

namespace {

std::string owner_of(const ProbeRequest& request) {
    return to_string(request.endpoint) + ' ' + request.username + ' ' + request.authorize_as;
}

class Probe {
public:
    Probe(const ProbeRequest& request, net::Connector& connector, const os::Clock& clock,
          const os::Cancellation* cancellation, const SessionWork& work)
        : request_(request), connector_(connector), clock_(clock), cancellation_(cancellation), work_(work),
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
        return report;
    }

private:
    Snapshot converse() {
        const Pace pace(clock_, request_.timeout);
        transport_ = connector_.connect({.endpoint = request_.endpoint,
                                         .trust = request_.trust,
                                         .deadline = os::Deadline::in(request_.timeout, cancellation_)});
        Budget budget;
        Session session(*transport_, budget);
        try {
            log_in(session, *transport_, request_);
            Measured measured = measure(session, budget, memory_, pace, clock_.now(), work_);
            commands_ = session.commands();
            if (cancellation_ != nullptr && cancellation_->cancelled()) {
                throw net::NetError(FailureKind::timeout, "the probe was ended early");
            }
            measured.snapshot.measured_at = clock_.now();
            classify_limit(measured.snapshot, measured.quota_told, request_.limit_bytes);
            return std::move(measured.snapshot);
        } catch (...) {
            commands_ = session.commands();
            throw;
        }
    }

    ProbeFailure failure(FailureKind kind, const std::string& detail) {
        if (kind == FailureKind::protocol || kind == FailureKind::limit) {
            memory_.discovered_at.reset(); // what is remembered of the server may be what does not fit any more
        }
        return {.kind = kind, .detail = detail};
    }

    const ProbeRequest& request_;
    net::Connector& connector_;
    const os::Clock& clock_;
    const os::Cancellation* cancellation_;
    const SessionWork& work_;
    Memory memory_;
    std::unique_ptr<net::Transport> transport_;
    int commands_ = 0;
};

} // namespace

ProbeReport probe(const ProbeRequest& request, net::Connector& connector, const os::Clock& clock,
                  const os::Cancellation* cancellation, const SessionWork& work) {
    return Probe(request, connector, clock, cancellation, work).run();
}

} // namespace mailquotad::imap
