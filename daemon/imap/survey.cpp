#include "imap/survey.h"

#include "core/ascii.h"
#include "core/byte_size.h"
#include "imap/examined.h"
#include "imap/tally.h"
#include "imap/window.h"
#include "net/crypto.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kMaxBins = 200'000; // about 13 MB; real mailboxes have a few thousand
constexpr std::size_t kKeyDigits = 16;

bool is_virtual(FolderRole role) {
    return role == FolderRole::all || role == FolderRole::flagged;
}

/// Nothing came or went, and no flag changed where the server tells that (RFC 7162 section 3.1).
bool is_unchanged(const StatusItems& status, const SeenFolder& seen) {
    const bool same_flags = !status.highestmodseq || status.highestmodseq == seen.highestmodseq;
    return seen.uidvalidity > 0 && seen.uidnext > 0 && seen.next_uid == 0 && status.uidvalidity == seen.uidvalidity &&
           status.uidnext == seen.uidnext && status.messages == seen.messages && same_flags;
}

/// One folder that has to be looked at.
struct OpenFolder {
    FolderEntry* entry = nullptr;
    std::size_t index = 0; ///< in Survey::folders
};

class Surveying {
public:
    Surveying(const OpenMailbox& mailbox, const SurveyRequest& request, Survey& result, Time now)
        : mailbox_(mailbox), request_(request), result_(result), now_(now), window_(mailbox.memory.window) {}

    void run() {
        begin_anew_if_largest_are_lost();
        std::vector<OpenFolder> open = take_stock();
        result_.complete = open.empty();
        for (const OpenFolder& folder : open) {
            to_do_ += folder.entry->status.messages.value_or(0);
        }
        bool in_time = true;
        for (auto folder = open.begin(); in_time && folder != open.end(); ++folder) {
            in_time = look_at(*folder);
            check_bins();
        }
        result_.complete = in_time;
        drop_uncertain_largest();
        tell_sizes();
    }

private:
    /// Where most of the largest messages went, what comes after them is only found by looking at everything again.
    void begin_anew_if_largest_are_lost() {
        if (result_.largest_floor_bytes > 0 && result_.largest.size() < kLargestKept / 2) {
            result_ = {};
        }
    }

    /// Folders as they are now, with what is known of them; returns those to look at, small ones first.
    std::vector<OpenFolder> take_stock() {
        std::vector<OpenFolder> open;
        std::vector<FolderSurvey> folders;
        for (std::size_t i = 0; i < mailbox_.folders.size(); ++i) {
            FolderEntry& entry = mailbox_.table.entries()[i];
            if (is_virtual(mailbox_.folders[i].role) || !Command::can_be_sent(entry.raw)) {
                continue;
            }
            FolderSurvey folder = known(survey_key(request_.hash_key, entry.raw));
            folder.name = mailbox_.folders[i].name;
            folder.role = mailbox_.folders[i].role;
            if (entry.status.messages == 0) {
                forget(folder);
            } else if (!is_unchanged(entry.status, folder.seen)) {
                open.push_back({.entry = &entry, .index = folders.size()});
            }
            folders.push_back(std::move(folder));
        }
        for (const FolderSurvey& old : result_.folders) { // those that are left have vanished
            if (!old.key.empty()) {
                forget_largest(old.key);
            }
        }
        result_.folders = std::move(folders);
        std::stable_sort(open.begin(), open.end(), [](const OpenFolder& a, const OpenFolder& b) {
            return a.entry->status.messages < b.entry->status.messages;
        });
        return open;
    }

    FolderSurvey known(const std::string& key) {
        const auto found = std::find_if(result_.folders.begin(), result_.folders.end(),
                                        [&](const FolderSurvey& folder) { return folder.key == key; });
        if (found == result_.folders.end()) {
            return {.key = key};
        }
        FolderSurvey folder = std::exchange(*found, {});
        return folder;
    }

    void forget(FolderSurvey& folder) {
        folder.bins.clear();
        folder.busiest_day = {};
        folder.seen = {};
        forget_largest(folder.key);
    }

    void forget_largest(const std::string& key) {
        auto& largest = result_.largest;
        const bool was_full = largest.size() == kLargestKept;
        const std::int64_t smallest = largest.empty() ? 0 : largest.back().size_bytes;
        const auto gone = std::erase_if(largest, [&](const LargeMessage& one) { return one.folder_key == key; });
        if (gone > 0 && was_full) {
            result_.largest_floor_bytes = std::max(result_.largest_floor_bytes, smallest);
        }
    }

    void drop_uncertain_largest() {
        std::erase_if(result_.largest,
                      [&](const LargeMessage& one) { return one.size_bytes < result_.largest_floor_bytes; });
    }

    /// False when time ran out.
    bool look_at(const OpenFolder& open) {
        FolderSurvey& folder = result_.folders[open.index];
        if (!mailbox_.pace.allows(longest_)) {
            return false;
        }
        Examined examined;
        const bool opened = mailbox_.session
                                .run(Command::examine(open.entry->raw),
                                     [&](const Untagged& response) {
                                         examined.note(response);
                                         return false;
                                     })
                                .ok();
        if (!opened) { // a folder that nobody may open holds nothing that anybody can delete
            forget(folder);
            return true;
        }
        FolderTally tally(folder, examined.exists.value_or(0), std::chrono::floor<Days>(now_));
        const bool goes_on = can_go_on(folder, examined);
        if (!goes_on) {
            restart(tally, folder);
        }
        if (!fetch(tally, folder, examined)) {
            return false;
        }
        if (goes_on && !examined.fits(folder.seen.messages)) { // something was deleted: look at all of it
            restart(tally, folder);
            return fetch(tally, folder, examined);
        }
        return true;
    }

    void restart(FolderTally& tally, FolderSurvey& folder) {
        tally.restart();
        forget_largest(folder.key);
    }

    /// Whether looking at the rest, or at new mail, is enough: nothing that was counted has gone or changed its flags.
    bool can_go_on(const FolderSurvey& folder, const Examined& examined) {
        const SeenFolder& seen = folder.seen;
        const std::int64_t exists = examined.exists.value_or(0);
        if (seen.uidvalidity == 0 || seen.uidvalidity != examined.uidvalidity || examined.uidnext == 0) {
            return false;
        }
        if (seen.next_uid == 0 && (examined.uidnext < seen.uidnext || exists < seen.messages ||
                                   (examined.uidnext == seen.uidnext && exists != seen.messages))) {
            return false;
        }
        return flags_still_hold(folder, examined);
    }

    /// What a change did is known only where no message had or has a flag that matters.
    bool flags_still_hold(const FolderSurvey& folder, const Examined& examined) {
        const SeenFolder& seen = folder.seen;
        if (examined.highestmodseq == 0 || seen.highestmodseq == examined.highestmodseq) {
            return true;
        }
        if (seen.highestmodseq == 0 || !mailbox_.capabilities.mod_sequences() ||
            folder.sum(Mark::flagged).messages > 0 || folder.sum(Mark::deleted).messages > 0) {
            return false;
        }
        bool matters = false;
        const std::int64_t end = seen.next_uid > 0 ? seen.next_uid : seen.uidnext;
        const auto answer = mailbox_.session.run(Command::fetch_changed_flags(end - 1, seen.highestmodseq),
                                                 [&](const Untagged& response) {
                                                     if (!is_fetch(response)) {
                                                         return false;
                                                     }
                                                     const FetchLine line = parse_fetch(response.body);
                                                     matters = matters || line.is_flagged || line.is_deleted;
                                                     return true;
                                                 });
        return answer.ok() && !matters;
    }

    static bool is_fetch(const Untagged& response) {
        return response.number && equals_ignoring_case(response.keyword, "FETCH");
    }

    /// What was not looked at yet, window by window; each that was read whole is kept. False when time ran out.
    bool fetch(FolderTally& tally, FolderSurvey& folder, Examined& examined) {
        SeenFolder& seen = folder.seen;
        std::int64_t first = std::max<std::int64_t>(seen.next_uid > 0 ? seen.next_uid : seen.uidnext, 1);
        seen.uidvalidity = examined.uidvalidity;
        seen.uidnext = examined.uidnext;
        seen.highestmodseq = examined.highestmodseq;
        if (examined.uidnext == 0) { // not told: nothing to cut into windows
            if (fetch_window(tally, examined, first, 0)) {
                tally.keep(result_.largest, 0);
            }
            return true;
        }
        while (first < examined.uidnext) {
            seen.next_uid = first;
            if (!mailbox_.pace.allows(longest_)) {
                return false;
            }
            const std::int64_t last = window_.last(first, examined.uidnext);
            if (!fetch_window(tally, examined, first, last)) {
                restart(tally, folder);
                return true;
            }
            first = last + 1;
            tally.keep(result_.largest, first);
        }
        seen.next_uid = 0;
        return true;
    }

    bool fetch_window(FolderTally& tally, Examined& examined, std::int64_t first, std::int64_t last) {
        const os::SteadyTime began = mailbox_.pace.now();
        mailbox_.memory.window = window_.for_next_time(); // stands if this one fails
        const auto answer = mailbox_.session.run(Command::fetch_numbers(first, last), [&](const Untagged& response) {
            if (is_fetch(response)) {
                return tally.take(parse_fetch(response.body), first);
            }
            examined.note(response);
            return false;
        });
        const auto took = mailbox_.pace.now() - began;
        longest_ = std::max(longest_, took);
        mailbox_.memory.window = 0;
        window_.adapt(tally.in_window(), took);
        done_ += tally.in_window();
        if (request_.progress) {
            request_.progress(std::min(done_, to_do_), to_do_);
        }
        return answer.ok();
    }

    void check_bins() const {
        std::size_t bins = 0;
        for (const FolderSurvey& folder : result_.folders) {
            bins += folder.bins.size();
        }
        if (bins > kMaxBins) {
            throw net::NetError(FailureKind::limit, "the dates of the messages are scattered beyond all bounds");
        }
    }

    /// Sizes that the server does not tell by STATUS are known now.
    void tell_sizes() {
        for (std::size_t i = 0; i < mailbox_.folders.size(); ++i) {
            FolderEntry& entry = mailbox_.table.entries()[i];
            const FolderSurvey* folder = result_.find(survey_key(request_.hash_key, entry.raw));
            const bool is_whole =
                folder != nullptr && folder->seen.next_uid == 0 && folder->total().messages == entry.status.messages;
            if (!entry.size && is_whole) {
                entry.size = folder->total().size_bytes;
            }
        }
    }

    const OpenMailbox& mailbox_;
    const SurveyRequest& request_;
    Survey& result_;
    Time now_;
    Window window_;
    os::SteadyTime::duration longest_{};
    std::int64_t done_ = 0;
    std::int64_t to_do_ = 0;
};

} // namespace

std::string survey_key(const std::string& hash_key, const std::string& raw_name) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string key;
    for (const char c : net::hmac(net::Digest::sha256, hash_key, "folder\n" + raw_name).substr(0, kKeyDigits / 2)) {
        key += digits[static_cast<unsigned char>(c) >> 4U];
        key += digits[static_cast<unsigned char>(c) & 15U];
    }
    return key;
}

SurveyReport survey(const SurveyRequest& request, net::Connector& connector, const os::Clock& clock,
                    const os::Cancellation* cancellation) {
    SurveyReport report{.probe = {}, .survey = request.earlier};
    report.probe = probe(request.login, connector, clock, cancellation, [&](const OpenMailbox& mailbox) {
        report.survey.surveyed_at = clock.now();
        report.survey.complete = false;
        Surveying(mailbox, request, report.survey, clock.now()).run();
    });
    return report;
}

} // namespace mailquotad::imap
