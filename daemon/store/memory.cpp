// What is remembered from one look at a mailbox to the next: alert state, back-off, shapes, notes, silences.
#include "store/connection.h"
#include "store/database.h"
#include "store/rows.h"
#include "store/texts.h"

#include <soci/soci.h>

namespace mailquotad::store {

namespace {

std::string lock_of(const Connection& connection, bool locked) {
    return locked ? std::string(connection.dialect().lock_row) : std::string();
}

} // namespace

std::optional<AlertState> Database::alert_state(const std::string& slug, bool locked) {
    std::string text;
    const bool found = connection_->attempt("read what was decided", [&] {
        connection_->sql() << "SELECT a.state FROM alert_state a JOIN mailbox m ON m.id = a.mailbox_id"
                              " WHERE m.slug = :slug" +
                                  lock_of(*connection_, locked),
            soci::use(slug), soci::into(text);
        return connection_->sql().got_data();
    });
    if (!found)
        return std::nullopt;
    try {
        return parse_alert_state(text);
    } catch (const std::exception& error) {
        throw StoreError(connection_->place() + ": cannot read what was decided about mailbox " + slug + ": " +
                         error.what());
    }
}

void Database::save_alert_state(const std::string& slug, const AlertState& state) {
    connection_->write("store what was decided", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const std::string stage(state.stage.stage ? to_string(*state.stage.stage) : std::string_view());
        soci::indicator has_stage = state.stage.stage ? soci::i_ok : soci::i_null;
        const Number decided_at = seconds_of(state.last_decided_at);
        const std::string text = alert_state_text(state);
        connection_->sql() << "INSERT INTO alert_state (mailbox_id, stage, decided_at, state)"
                              " VALUES (:mailbox, :stage, :decided_at, :state) ON CONFLICT (mailbox_id) DO UPDATE SET"
                              " stage = excluded.stage, decided_at = excluded.decided_at, state = excluded.state",
            soci::use(mailbox), soci::use(stage, has_stage), soci::use(decided_at), soci::use(text);
    });
}

std::pair<std::optional<LoginBackoff>, std::optional<LoginBackoff>>
Database::login_backoffs(const std::string& first, const std::string& second) {
    return connection_->attempt("read the refused logins", [&] {
        std::pair<std::optional<LoginBackoff>, std::optional<LoginBackoff>> found;
        LoginBackoff backoff;
        Number refusals = 0;
        Number last_refused_at = 0;
        soci::statement statement =
            (connection_->sql().prepare << "SELECT login_key, credential_key, refusals, last_refused_at, detail"
                                           " FROM login_backoff WHERE login_key IN (:first, :second)",
             soci::use(first), soci::use(second), soci::into(backoff.login_key), soci::into(backoff.credential_key),
             soci::into(refusals), soci::into(last_refused_at), soci::into(backoff.detail));
        statement.execute();
        while (statement.fetch()) {
            backoff.refusals = static_cast<int>(refusals);
            backoff.last_refused_at = time_of(last_refused_at);
            if (backoff.login_key == first)
                found.first = backoff;
            if (backoff.login_key == second)
                found.second = backoff;
        }
        return found;
    });
}

void Database::save_login_backoff(const LoginBackoff& backoff) {
    connection_->write("store a refused login", [&] {
        const Number refusals = backoff.refusals;
        const Number last_refused_at = seconds_of(backoff.last_refused_at);
        const std::string detail = readable(backoff.detail);
        connection_->sql() << "INSERT INTO login_backoff (login_key, credential_key, refusals, last_refused_at, detail)"
                              " VALUES (:login_key, :credential_key, :refusals, :last_refused_at, :detail)"
                              " ON CONFLICT (login_key) DO UPDATE SET credential_key = excluded.credential_key,"
                              " refusals = excluded.refusals, last_refused_at = excluded.last_refused_at,"
                              " detail = excluded.detail",
            soci::use(backoff.login_key), soci::use(backoff.credential_key), soci::use(refusals),
            soci::use(last_refused_at), soci::use(detail);
    });
}

void Database::clear_login_backoffs(const std::string& first, const std::string& second) {
    connection_->write("forget a refused login", [&] {
        connection_->sql() << "DELETE FROM login_backoff WHERE login_key IN (:first, :second)", soci::use(first),
            soci::use(second);
    });
}

std::string Database::probe_memory(const std::string& slug) {
    return connection_->attempt("read what a probe remembered", [&] {
        std::string memory;
        connection_->sql() << "SELECT p.memory FROM probe_memory p JOIN mailbox m ON m.id = p.mailbox_id"
                              " WHERE m.slug = :slug",
            soci::use(slug), soci::into(memory);
        return connection_->sql().got_data() ? decode_bytes(memory) : std::string();
    });
}

void Database::save_probe_memory(const std::string& slug, const std::string& memory) {
    connection_->write("store what a probe remembers", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const std::string text = encode_bytes(memory);
        connection_->sql() << "INSERT INTO probe_memory (mailbox_id, memory) VALUES (:mailbox, :memory)"
                              " ON CONFLICT (mailbox_id) DO UPDATE SET memory = excluded.memory",
            soci::use(mailbox), soci::use(text);
    });
}

std::optional<std::string> Database::note(const std::string& slug, const std::string& name, bool locked) {
    return connection_->attempt("read a note", [&] {
        std::string content;
        connection_->sql() << "SELECT n.content FROM note n JOIN mailbox m ON m.id = n.mailbox_id"
                              " WHERE m.slug = :slug AND n.name = :name" +
                                  lock_of(*connection_, locked),
            soci::use(slug), soci::use(name), soci::into(content);
        return connection_->sql().got_data() ? std::optional(decode_bytes(content)) : std::nullopt;
    });
}

void Database::save_note(const std::string& slug, const std::string& name, const std::string& text) {
    connection_->write("store a note", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const std::string content = encode_bytes(text);
        connection_->sql() << "INSERT INTO note (mailbox_id, name, content) VALUES (:mailbox, :name, :content)"
                              " ON CONFLICT (mailbox_id, name) DO UPDATE SET content = excluded.content",
            soci::use(mailbox), soci::use(name), soci::use(content);
    });
}

void Database::add_silence(const std::string& slug, Time until, const std::string& reason, Time now) {
    connection_->write("store a silence", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const Number until_at = seconds_of(until);
        const std::string why = readable(reason);
        const Number created_at = seconds_of(now);
        connection_->sql() << "INSERT INTO silence (mailbox_id, until_at, reason, created_at)"
                              " VALUES (:mailbox, :until_at, :reason, :created_at) ON CONFLICT (mailbox_id)"
                              " DO UPDATE SET until_at = excluded.until_at, reason = excluded.reason,"
                              " created_at = excluded.created_at",
            soci::use(mailbox), soci::use(until_at), soci::use(why), soci::use(created_at);
    });
}

std::vector<Silence> Database::silences(Time now) {
    return connection_->attempt("read the silences", [&] {
        std::vector<Silence> result;
        const Number at = seconds_of(now);
        Silence silence;
        Number until_at = 0;
        Number created_at = 0;
        soci::statement statement =
            (connection_->sql().prepare << "SELECT m.slug, s.until_at, s.reason, s.created_at"
                                           " FROM silence s JOIN mailbox m ON m.id = s.mailbox_id"
                                           " WHERE s.until_at > :now ORDER BY s.until_at, m.slug",
             soci::use(at), soci::into(silence.mailbox), soci::into(until_at), soci::into(silence.reason),
             soci::into(created_at));
        statement.execute();
        while (statement.fetch())
            result.push_back({silence.mailbox, time_of(until_at), silence.reason, time_of(created_at)});
        return result;
    });
}

bool Database::is_silenced(const std::string& slug, Time now) {
    return connection_->attempt("read the silences", [&] {
        const Number at = seconds_of(now);
        Number found = 0;
        connection_->sql() << "SELECT 1 FROM silence s JOIN mailbox m ON m.id = s.mailbox_id"
                              " WHERE m.slug = :slug AND s.until_at > :now",
            soci::use(slug), soci::use(at), soci::into(found);
        return connection_->sql().got_data();
    });
}

bool Database::clear_silence(const std::string& slug) {
    bool ended = false;
    connection_->write(
        "end a silence", [&] {
            soci::statement statement =
                (connection_->sql().prepare
                     << "DELETE FROM silence WHERE mailbox_id IN (SELECT id FROM mailbox WHERE slug = :slug)",
                 soci::use(slug));
            statement.execute(true);
            ended = statement.get_affected_rows() > 0;
        });
    return ended;
}

} // namespace mailquotad::store
