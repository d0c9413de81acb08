#include "imap/measure.h"

#include "core/ascii.h"
#include "imap/folder_table.h"
#include "imap/quota.h"
#include "imap/root_discovery.h"
#include "imap/sizing.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kCommandsPerFlight = 100;

class Measurement {
public:
    Measurement(Session& session, Budget& budget, Memory& memory, const Pace& pace, Time now, const SessionWork& work)
        : session_(session), memory_(memory), pace_(pace), now_(now), work_(work), table_(budget), quota_(budget),
          discovers_(!memory.is_fresh(now)) {}

    Measured run() {
        learn_capabilities();
        if (discovers_) {
            forget_shape();
        }
        const bool one_flight = !work_ && !discovers_ && lists_with_sizes() && !memory_.follow_up;
        first_flight(one_flight);
        if (one_flight) {
            check_list();
            table_.keep_personal(memory_.personal, memory_.foreign);
            memory_.follow_up = lacks_something();
        } else {
            list_plainly_if_needed();
            table_.keep_personal(memory_.personal, memory_.foreign);
            discover_roots();
            ask_missing_status();
            add_up_and_log_out();
        }
        if (discovers_) {
            memory_.discovered_at = now_;
        } else if (root_refused_ && quota_.answered()) {
            memory_.discovered_at.reset(); // the folder that stood for a root may be gone: another must be found
        }
        forget_vanished_folders();
        return {.snapshot = {.measured_at = {},
                             .limit_source = LimitSource::not_told,
                             .quota = quota_.resources(),
                             .folders = shown_folders()},
                .quota_told = quota_.told()};
    }

private:
    [[nodiscard]] std::vector<Folder> shown_folders() const {
        return table_.folders(memory_.personal, capabilities_.utf8_names_only());
    }

    void learn_capabilities() {
        if (!session_.capabilities() && (discovers_ || memory_.capabilities.empty())) {
            session_.run(Command::capability());
        }
        if (session_.capabilities()) {
            memory_.capabilities = session_.capabilities()->text();
        }
        capabilities_ = Capabilities(memory_.capabilities);
    }

    void forget_shape() {
        asks_namespaces_ = !memory_.refuses(Refusal::name_space);
        memory_.refusals = 0;
        memory_.follow_up = false;
        if (asks_namespaces_) {
            memory_.personal.clear();
            memory_.foreign.clear();
        }
        memory_.root_folders = {"INBOX"};
    }

    [[nodiscard]] bool asks_size() const { return capabilities_.status_size() && !memory_.refuses(Refusal::size); }
    [[nodiscard]] bool lists_with_status() const {
        return capabilities_.list_status() && !memory_.refuses(Refusal::list_status);
    }
    [[nodiscard]] bool lists_with_sizes() const { return lists_with_status() && asks_size(); }

    // Where the server tells sizes nothing else is needed; where not, what shows whether an added-up size still holds.
    [[nodiscard]] std::string items(bool with_size) const {
        if (with_size && !work_) {
            return "MESSAGES SIZE";
        }
        std::string result = with_size ? "MESSAGES SIZE" : "MESSAGES";
        if (!memory_.refuses(Refusal::uid_items)) {
            result += " UIDVALIDITY UIDNEXT";
        }
        if (capabilities_.mod_sequences() && !memory_.refuses(Refusal::highestmodseq)) {
            result += " HIGHESTMODSEQ";
        }
        return result;
    }

    bool take(const Untagged& response) {
        if (equals_ignoring_case(response.keyword, "LIST")) {
            return table_.add(parse_list(response.body));
        }
        if (equals_ignoring_case(response.keyword, "STATUS")) {
            const auto line = parse_status(response.body);
            return line && table_.apply(*line);
        }
        if (equals_ignoring_case(response.keyword, "QUOTA")) {
            return quota_.add(parse_quota(response.body));
        }
        if (equals_ignoring_case(response.keyword, "QUOTAROOT")) {
            return quota_.add_roots(parse_quotaroot(response.body));
        }
        if (equals_ignoring_case(response.keyword, "NAMESPACE")) {
            if (auto namespaces = parse_namespace(response.body)) {
                memory_.personal = std::move(namespaces->personal);
                memory_.foreign = std::move(namespaces->foreign);
            }
            return true;
        }
        return false;
    }

    std::vector<Condition> fly(const std::vector<Command>& commands) {
        return session_.fly(commands, [this](const Untagged& response) { return take(response); });
    }

    /// Rule `dropped_at_namespace`: Exchange 2003 offers NAMESPACE and drops the connection over it (MailKit #1512).
    /// The next probe goes without, and the one at the next discovery tries again: it may have been chance.
    std::vector<Condition> fly_with_namespaces(const std::vector<Command>& commands) {
        bool answered = false;
        try {
            return session_.fly(
                commands, [this](const Untagged& response) { return take(response); },
                [&answered](std::size_t, const Condition&) { answered = true; });
        } catch (const net::NetError& error) {
            if (!answered && (error.kind() == FailureKind::protocol || error.kind() == FailureKind::connect)) {
                memory_.refuse(Refusal::name_space);
            }
            throw;
        }
    }

    void first_flight(bool one_flight) {
        std::vector<Command> commands;
        const bool asks_namespaces = discovers_ && asks_namespaces_ && capabilities_.name_space();
        if (asks_namespaces) {
            commands.push_back(Command::name_space());
        }
        const std::size_t first_root = commands.size();
        if (capabilities_.quota()) {
            for (const std::string& folder : memory_.root_folders) {
                commands.push_back(Command::get_quota_root(folder));
            }
        }
        const std::size_t list = commands.size();
        commands.push_back(lists_with_status()
                               ? Command::list_with_status(capabilities_.special_use(), items(asks_size()))
                               : Command::list());
        if (one_flight) {
            commands.push_back(Command::log_out());
        }
        const auto answers = asks_namespaces ? fly_with_namespaces(commands) : fly(commands);
        for (std::size_t i = first_root; i < list; ++i) {
            if (answers[i].ok()) {
                quota_.set_answered();
            } else {
                root_refused_ = true;
            }
        }
        list_answer_ = answers[list];
        if (memory_.personal.empty()) {
            memory_.personal = {{.prefix = "", .delimiter = ""}};
        }
    }

    /// Rules `extended_list_refused` (ProtonMail Bridge: BAD, MailKit #674) and `extended_list_empty` (STRATO: MailKit
    /// #1957): the plain LIST is asked instead, and remembered.
    void list_plainly_if_needed() {
        if (lists_with_status() && (!list_answer_.ok() || !table_.heard_of_any())) {
            memory_.refuse(Refusal::list_status);
            list_answer_ = fly({Command::list()}).front();
        }
        if (!table_.heard_of_any() && list_answer_.ok()) { // RFC 3501 section 5.1: every mailbox has an INBOX
            table_.add({.name = "INBOX", .delimiter = {}, .selectable = true, .role = {}});
        }
        check_list();
    }

    void check_list() const {
        if (!list_answer_.ok() || !table_.heard_of_any()) {
            throw net::NetError(FailureKind::protocol,
                                "the server does not list its folders: " + to_string(list_answer_));
        }
    }

    [[nodiscard]] bool lacks_something() const {
        return std::any_of(table_.entries().begin(), table_.entries().end(), [this](const FolderEntry& entry) {
            if (!Command::can_be_sent(entry.raw)) {
                return false;
            }
            return entry.status.messages ? !entry.size : !memory_.refuses(Refusal::missing_status);
        });
    }

    void discover_roots() {
        if (!discovers_ || !capabilities_.quota() || !quota_.answered()) {
            return;
        }
        RootDiscovery discovery(table_, memory_.personal);
        for (auto folders = discovery.next(); !folders.empty(); folders = discovery.next()) {
            for (std::size_t i = 0; i < folders.size(); i += kCommandsPerFlight) {
                const auto end = std::min(i + kCommandsPerFlight, folders.size());
                ask_roots({folders.begin() + static_cast<std::ptrdiff_t>(i),
                           folders.begin() + static_cast<std::ptrdiff_t>(end)},
                          discovery);
            }
        }
    }

    void ask_roots(const std::vector<std::string>& folders, RootDiscovery& discovery) {
        constexpr std::size_t kMaxRootFolders = 200;
        std::vector<Command> commands;
        commands.reserve(folders.size());
        for (const std::string& folder : folders) {
            commands.push_back(Command::get_quota_root(folder));
        }
        std::vector<bool> is_new(folders.size());
        session_.fly(commands, [&](const Untagged& response) {
            const std::size_t before = quota_.root_count();
            const bool taken = take(response);
            if (quota_.root_count() > before && response.command < is_new.size()) {
                is_new[response.command] = true;
            }
            return taken;
        });
        for (std::size_t i = 0; i < folders.size(); ++i) {
            if (is_new[i] && memory_.root_folders.size() < kMaxRootFolders) {
                memory_.root_folders.push_back(folders[i]);
                discovery.found_new_root_at(folders[i]);
            }
        }
    }

    std::vector<FolderEntry*> without_status() {
        std::vector<FolderEntry*> result;
        for (FolderEntry& entry : table_.entries()) {
            if (!entry.status.messages && Command::can_be_sent(entry.raw)) {
                result.push_back(&entry);
            }
        }
        return result;
    }

    void ask_missing_status() {
        if (lists_with_status() && memory_.refuses(Refusal::missing_status)) {
            return;
        }
        ask_status(without_status(), items(asks_size()));
        if (!without_status().empty() && try_items_singly()) {
            ask_status(without_status(), items(asks_size()));
        }
        if (asks_size() && std::none_of(table_.entries().begin(), table_.entries().end(),
                                        [](const FolderEntry& entry) { return entry.size.has_value(); })) {
            memory_.refuse(Refusal::size); // rule `dropped_item`: Courier drops items that it does not know and says OK
        }
        if (capabilities_.status_size()) { // sizes that did not come are added up, which needs the other items
            ask_status(without_size_and_uids(), items(false));
        }
        if (lists_with_status() && !without_status().empty()) {
            memory_.refuse(Refusal::missing_status);
        }
    }

    std::vector<FolderEntry*> without_size_and_uids() {
        std::vector<FolderEntry*> result;
        for (FolderEntry& entry : table_.entries()) {
            const bool is_counted = entry.status.messages.value_or(0) > 0;
            if (is_counted && !entry.size && !entry.status.uidvalidity && Command::can_be_sent(entry.raw)) {
                result.push_back(&entry);
            }
        }
        return result;
    }

    void ask_status(const std::vector<FolderEntry*>& folders, const std::string& item_list) {
        for (std::size_t i = 0; i < folders.size() && pace_.allows(); i += kCommandsPerFlight) {
            const std::size_t end = std::min(i + kCommandsPerFlight, folders.size());
            std::vector<Command> commands;
            for (std::size_t k = i; k < end; ++k) {
                commands.push_back(Command::status(folders[k]->raw, item_list));
            }
            const auto answers = fly(commands);
            const bool all_refused = std::none_of(answers.begin(), answers.end(), [](const auto& a) { return a.ok(); });
            if (all_refused && i == 0) {
                return; // it is the items that are refused, not the folders
            }
        }
    }

    /// Rule `refused_item`: a server that refuses one item with BAD or NO (Dovecot 2.3: DELETED; Cyrus: APPENDLIMIT)
    /// refuses the whole command. Asks the items one by one for one folder; true where fewer are to be asked now.
    bool try_items_singly() {
        constexpr std::pair<std::string_view, Refusal> kItems[] = {{"SIZE", Refusal::size},
                                                                   {"UIDVALIDITY UIDNEXT", Refusal::uid_items},
                                                                   {"HIGHESTMODSEQ", Refusal::highestmodseq}};
        const std::string asked = items(asks_size());
        const std::string folder = without_status().front()->raw;
        std::vector<Command> commands{Command::status(folder, "MESSAGES")};
        std::vector<Refusal> meaning;
        for (const auto& [item, refusal] : kItems) {
            if (asked.find(item) != std::string::npos) {
                commands.push_back(Command::status(folder, item));
                meaning.push_back(refusal);
            }
        }
        const auto answers = fly(commands);
        for (std::size_t i = 0; i < meaning.size() && answers.front().ok(); ++i) {
            if (!answers[i + 1].ok()) {
                memory_.refuse(meaning[i]);
            }
        }
        return items(asks_size()) != asked;
    }

    void add_up_and_log_out() {
        try {
            if (work_) {
                const auto folders = shown_folders();
                work_({session_, table_, folders, capabilities_, memory_, pace_});
            } else {
                add_up_sizes(session_, table_, memory_, pace_);
            }
        } catch (const net::NetError& error) {
            if (error.kind() != FailureKind::timeout) {
                throw;
            }
            return; // quota and folders are known; the sizes go on at the next probe
        }
        memory_.follow_up = lists_with_sizes() && lacks_something();
        session_.run(Command::log_out());
    }

    void forget_vanished_folders() {
        std::unordered_map<std::string, SizedFolder> kept;
        for (const FolderEntry& entry : table_.entries()) {
            const auto found = memory_.sizes.find(folder_key(entry.raw));
            if (found != memory_.sizes.end()) {
                kept.insert(*found);
            }
        }
        memory_.sizes = std::move(kept);
    }

    Session& session_;
    Memory& memory_;
    const Pace& pace_;
    Time now_;
    const SessionWork& work_;
    FolderTable table_;
    QuotaAnswer quota_;
    bool discovers_;
    bool asks_namespaces_ = true;
    bool root_refused_ = false;
    Capabilities capabilities_;
    Condition list_answer_;
};

} // namespace

Measured measure(Session& session, Budget& budget, Memory& memory, const Pace& pace, Time now,
                 const SessionWork& work) {
    return Measurement(session, budget, memory, pace, now, work).run();
}

} // namespace mailquotad::imap
