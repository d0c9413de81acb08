// year_bench FOLDER MAILBOXES DAYS MINUTES: what a daemon writes for so many mailboxes, looked at every MINUTES, with
// the nightly thinning. Prints a line every 73 days: day, bytes of the database, samples, seconds of the last thinning.
#include "store/database.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>

using namespace mailquotad;
using store::Database;
namespace fs = std::filesystem;

namespace {

struct Plan {
    int mailboxes;
    int days;
    int minutes;
};

store::Sample sample(Time at, int mailbox, int number) {
    const std::int64_t used = 100'000'000 + 1'000'000LL * mailbox + 20'000LL * number;
    return {at,
            used,
            500'000'000,
            800 + number / 10,
            {{FolderRole::inbox, used / 2},
             {FolderRole::sent, used / 4},
             {FolderRole::trash, used / 8},
             {FolderRole::junk, used / 16},
             {FolderRole::other, used / 16}}};
}

store::OutboxRow mail(const std::string& slug, Time at) {
    store::OutboxRow row;
    row.mailbox = slug;
    row.message_id = "<" + slug + "." + std::to_string(at.time_since_epoch().count()) + "@verein.example>";
    row.to = {"somebody@privat.example"};
    row.text = std::string(6'000, 'x');
    row.created_at = row.not_before = at;
    return row;
}

void write_day(Database& database, const Plan& plan, std::chrono::sys_days day, int number) {
    const int looks = 24 * 60 / plan.minutes;
    for (int mailbox = 0; mailbox < plan.mailboxes; ++mailbox) {
        const std::string slug = "m" + std::to_string(mailbox);
        database.transaction([&] { // the daemon commits each look; one commit a day saves this machine's disk
            for (int look = 0; look < looks; ++look)
                database.add_sample(slug, sample(day + look * std::chrono::minutes(plan.minutes), mailbox, number));
            AlertState state;
            state.last_decided_at = day;
            database.save_alert_state(slug, state);
            database.save_note(slug, "assessment", std::string(900, 'n'));
            database.save_probe_memory(slug, std::string(400, 'p'));
            if ((number + mailbox) % 7 == 0) {
                const ForecastError errors[] = {{0, 0.1, 1}, {1, 0.2, 1}, {2, 0.3, 1}, {3, 0.4, 1}};
                database.add_forecast_errors(slug, day, errors);
                database.enqueue(mail(slug, day));
            }
        });
    }
    for (const store::OutboxRow& row : database.due_mail(day + Days(1), plan.mailboxes))
        database.mark_sent(row.id, day + Days(1));
}

std::uintmax_t size_of(const fs::path& folder) {
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder))
        bytes += entry.file_size();
    return bytes;
}

} // namespace

int main(int count, char** words) {
    if (count != 5)
        return 2;
    const fs::path folder = words[1];
    const Plan plan{std::atoi(words[2]), std::atoi(words[3]), std::atoi(words[4])};
    Database database = Database::open({.folder = folder});
    const std::chrono::sys_days first = std::chrono::year(2026) / 1 / 1;
    for (int number = 1; number <= plan.days; ++number) {
        const auto day = first + Days(number);
        write_day(database, plan, day, number);
        const auto before = std::clock();
        database.prune(day + Days(1));
        const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
        if (number % 73 == 0 || number == plan.days)
            std::printf("%d %ju %zu %.3f\n", number, size_of(folder), database.samples("m0", Time{}).size(), seconds);
    }
    return 0;
}
