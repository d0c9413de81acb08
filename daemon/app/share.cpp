#include "app/share.h"

#include "observe/log_event.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr Seconds kShortestLease{20};
constexpr int kTurnsPerLease = 5;
constexpr int kAttempts = 20;
// In one turn, so that a daemon which takes thousands over says in between that it lives, and looks at what it has.
constexpr std::size_t kMostHandedOver = 500;
constexpr int kMostEnrolled = 2000;
constexpr std::chrono::hours kUnknownRests{1};

std::string this_host() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// Never used twice, so that a daemon that was taken for dead holds nothing under its new name.
std::string new_name(const std::string& host) {
    std::uint64_t number = 0;
    if (const int code = ::gnutls_rnd(GNUTLS_RND_NONCE, &number, sizeof number); code != 0)
        throw store::StoreError(std::string("cannot make a random name: ") + ::gnutls_strerror(code));
    return fmt::format("{}-{}-{:016x}", host, ::getpid(), number);
}

/// The part of a whole that goes to one of several, the first of them getting what is left over.
int part_of(int whole, std::size_t rank, std::size_t several) {
    const auto count = static_cast<int>(several);
    return whole / count + (static_cast<int>(rank) < whole % count ? 1 : 0);
}

} // namespace

Share::Share(store::Database& database, const os::Clock& clock)
    : database_(database), sharing_(database.sharing()), clock_(clock), shared_(database.is_shared()),
      made_at_(clock.steady()), host_(this_host()), name_(new_name(host_)) {}

bool Share::may_begin(Seconds longest) const {
    return !shared_ || clock_.steady() + longest <= lives_until_;
}

int Share::connections(const std::string& server, int per_server) const {
    if (!shared_)
        return per_server;
    const auto found = servers_.find(server);
    return found == servers_.end() ? 0 : std::min(found->second.slots, found->second.wanted);
}

void Share::set(const settings::Settings& settings) {
    // Twice what a probe may take, and what a mail may take besides.
    lease_ = std::max(kShortestLease, 2 * settings.poll.timeout + Seconds(10));
    server_of_.clear();
    for (const settings::Mailbox& mailbox : settings.mailboxes)
        server_of_[visit_of(mailbox)] = mailbox.server;
    for (auto& [key, server] : servers_)
        server.per_server = 0;
    for (const auto& [unit, server] : server_of_)
        servers_[server].per_server = settings.poll.per_server;
    to_enrol_ = true;
    next_turn_ = {};
}

std::optional<os::SteadyTime> Share::sooner(std::optional<os::SteadyTime> other) const {
    if (!shared_)
        return other;
    return other ? std::min(*other, next_turn_) : next_turn_;
}

std::function<bool(const std::string&)> Share::mail_of(const MailboxRecords& records) const {
    if (!shared_)
        return {};
    return [this, &records](const std::string& slug) {
        const auto found = records.find(slug);
        return holds(found == records.end() ? kWebmastersAffairs : visit_of(*found->second.settings));
    };
}

void Share::undisturbed(const std::string& unit, const std::function<void()>& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            return database_.exclusively(unit, name_, work);
        } catch (const store::ClaimLostError&) {
            uncertain_ = to_enrol_ = true; // it may be gone from the database: `mailquotad forget`
            throw;
        } catch (const store::OvertakenError& error) {
            if (attempt == kAttempts)
                throw store::StoreError(std::string(error.what()) + " again and again");
        }
    }
}

ShareChange Share::turn(const ShareNeeds& needs) {
    if (!shared_ || clock_.steady() < next_turn_)
        return {};
    next_turn_ = clock_.steady() + std::chrono::duration_cast<os::SteadyTime::duration>(lease_) / kTurnsPerLease;
    const os::SteadyTime until = live_on();
    make_sure();
    keep_ends();
    const auto living = sharing_.living(name_, database_now_);
    if (std::exchange(daemons_, static_cast<int>(living.size())) != daemons_)
        spdlog::info("{} daemons share the work", daemons_);
    const auto rank = static_cast<std::size_t>(std::find(living.begin(), living.end(), name_) - living.begin());
    const auto units = sharing_.units_per_server(); // others may know mailboxes that are not in these settings
    for (auto& [key, server] : servers_)
        server.units = units.contains(key) ? units.at(key) : 0;
    if (!held_.contains(kWebmastersAffairs))
        take("", 1);
    std::size_t shift = 0; // what does not divide evenly goes to another daemon at each server
    for (auto& [key, server] : servers_)
        balance(key, server, (rank + shift++) % living.size(), needs);
    hear_of_others();
    if (to_enrol_ || handed_over() >= kMostHandedOver)
        next_turn_ = clock_.steady(); // there is more
    uncertain_ = false;
    lives_until_ = until; // not before: what was lost must have been told before anything new begins
    return std::exchange(change_, {});
}

/// Says that this daemon lives, and until when. Where the others took it for dead, it begins anew and holds nothing.
os::SteadyTime Share::live_on() {
    const os::SteadyTime until = clock_.steady() + lease_; // before the database's clock: never lives too long
    database_now_ = sharing_.clock();
    if (!entered_ || !sharing_.renew(name_, database_now_ + lease_)) {
        if (entered_) {
            lose_all();
            name_ = new_name(host_);
            spdlog::warn("this daemon was not heard of for {} s, others have taken over its mailboxes", lease_.count());
        }
        sharing_.enter(name_, host_, database_now_ + lease_);
        entered_ = true;
    }
    if (to_enrol_)
        enrol();
    return until;
}

void Share::enrol() {
    try {
        std::vector<store::WorkUnit> units{{.name = kWebmastersAffairs, .server = ""}};
        for (const auto& [unit, server] : server_of_)
            units.push_back({.name = unit, .server = server});
        to_enrol_ = !sharing_.enrol(units, database_now_, kMostEnrolled);
        if (to_enrol_)
            return;
        for (const auto& [key, server] : servers_) {
            if (server.per_server > 0) // one that is gone from these settings may be in those of others
                sharing_.set_slots(key, server.per_server);
        }
    } catch (...) {
        to_enrol_ = true;
        throw;
    }
}

/// After a turn that broke off the database may know of units that we took or gave back, and we do not; and settings
/// may have been read that do not know all that we hold.
void Share::make_sure() {
    std::vector<std::string> unwanted;
    for (const std::string& unit : held_) {
        if (unit != kWebmastersAffairs && !server_of_.contains(unit))
            unwanted.push_back(unit);
    }
    if (std::exchange(uncertain_, true)) {
        const auto all = sharing_.held(name_);
        const std::set<std::string> ours(all.begin(), all.end());
        std::set_difference(ours.begin(), ours.end(), held_.begin(), held_.end(), std::back_inserter(unwanted));
        std::set_difference(held_.begin(), held_.end(), ours.begin(), ours.end(), std::back_inserter(unwanted));
    }
    release(std::move(unwanted));
}

void Share::release(std::vector<std::string> units) {
    if (units.empty())
        return;
    sharing_.release(name_, units);
    for (std::string& unit : units) {
        if (held_.erase(unit) > 0)
            change_.lost.push_back(std::move(unit));
    }
}

void Share::balance(const std::string& key, Server& server, std::size_t rank, const ShareNeeds& needs) {
    balance_connections(key, server, rank, needs);
    const int usable = std::min(server.slots, server.wanted);
    // Rounded up, so that all parts together are never less than the whole.
    const int fair = server.per_server == 0 ? 0 : (server.units * usable + server.per_server - 1) / server.per_server;
    const auto ours = static_cast<int>(std::count_if(held_.begin(), held_.end(), [&](const std::string& unit) {
        const auto found = server_of_.find(unit);
        return found != server_of_.end() && found->second == key;
    }));
    if (ours < fair)
        take(key, fair - ours);
    else if (ours > fair)
        give_back(key, ours - fair, needs);
}

/// Connections in use are given back when they have ended.
void Share::balance_connections(const std::string& key, Server& server, std::size_t rank, const ShareNeeds& needs) {
    server.wanted = part_of(server.per_server, rank, static_cast<std::size_t>(daemons_));
    if (server.slots > server.wanted) {
        const int spare = server.slots - std::max(server.wanted, needs.connections(key));
        if (spare > 0)
            sharing_.release_slots(name_, key, spare);
    }
    server.slots = sharing_.take_slots(name_, key, server.wanted - server.slots);
}

std::size_t Share::handed_over() const {
    return change_.taken.size() + change_.changed.size();
}

void Share::hear_of_others() {
    if (seen_until_ == Time{}) // what changed before this daemon read the mailboxes, it has read
        seen_until_ = database_now_ - std::chrono::ceil<Seconds>(clock_.steady() - made_at_) - Seconds(1);
    if (elsewhere_.empty()) {
        for (std::string& unit : sharing_.changed_elsewhere(name_, seen_until_))
            elsewhere_.insert(std::move(unit));
        seen_until_ = database_now_;
    }
    while (!elsewhere_.empty() && handed_over() < kMostHandedOver)
        change_.changed.push_back(std::move(elsewhere_.extract(elsewhere_.begin()).value()));
}

void Share::take(const std::string& server, int most) {
    const auto room = static_cast<int>(kMostHandedOver - std::min(kMostHandedOver, handed_over()));
    std::vector<std::string> unknown;
    for (store::Taken& unit : sharing_.take(name_, server, std::min(most, room))) {
        if (unit.unit != kWebmastersAffairs && !server_of_.contains(unit.unit)) {
            // Of another daemon's settings: it comes last next time, so that it is not in the way.
            sharing_.postpone(name_, unit.unit, database_now_ + kUnknownRests);
            unknown.push_back(unit.unit);
            continue;
        }
        held_.insert(unit.unit);
        unit.due_at = clock_.now() + (unit.due_at - database_now_);
        change_.taken.push_back(std::move(unit));
    }
    release(std::move(unknown));
}

/// Those go first that are due last: whoever takes them has the longest rest before they are due.
void Share::give_back(const std::string& server, int count, const ShareNeeds& needs) {
    std::vector<std::pair<os::SteadyTime, std::string>> idle;
    for (const std::string& unit : held_) {
        const auto found = server_of_.find(unit);
        if (found == server_of_.end() || found->second != server || needs.is_busy(unit))
            continue;
        if (const auto due = needs.due(unit))
            idle.emplace_back(*due, unit);
    }
    std::sort(idle.rbegin(), idle.rend());
    idle.resize(std::min(idle.size(), static_cast<std::size_t>(count)));
    std::vector<std::string> units;
    for (auto& [due, unit] : idle)
        units.push_back(std::move(unit));
    release(std::move(units));
}

void Share::ended(const std::string& unit, std::optional<os::SteadyTime> due) {
    if (shared_ && due && held_.contains(unit))
        ends_[unit] = *due;
}

void Share::keep_ends() {
    while (!ends_.empty()) {
        const auto& [unit, due] = *ends_.begin();
        const auto rest = std::chrono::duration_cast<Seconds>(due - clock_.steady());
        sharing_.note_due(name_, {.unit = unit, .due_at = database_now_ + rest}, database_now_);
        ends_.erase(ends_.begin());
    }
}

void Share::lose_all() {
    change_.taken.clear();
    change_.lost.insert(change_.lost.end(), held_.begin(), held_.end());
    held_.clear();
    ends_.clear();
    lives_until_ = {};
    for (auto& [key, server] : servers_)
        server.slots = 0;
}

bool Share::leave() noexcept {
    if (!shared_ || !entered_)
        return true;
    try {
        sharing_.leave(name_);
        entered_ = false;
    } catch (const std::exception& error) {
        spdlog::warn("the other daemons take over in up to {} s, since they cannot be told now: {}", lease_.count(),
                     error.what());
    }
    return true;
}

} // namespace mailquotad::app
