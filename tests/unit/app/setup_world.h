// The world in which the tests of setup play.
#pragma once

#include "app/setup.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_person.h"
#include "fakes/small_imap_server.h"
#include "settings/files.h"
#include "unit/settings/temporary_folder.h"

namespace mailquotad::app {

/// A folder for settings and credentials, an IMAP server at imaps://imap.verein.example, and nobody's name records.
struct SetupStage {
    SetupStage() : network(server), catalog(load_catalog()), guides(load_guides()) {
        server.set("kim@verein.example", {.password = "right", .used_kib = 60 * 1024, .limit_kib = 100 * 1024});
        server.set("uli@verein.example", {.password = "pw uli", .used_kib = 1024, .limit_kib = 100 * 1024});
        network.there.insert("imaps://imap.verein.example");
        options.common.config = (folder.path() / "mailquotad.toml").string();
        options.timezone = "Europe/Berlin";
        options.language = "en";
    }

    /// One run with these answers. The exit code; -1 where it ended with `error`.
    int run(const std::vector<std::string>& answers, bool is_there = true) {
        fakes::ScriptedPerson person(answers, is_there);
        SetupWorld world{.terminal = person,
                         .connector = network,
                         .names = names,
                         .clock = clock,
                         .catalog = catalog,
                         .guides = guides,
                         .data = settings::data_directories(),
                         .secrets = {.credentials_folder = credentials, .service_credentials = {}},
                         .print = [this](const std::string& text) { printed += text; },
                         .language = "en"};
        int code = -1;
        error.clear();
        try {
            code = run_setup(options, world);
        } catch (const std::exception& thrown) {
            error = thrown.what();
        }
        said = person.said;
        unexpected = person.wrong;
        answers_left = person.left();
        return code;
    }

    [[nodiscard]] std::string file() const {
        return settings::read_text_file(folder.path() / "mailquotad.toml").value_or("(none)");
    }
    [[nodiscard]] std::string credential(const std::string& name) const {
        return settings::read_text_file(credentials / name).value_or("(none)");
    }
    [[nodiscard]] std::string all_words() const { return said + printed + error + file(); }
    void write_settings(const std::string& more = "") const {
        folder.write("mailquotad.toml", "# our club\nlanguage = \"en\"\n[server.club]  # the hoster\n"
                                        "imap = \"imaps://imap.verein.example\"\n" +
                                            more);
    }

    TemporaryFolder folder;
    std::filesystem::path credentials = folder.path() / "credentials";
    fakes::SmallImapServer server;
    fakes::FakeNetwork network;
    fakes::FakeNameRecords names;
    fakes::FakeClock clock;
    text::Catalog catalog;
    text::ClientGuides guides;
    SetupOptions options;
    std::string said;
    std::string printed;
    std::string error;
    std::vector<std::string> unexpected;
    std::size_t answers_left = 0;
};

inline const std::string kKim = "[[mailbox]]\naddress = \"kim@verein.example\"\nserver = \"club\"\n"
                                "password = { credential = \"kim\" }\n";

} // namespace mailquotad::app
