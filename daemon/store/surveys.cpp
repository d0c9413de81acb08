// What fills a mailbox: numbers by folder key, never a name.
#include "store/connection.h"
#include "store/database.h"
#include "store/rows.h"
#include "store/texts.h"

#include <soci/soci.h>

namespace mailquotad::store {

namespace {

void insert_folder(Connection& connection, Number mailbox, const FolderSurvey& folder) {
    const std::string role(to_string(folder.role));
    const std::string seen = seen_text(folder);
    const std::string bins = bins_text(folder.bins);
    connection.sql() << "INSERT INTO survey_folder (mailbox_id, folder_key, role, seen, bins)"
                        " VALUES (:mailbox, :folder_key, :role, :seen, :bins)",
        soci::use(mailbox), soci::use(folder.key), soci::use(role), soci::use(seen), soci::use(bins);
}

std::vector<FolderSurvey> folders_of(Connection& connection, const std::string& slug) {
    std::vector<FolderSurvey> folders;
    std::string key;
    std::string role;
    std::string seen;
    std::string bins;
    soci::statement statement =
        (connection.sql().prepare << "SELECT f.folder_key, f.role, f.seen, f.bins FROM survey_folder f"
                                     " JOIN mailbox m ON m.id = f.mailbox_id WHERE m.slug = :slug"
                                     " ORDER BY f.folder_key",
         soci::use(slug), soci::into(key), soci::into(role), soci::into(seen), soci::into(bins));
    statement.execute();
    while (statement.fetch()) {
        FolderSurvey folder;
        folder.key = key;
        folder.role = parse_folder_role(role).value_or(FolderRole::other);
        // What cannot be read is looked at again: it is no reason to know nothing of the rest.
        if (!parse_seen(seen, folder) || !parse_bins(bins, folder.bins))
            folder = {.key = key, .role = folder.role};
        folders.push_back(std::move(folder));
    }
    return folders;
}

} // namespace

void Database::save_survey(const std::string& slug, const Survey& survey) {
    connection_->write("store a survey", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const Number at = seconds_of(survey.surveyed_at);
        const Number complete = survey.complete ? 1 : 0;
        const Number floor = survey.largest_floor_bytes;
        const std::string largest = largest_text(survey.largest);
        connection_->sql() << "INSERT INTO survey (mailbox_id, surveyed_at, complete, largest_floor, largest)"
                              " VALUES (:mailbox, :surveyed_at, :complete, :largest_floor, :largest)"
                              " ON CONFLICT (mailbox_id) DO UPDATE SET surveyed_at = excluded.surveyed_at,"
                              " complete = excluded.complete, largest_floor = excluded.largest_floor,"
                              " largest = excluded.largest",
            soci::use(mailbox), soci::use(at), soci::use(complete), soci::use(floor), soci::use(largest);
        connection_->sql() << "DELETE FROM survey_folder WHERE mailbox_id = :mailbox", soci::use(mailbox);
        for (const FolderSurvey& folder : survey.folders)
            insert_folder(*connection_, mailbox, folder);
    });
}

std::optional<Survey> Database::survey(const std::string& slug) {
    return connection_->attempt("read a survey", [&]() -> std::optional<Survey> {
        Number at = 0;
        Number complete = 0;
        Number floor = 0;
        std::string largest;
        connection_->sql() << "SELECT s.surveyed_at, s.complete, s.largest_floor, s.largest FROM survey s"
                              " JOIN mailbox m ON m.id = s.mailbox_id WHERE m.slug = :slug",
            soci::use(slug), soci::into(at), soci::into(complete), soci::into(floor), soci::into(largest);
        if (!connection_->sql().got_data())
            return std::nullopt;
        Survey survey;
        survey.surveyed_at = time_of(at);
        survey.complete = complete != 0;
        survey.largest_floor_bytes = floor;
        survey.largest = parse_largest(largest);
        survey.folders = folders_of(*connection_, slug);
        return survey;
    });
}

void Database::forget_survey(const std::string& slug) {
    connection_->write("forget a survey", [&] {
        for (const char* table : {"survey", "survey_folder"})
            connection_->sql() << "DELETE FROM " << table
                               << " WHERE mailbox_id IN (SELECT id FROM mailbox WHERE slug = :slug)",
                soci::use(slug);
    });
}

} // namespace mailquotad::store
