// How history grows thinner with age, and what is deleted by itself.
#include "store/connection.h"
#include "store/database.h"
#include "store/forecast_errors.h"
#include "store/rows.h"

#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace mailquotad::store {

namespace {

constexpr Number kBeginning = std::numeric_limits<Number>::min();
constexpr Days kKept{400};

/// From some age on only the last measurement of each span of time (UTC) stays.
struct Tier {
    Days age;
    Seconds span;
};
// The digest looks back a week, sample by sample. A forecast asks for the last use of each day, which ends at 04:00 on
// the owner's clock: six hours are near enough.
constexpr std::array<Tier, 2> kTiers{{{Days(8), std::chrono::hours(1)}, {Days(40), std::chrono::hours(6)}}};

Number first_of_next_month(Number seconds) {
    using std::chrono::year_month_day;
    const year_month_day day(std::chrono::floor<Days>(time_of(seconds)));
    return seconds_of(std::chrono::sys_days((day.year() / day.month() + std::chrono::months(1)) / 1));
}

Number first_of_month(Number seconds) {
    const std::chrono::year_month_day day(std::chrono::floor<Days>(time_of(seconds)));
    return seconds_of(std::chrono::sys_days(day.year() / day.month() / 1));
}

std::vector<Number> mailbox_numbers(soci::session& sql) {
    std::vector<Number> numbers;
    Number number = 0;
    soci::statement statement = (sql.prepare << "SELECT id FROM mailbox", soci::into(number));
    statement.execute();
    while (statement.fetch())
        numbers.push_back(number);
    return numbers;
}

// The first sample from `from` on and before `to`.
std::optional<Number> first_sample(soci::session& sql, Number mailbox, Number from, Number to) {
    Number first = 0;
    soci::indicator indicator = soci::i_null;
    sql << "SELECT MIN(measured_at) FROM sample WHERE mailbox_id = :mailbox AND measured_at >= :first"
           " AND measured_at < :last",
        soci::use(mailbox), soci::use(from), soci::use(to), soci::into(first, indicator);
    return indicator == soci::i_ok ? std::optional(first) : std::nullopt;
}

// Leaves one sample between `from` and `to`: the first that knows the use, since a month without it says nothing.
void keep_one(soci::session& sql, Number mailbox, Number from, Number to) {
    Number kept = 0;
    sql << "SELECT measured_at FROM sample WHERE mailbox_id = :mailbox AND measured_at >= :first"
           " AND measured_at < :last ORDER BY CASE WHEN used_bytes IS NULL THEN 1 ELSE 0 END, measured_at LIMIT 1",
        soci::use(mailbox), soci::use(from), soci::use(to), soci::into(kept);
    sql << "DELETE FROM sample WHERE mailbox_id = :mailbox AND measured_at >= :first AND measured_at < :last"
           " AND measured_at <> :kept",
        soci::use(mailbox), soci::use(from), soci::use(to), soci::use(kept);
}

// Month by month (UTC) up to the day from which more is kept.
void keep_months(soci::session& sql, Number mailbox, Number from, Number end) {
    while (const auto first = first_sample(sql, mailbox, from, end)) {
        from = std::min(first_of_next_month(*first), end);
        keep_one(sql, mailbox, *first, from);
    }
}

// The last sample of each span that knows the use; where none does, the last. Both ends lie between two spans.
void keep_last_of_spans(soci::session& sql, Number mailbox, Number from, Number end, Number span) {
    sql << "DELETE FROM sample WHERE mailbox_id = :mailbox AND measured_at >= :first AND measured_at < :last"
           " AND measured_at NOT IN (SELECT COALESCE(MAX(CASE WHEN used_bytes IS NULL THEN NULL ELSE measured_at END),"
           " MAX(measured_at)) FROM sample WHERE mailbox_id = :same AND measured_at >= :begin AND measured_at < :end"
           " GROUP BY measured_at / :span)",
        soci::use(mailbox), soci::use(from), soci::use(end), soci::use(mailbox), soci::use(from), soci::use(end),
        soci::use(span);
}

Number whole_spans(Number seconds, Number span) {
    return seconds - seconds % span;
}

// What was thinned out before is not read again: `before` is the time of the last call, kBeginning at the first.
void thin_out(soci::session& sql, Number mailbox, Number before, Number now) {
    for (const auto& [age, span] : kTiers) {
        const Number old = std::chrono::duration_cast<Seconds>(age).count();
        const Number from = before == kBeginning ? 0 : whole_spans(std::max<Number>(before - old, 0), span.count());
        const Number end = whole_spans(std::max<Number>(now - old, 0), span.count());
        if (from < end)
            keep_last_of_spans(sql, mailbox, from, end, span.count());
    }
    const Number kept = std::chrono::duration_cast<Seconds>(kKept).count();
    keep_months(sql, mailbox, before == kBeginning ? kBeginning : first_of_month(before - kept), now - kept);
}

Number last_thinned_out(soci::session& sql) {
    std::string text;
    sql << "SELECT value FROM keyring WHERE name = 'thinned_out'", soci::into(text);
    Number at = kBeginning;
    if (sql.got_data())
        std::from_chars(text.data(), text.data() + text.size(), at);
    return at;
}

void note_thinned_out(soci::session& sql, Number at) {
    const std::string text = std::to_string(at);
    sql << "INSERT INTO keyring (name, value) VALUES ('thinned_out', :value)"
           " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        soci::use(text);
}

} // namespace

void Database::prune(Time now) {
    const Number at = seconds_of(now);
    const Number end = seconds_of(now - kKept);
    connection_->write("thin out what is old", [&] {
        soci::session& sql = connection_->sql();
        const Number before = last_thinned_out(sql);
        for (const Number mailbox : mailbox_numbers(sql))
            thin_out(sql, mailbox, before, at);
        note_thinned_out(sql, at);
        sql << "DELETE FROM outbox WHERE status <> 'waiting' AND finished_at < :last", soci::use(end);
        sql << "DELETE FROM silence WHERE until_at < :last", soci::use(end);
        sql << "DELETE FROM login_backoff WHERE last_refused_at < :last", soci::use(end);
        sql << "DELETE FROM event WHERE happened_at < :last", soci::use(end);
        prune_forecast_errors(sql, end);
    });
}

} // namespace mailquotad::store
