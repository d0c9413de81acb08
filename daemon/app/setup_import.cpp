// `mailquotad setup --import`: many mailboxes from a CSV. Broken lines and refused logins stop no other line.
#include "app/setup.h"

#include "app/check_output.h"
#include "app/text_table.h"
#include "core/escape.h"
#include "settings/files.h"
#include "settings/import.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace mailquotad::app {

namespace {

using settings::ImportRow;
using settings::Mailbox;
using settings::SecretReference;

/// After so many refusals in a row at one server, its other lines wait: a list with a wrong column of passwords must
/// not lock forty accounts.
constexpr int kRefusalsInARow = 3;

/// What became of a line.
struct Outcome {
    int line = 0;
    std::string address;
    std::string words; ///< in the language of the dialogue
    std::string used;
    std::string limit;
    bool good = false;
};

class Import {
public:
    Import(Setup& setup, std::string name) : setup_(setup), name_(std::move(name)) {}

    void take(const ImportRow& row) {
        Outcome outcome{.line = row.position.line, .address = row.address, .words = {}, .used = {}, .limit = {}};
        try {
            outcome.words = take_row(row, outcome);
        } catch (const CommandFailed& failed) {
            outcome.words = failed.what();
            server_problems_.emplace(domain_of(row.address), outcome.words);
        }
        setup_.dialogue.terminal().say(std::to_string(outcome.line) + ": " + for_terminal(row.address) + ": " +
                                       outcome.words);
        outcomes_.push_back(std::move(outcome));
    }

    [[nodiscard]] bool all_good() const {
        return std::all_of(outcomes_.begin(), outcomes_.end(), [](const Outcome& one) { return one.good; });
    }
    [[nodiscard]] std::string table() const;

private:
    /// What to say of a row; throws CommandFailed where its server is not found.
    std::string take_row(const ImportRow& row, Outcome& outcome);
    std::string server_of(const ImportRow& row);
    std::string try_row(const ImportRow& row, const Mailbox& mailbox, Outcome& outcome);
    std::string words(const std::string& key, const notify::Blanks& blanks = {}) const {
        return setup_.dialogue.words(key, blanks);
    }

    Setup& setup_;
    std::string name_;
    std::vector<Outcome> outcomes_;
    std::map<std::string, std::string> server_problems_; ///< by domain: not searched twice
    std::map<std::string, int> refusals_;                ///< in a row, by server
};

std::string Import::server_of(const ImportRow& row) {
    const std::string named = row.server.empty() ? setup_.options.server : row.server;
    if (const auto problem = server_problems_.find(domain_of(row.address));
        named.empty() && problem != server_problems_.end())
        throw CommandFailed(EXIT_FAILURE, problem->second);
    const FoundServer found = setup_.search.mailbox_server(row.address, named, setup_.trust(), setup_.planned());
    if (found.is_new)
        setup_.plan.addition.servers.push_back(found.entry);
    return found.entry.server.key;
}

std::string Import::take_row(const ImportRow& row, Outcome& outcome) {
    const settings::Settings known = setup_.planned();
    if (known.find(row.address) != nullptr) {
        outcome.good = true;
        return words("import_known");
    }
    const auto servers = setup_.plan.addition.servers;
    const std::string key = server_of(row);
    SecretReference secret;
    if (const settings::Settings trial = setup_.planned(); !trial.servers.at(key).password || !row.password.empty())
        secret.value = credential_name(row.address, setup_.file, setup_.plan, setup_.world.secrets.credentials_folder);
    std::vector<settings::Problem> problems;
    auto mailbox = settings::mailbox_of_row(row, key, secret, setup_.planned(), setup_.world.data, name_, problems);
    for (const settings::Problem& problem : problems)
        setup_.dialogue.terminal().say(to_string(problem));
    std::string said = mailbox ? try_row(row, *mailbox, outcome) : words("import_broken");
    if (!outcome.good) {
        setup_.plan.addition.servers = servers; // none that only a line with a problem needs
        return said;
    }
    if (secret.value.empty())
        mailbox->password = {}; // the server's
    if (!row.password.empty())
        setup_.keep(mailbox->password.value, row.password);
    setup_.plan.addition.mailboxes.push_back(std::move(*mailbox));
    return said;
}

std::string Import::try_row(const ImportRow& row, const Mailbox& mailbox, Outcome& outcome) {
    const settings::Settings trial = setup_.planned();
    const bool is_shared = mailbox.by_administrator || trial.server_of(mailbox).password.has_value();
    const bool has_credential = row.table.find("password") != nullptr;
    if (row.password.empty() && !is_shared && !has_credential) {
        outcome.good = true;
        return words("import_prepared");
    }
    int& refusals = refusals_[mailbox.server];
    if (refusals >= kRefusalsInARow)
        return words("import_not_tried", {{"n", std::to_string(refusals)}});
    const ProbeReport report = row.password.empty()
                                   ? try_look(trial, mailbox, setup_.world.probe_world(), setup_.store)
                                   : try_login(trial, mailbox, row.password, setup_.world.probe_world(), setup_.store);
    if (const ProbeFailure* failure = report.failure()) {
        refusals = failure->kind == FailureKind::login_refused ? refusals + 1 : refusals;
        return std::string(to_string(failure->kind)) + ": " + for_terminal(failure->detail);
    }
    refusals = 0;
    outcome.good = true;
    for (const Resource& resource : report.snapshot()->quota) {
        if (resource.name != "STORAGE")
            continue;
        outcome.used = iec(resource.used);
        outcome.limit = resource.limit ? iec(*resource.limit) : std::string();
        break;
    }
    return words("import_good");
}

std::string Import::table() const {
    using enum TextTable::Align;
    TextTable table({{words("column_line"), right},
                     {words("column_mailbox"), left},
                     {words("column_used"), right},
                     {words("column_limit"), right},
                     {words("column_result"), left}});
    for (const Outcome& one : outcomes_)
        table.add({std::to_string(one.line), for_terminal(one.address), one.used, one.limit,
                   one.words.substr(0, one.words.find('\n'))});
    return table.to_string(look_of(2));
}

} // namespace

int import_mailboxes(Setup& setup) {
    const std::string& name = setup.options.import;
    auto text = settings::read_text_file(name);
    if (!text || text->size() > settings::kMaxFileBytes)
        throw CommandFailed(EXIT_FAILURE, setup.dialogue.words("import_unreadable", {{"file", for_terminal(name)}}));
    const settings::ImportList list = settings::read_import(*text, name);
    wipe(*text);
    for (const settings::Problem& problem : list.problems)
        setup.dialogue.terminal().say(to_string(problem));
    if (list.rows.empty())
        throw CommandFailed(EXIT_FAILURE, setup.dialogue.words("import_nothing"));
    plan_file(setup);
    Import import(setup, name);
    for (const ImportRow& row : list.rows)
        import.take(row);
    setup.world.print('\n' + import.table() + '\n');
    const auto added = setup.plan.addition.mailboxes;
    if (added.empty()) {
        setup.dialogue.say("import_none_added");
        return import.all_good() && list.problems.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    plan_smtp(setup, added.front());
    if (show_and_confirm(setup)) {
        write_and_tell(setup);
        setup.dialogue.say("import_added", {{"n", std::to_string(added.size())}});
        tell_next_step(setup);
    }
    if (list.holds_passwords)
        setup.dialogue.say("import_delete", {{"file", for_terminal(name)}});
    return import.all_good() && list.problems.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace mailquotad::app
