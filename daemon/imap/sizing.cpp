#include "imap/sizing.h"

#include "core/ascii.h"
#include "core/byte_size.h"
#include "imap/examined.h"
#include "imap/window.h"

#include <algorithm>
#include <map>
#include <optional>

namespace mailquotad::imap {

namespace {

constexpr std::int64_t kSmallFolder = 2'000; // messages: fetched whole, several folders in one flight
constexpr std::int64_t kMessagesPerFlight = 5'000;
constexpr std::size_t kFoldersPerFlight = 20;

/// What EXAMINE tells and UID FETCH adds up for one folder.
struct Tally {
    FolderEntry* entry = nullptr;
    std::string key;
    SizedFolder base; ///< what is known already; messages and size count on from here
    std::int64_t from_uid = 1;
    Examined seen;
    std::int64_t count = 0;
    std::int64_t size = 0;
    std::int64_t last_uid = 0;

    void restart() {
        base = {};
        from_uid = 1;
        count = size = last_uid = 0;
    }
    [[nodiscard]] std::int64_t total_count() const { return base.messages + count; }
    [[nodiscard]] std::int64_t total_size() const { return saturating_add(base.size, size); }
    [[nodiscard]] SizedFolder result(std::int64_t next_uid) const {
        return {.uidvalidity = seen.uidvalidity,
                .uidnext = seen.uidnext,
                .messages = total_count(),
                .highestmodseq = seen.highestmodseq,
                .size = total_size(),
                .next_uid = next_uid};
    }
    [[nodiscard]] bool is_whole() const { return seen.fits(total_count()); }
};

const SizedFolder* cached(const FolderEntry& entry, const Memory& memory) {
    const auto found = memory.sizes.find(folder_key(entry.raw));
    const bool same = found != memory.sizes.end() && found->second.uidvalidity > 0 &&
                      entry.status.uidvalidity == found->second.uidvalidity;
    return same ? &found->second : nullptr;
}

/// With equal UIDVALIDITY, UIDNEXT and MESSAGES nothing can have come or gone, whatever flags changed. Without UIDNEXT
/// an equal HIGHESTMODSEQ says the same (RFC 7162 section 3.1).
bool is_unchanged(const FolderEntry& entry, const SizedFolder& before) {
    if (before.next_uid != 0 || entry.status.messages != before.messages) {
        return false;
    }
    if (entry.status.uidnext && before.uidnext > 0) {
        return *entry.status.uidnext == before.uidnext;
    }
    return before.highestmodseq > 0 && entry.status.highestmodseq == before.highestmodseq;
}

bool note(Tally& tally, const Untagged& response) {
    if (response.number && equals_ignoring_case(response.keyword, "FETCH")) {
        const FetchLine line = parse_fetch(response.body);
        // "n:*" also gives the last message below n; and nothing is counted twice.
        if (line.uid && line.size && *line.uid >= tally.from_uid && *line.uid > tally.last_uid) {
            ++tally.count;
            tally.size = saturating_add(tally.size, *line.size);
            tally.last_uid = *line.uid;
        }
        return line.uid && line.size;
    }
    tally.seen.note(response);
    return false;
}

class Sizing {
public:
    Sizing(Session& session, Memory& memory, const Pace& pace)
        : session_(session), memory_(memory), pace_(pace), window_(memory.window) {}

    bool run(FolderTable& table) {
        std::vector<FolderEntry*> open = unsized(table);
        auto next = open.begin();
        while (next != open.end()) {
            if (!pace_.allows(longest_)) {
                return false;
            }
            const os::SteadyTime began = pace_.now();
            const auto end = small_group(next, open.end());
            if (end != next) {
                examine_group({next, end});
                next = end;
            } else if (!examine_large(**next++)) {
                return false;
            }
            longest_ = std::max(longest_, std::min<os::SteadyTime::duration>(pace_.now() - began, Window::kSlow));
        }
        return true;
    }

private:
    using Place = std::vector<FolderEntry*>::iterator;

    /// Small folders first, virtual ones last, so that most sizes are there when time runs out.
    std::vector<FolderEntry*> unsized(FolderTable& table) {
        std::vector<FolderEntry*> open;
        for (FolderEntry& entry : table.entries()) {
            if (needs_fetch(entry, memory_)) {
                open.push_back(&entry);
            } else if (!entry.size && entry.status.messages == 0) {
                entry.size = 0;
            } else if (const auto* before = cached(entry, memory_); !entry.size && before != nullptr) {
                entry.size = before->size;
            }
        }
        const auto order = [](const FolderEntry* entry) {
            const bool is_virtual = entry->role == FolderRole::all || entry->role == FolderRole::flagged;
            return std::pair(is_virtual, *entry->status.messages);
        };
        std::stable_sort(open.begin(), open.end(),
                         [&](const FolderEntry* a, const FolderEntry* b) { return order(a) < order(b); });
        return open;
    }

    static Place small_group(Place first, Place end) {
        std::int64_t messages = 0;
        Place last = first;
        while (last != end && static_cast<std::size_t>(last - first) < kFoldersPerFlight &&
               *(*last)->status.messages <= kSmallFolder && messages < kMessagesPerFlight) {
            messages += *(*last)->status.messages;
            ++last;
        }
        return last;
    }

    Tally begin(FolderEntry& entry) const {
        Tally tally;
        tally.entry = &entry;
        tally.key = folder_key(entry.raw);
        const SizedFolder* before = cached(entry, memory_);
        if (before == nullptr) {
            return tally;
        }
        const bool only_more = entry.status.uidnext && before->uidnext > 0 &&
                               *entry.status.uidnext >= before->uidnext && *entry.status.messages >= before->messages;
        if (before->next_uid > 0 || only_more) {
            tally.base = *before;
            tally.from_uid = before->next_uid > 0 ? before->next_uid : before->uidnext;
        }
        return tally;
    }

    // EXAMINE and one FETCH of everything for each folder, all in one write.
    void examine_group(const std::vector<FolderEntry*>& group) {
        std::vector<Tally> tallies;
        std::vector<Command> commands;
        for (FolderEntry* entry : group) {
            tallies.push_back(begin(*entry));
            commands.push_back(Command::examine(entry->raw));
            commands.push_back(Command::fetch_sizes(tallies.back().from_uid, 0));
        }
        const auto answers = session_.fly(commands, [&](const Untagged& response) {
            return response.command / 2 < tallies.size() && note(tallies[response.command / 2], response);
        });
        for (std::size_t i = 0; i < tallies.size(); ++i) {
            Tally& tally = tallies[i];
            const bool answered = answers[2 * i].ok() && answers[2 * i + 1].ok();
            const bool is_stale =
                tally.base.messages > 0 && (!tally.is_whole() || tally.seen.uidvalidity != tally.base.uidvalidity);
            if (answered && is_stale && pace_.allows()) { // something was deleted: add up anew
                memory_.sizes.erase(tally.key);
                examine_group({tally.entry});
            } else {
                finish(tally, answered && !is_stale);
            }
        }
    }

    // One folder in windows of UIDs, so that every window that was added up is kept. False when time ran out.
    bool examine_large(FolderEntry& entry) {
        Tally tally = begin(entry);
        const auto on_untagged = [&](const Untagged& response) { return note(tally, response); };
        if (!session_.run(Command::examine(entry.raw), on_untagged).ok()) {
            return true;
        }
        if (tally.base.uidvalidity != tally.seen.uidvalidity) {
            tally.restart();
        }
        if (tally.seen.uidnext == 0) { // not told: nothing to cut into windows
            const bool answered = session_.run(Command::fetch_sizes(tally.from_uid, 0), on_untagged).ok();
            finish(tally, answered);
            return true;
        }
        const bool had_base = tally.base.messages > 0;
        if (!fetch_windows(tally, on_untagged)) {
            return false;
        }
        if (had_base && !tally.is_whole() && pace_.allows(longest_)) { // something was deleted: add up anew
            tally.restart();
            if (!fetch_windows(tally, on_untagged)) {
                return false;
            }
        }
        finish(tally, true);
        return true;
    }

    bool fetch_windows(Tally& tally, const Session::OnUntagged& on_untagged) {
        std::int64_t first = tally.from_uid;
        while (first < tally.seen.uidnext) {
            if (!pace_.allows(longest_)) {
                return false;
            }
            const std::int64_t last = window_.last(first, tally.seen.uidnext);
            const std::int64_t before = tally.count;
            const os::SteadyTime began = pace_.now();
            memory_.window = window_.for_next_time(); // stands if this one fails
            const bool answered = session_.run(Command::fetch_sizes(first, last), on_untagged).ok();
            const auto took = pace_.now() - began;
            longest_ = std::max(longest_, took);
            memory_.window = 0;
            if (!answered) {
                memory_.sizes.erase(tally.key);
                return true;
            }
            first = last + 1;
            if (tally.seen.uidvalidity > 0) {
                memory_.sizes[tally.key] = tally.result(first);
            }
            window_.adapt(tally.count - before, took);
        }
        return true;
    }

    void finish(const Tally& tally, bool answered) {
        if (!answered || !tally.is_whole()) {
            memory_.sizes.erase(tally.key);
            return;
        }
        tally.entry->size = tally.total_size();
        tally.entry->status.messages = tally.total_count();
        if (tally.seen.uidvalidity > 0) {
            memory_.sizes[tally.key] = tally.result(0);
        }
    }

    Session& session_;
    Memory& memory_;
    const Pace& pace_;
    Window window_;
    os::SteadyTime::duration longest_{};
};

} // namespace

bool needs_fetch(const FolderEntry& entry, const Memory& memory) {
    if (entry.size || !entry.status.messages || *entry.status.messages == 0 || !Command::can_be_sent(entry.raw)) {
        return false;
    }
    const SizedFolder* before = cached(entry, memory);
    return before == nullptr || !is_unchanged(entry, *before);
}

bool add_up_sizes(Session& session, FolderTable& table, Memory& memory, const Pace& pace) {
    return Sizing(session, memory, pace).run(table);
}

} // namespace mailquotad::imap
