#include "store/kept_statements.h"

#include <soci/soci-backend.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::store {

namespace {

using soci::session;
using namespace soci::details;

// More than a daemon's loop runs over and over.
constexpr std::size_t kMostKept = 40;

// Others are quickly parsed, or must be: SQLite obeys some of its PRAGMAs while it prepares them.
bool is_kept(std::string_view text) {
    static constexpr std::array<std::string_view, 4> kWords{"SELECT ", "INSERT ", "UPDATE ", "DELETE "};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return text.starts_with(word); });
}

/// Those that nobody uses at the moment.
class IdleStatements {
public:
    explicit IdleStatements(StatementCare& care) : care_(care) {}
    ~IdleStatements() {
        for (auto& [text, statement] : idle_)
            care_.leave(*statement);
    }
    IdleStatements(const IdleStatements&) = delete;
    IdleStatements& operator=(const IdleStatements&) = delete;

    /// Null where there is none.
    std::unique_ptr<statement_backend> take(const std::string& text) {
        const auto found =
            std::find_if(idle_.rbegin(), idle_.rend(), [&](const auto& idle) { return idle.first == text; });
        if (found == idle_.rend())
            return nullptr;
        auto statement = std::move(found->second);
        idle_.erase(std::next(found).base());
        return statement;
    }

    /// False where it is not to be kept.
    bool put(const std::string& text, std::unique_ptr<statement_backend>& statement) {
        if (!care_.rest(*statement))
            return false;
        idle_.emplace_back(text, std::move(statement));
        if (idle_.size() > kMostKept) {
            free(idle_.front().second);
            idle_.erase(idle_.begin());
        }
        return true;
    }

    /// PostgreSQL is told.
    void free(std::unique_ptr<statement_backend>& statement) {
        care_.ask([&] {
            statement->clean_up();
            statement.reset();
        });
    }

private:
    StatementCare& care_;
    std::vector<std::pair<std::string, std::unique_ptr<statement_backend>>> idle_; ///< the last used last
};

/// What SOCI uses as a statement: one that was prepared before, or a new one. SOCI prepares it before it asks for
/// anything else.
class KeptStatement : public statement_backend {
public:
    KeptStatement(session_backend& session, StatementCare& care, IdleStatements& idle)
        : session_(session), care_(care), idle_(idle) {}
    ~KeptStatement() override { put_away(); }

    void alloc() override {}
    void clean_up() override { put_away(); }

    void prepare(const std::string& query, statement_type type) override {
        put_away();
        const bool keep = is_kept(query);
        if (keep)
            statement_ = idle_.take(query);
        if (!statement_) {
            statement_.reset(session_.make_statement_backend());
            statement_->alloc();
            care_.ask([&] { statement_->prepare(query, keep ? st_repeatable_query : type); });
        }
        if (keep)
            text_ = query;
    }

    exec_fetch_result execute(int number) override {
        return ask([&] { return statement_->execute(number); });
    }
    exec_fetch_result fetch(int number) override {
        return ask([&] { return statement_->fetch(number); });
    }

    long long get_affected_rows() override { return statement_->get_affected_rows(); }
    int get_number_of_rows() override { return statement_->get_number_of_rows(); }
    std::string get_parameter_name(int index) const override { return statement_->get_parameter_name(index); }
    std::string rewrite_for_procedure_call(const std::string& query) override {
        return statement_->rewrite_for_procedure_call(query);
    }
    int prepare_for_describe() override { return statement_->prepare_for_describe(); }
    void describe_column(int column, soci::data_type& type, std::string& name) override {
        statement_->describe_column(column, type, name);
    }
    standard_into_type_backend* make_into_type_backend() override { return statement_->make_into_type_backend(); }
    standard_use_type_backend* make_use_type_backend() override { return statement_->make_use_type_backend(); }
    vector_into_type_backend* make_vector_into_type_backend() override {
        return statement_->make_vector_into_type_backend();
    }
    vector_use_type_backend* make_vector_use_type_backend() override {
        return statement_->make_vector_use_type_backend();
    }

private:
    exec_fetch_result ask(const std::function<exec_fetch_result()>& call) {
        exec_fetch_result result = ef_no_data;
        failed_ = true; // until it has worked
        care_.ask([&] { result = call(); });
        failed_ = false;
        return result;
    }

    void put_away() {
        const std::string text = std::exchange(text_, {});
        const bool fit = !std::exchange(failed_, false) && !text.empty();
        if (!statement_ || (fit && idle_.put(text, statement_)))
            return;
        idle_.free(statement_);
    }

    session_backend& session_;
    StatementCare& care_;
    IdleStatements& idle_;
    std::unique_ptr<statement_backend> statement_; ///< null before prepare() and after clean_up()
    std::string text_;                             ///< of one that is to be kept
    bool failed_ = false;
};

class KeepingSession : public session_backend {
public:
    KeepingSession(std::unique_ptr<session_backend> session, std::unique_ptr<StatementCare> care)
        : session_(std::move(session)), care_(std::move(care)), idle_(*care_) {}

    bool is_connected() override { return session_->is_connected(); }
    void begin() override { session_->begin(); }
    void commit() override { session_->commit(); }
    void rollback() override { session_->rollback(); }
    bool get_next_sequence_value(session& sql, const std::string& sequence, long long& value) override {
        return session_->get_next_sequence_value(sql, sequence, value);
    }
    bool get_last_insert_id(session& sql, const std::string& table, long long& value) override {
        return session_->get_last_insert_id(sql, table, value);
    }
    std::string get_dummy_from_table() const override { return session_->get_dummy_from_table(); }
    std::string get_backend_name() const override { return session_->get_backend_name(); }
    statement_backend* make_statement_backend() override { return new KeptStatement(*session_, *care_, idle_); }
    rowid_backend* make_rowid_backend() override { return session_->make_rowid_backend(); }
    blob_backend* make_blob_backend() override { return session_->make_blob_backend(); }

private:
    std::unique_ptr<session_backend> session_;
    std::unique_ptr<StatementCare> care_;
    IdleStatements idle_; ///< ends before them
};

} // namespace

std::unique_ptr<session_backend> keep_statements(std::unique_ptr<session_backend> session,
                                                 std::unique_ptr<StatementCare> care) {
    return std::make_unique<KeepingSession>(std::move(session), std::move(care));
}

} // namespace mailquotad::store
