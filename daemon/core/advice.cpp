#include "core/advice.h"

#include "core/advice_cells.h"
#include "core/byte_size.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mailquotad {

namespace {

constexpr std::array<std::pair<AdviceKind, std::string_view>, 11> kKindNames{
    {{AdviceKind::empty_trash, "empty_trash"},
     {AdviceKind::empty_junk, "empty_junk"},
     {AdviceKind::purge_deleted, "purge_deleted"},
     {AdviceKind::delete_largest, "delete_largest"},
     {AdviceKind::sent_attachments, "sent_attachments"},
     {AdviceKind::drafts, "drafts"},
     {AdviceKind::duplicates, "duplicates"},
     {AdviceKind::archive_old, "archive_old"},
     {AdviceKind::archive_old_big, "archive_old_big"},
     {AdviceKind::fetch_by_pop3, "fetch_by_pop3"},
     {AdviceKind::bigger_box, "bigger_box"}}};
constexpr std::array<std::string_view, 3> kEffortNames{"click", "minutes", "computer"};

/// What is taken whole; archiving is taken up to a month, and POP3 and a bigger box are never part of a plan.
constexpr AdviceKind kWhole[] = {AdviceKind::empty_trash, AdviceKind::empty_junk,       AdviceKind::purge_deleted,
                                 AdviceKind::drafts,      AdviceKind::sent_attachments, AdviceKind::delete_largest,
                                 AdviceKind::duplicates};

struct Nature {
    Effort effort = Effort::minutes;
    bool reversible = false;
    FolderRole role = FolderRole::other;
    std::optional<std::int64_t> larger_than_bytes;
};

Nature nature_of(AdviceKind kind) {
    switch (kind) {
    case AdviceKind::empty_trash:
        return {.effort = Effort::click, .role = FolderRole::trash, .larger_than_bytes = {}};
    case AdviceKind::empty_junk:
        return {.effort = Effort::click, .role = FolderRole::junk, .larger_than_bytes = {}};
    case AdviceKind::purge_deleted:
        return {.effort = Effort::click, .larger_than_bytes = {}};
    case AdviceKind::sent_attachments:
        return {.role = FolderRole::sent, .larger_than_bytes = kLargeBytes};
    case AdviceKind::drafts:
        return {.role = FolderRole::drafts, .larger_than_bytes = kLargeDraftBytes};
    case AdviceKind::archive_old:
        return {.effort = Effort::computer, .reversible = true, .larger_than_bytes = {}};
    case AdviceKind::archive_old_big:
        return {.effort = Effort::computer, .reversible = true, .larger_than_bytes = kLargeBytes};
    case AdviceKind::fetch_by_pop3:
        return {.effort = Effort::computer, .reversible = true, .role = FolderRole::inbox, .larger_than_bytes = {}};
    default:
        return {.larger_than_bytes = {}};
    }
}

int minutes_of(Effort effort) {
    return effort == Effort::click ? 1 : effort == Effort::minutes ? 10 : 30;
}

/// How far back an archive reaches, and what it takes.
struct Archive {
    Month before;
    Bin bin;
    bool dates_unsure = false;
};

class Advisor {
public:
    Advisor(const AdviceFacts& facts, const Resource& storage, Time now)
        : facts_(facts), used_(storage.used), limit_(*storage.limit),
          least_(std::min<std::int64_t>(limit_ / 100, 5'000'000)),
          need_(std::max<std::int64_t>(
              used_ - static_cast<std::int64_t>(std::floor(facts.target_ratio * static_cast<double>(limit_))), 0)),
          spared_(month_of(std::chrono::floor<Days>(now - kArchiveSpares))), cells_(cells_of(facts)) {
        for (const Cell& cell : cells_)
            by_kinds_[cell.kinds].add(cell.bin);
    }

    AdvicePlan run() {
        AdvicePlan result;
        result.measured_at = facts_.snapshot.measured_at;
        if (facts_.survey != nullptr)
            result.surveyed_at = facts_.survey->surveyed_at;
        result.target_ratio = facts_.target_ratio;
        result.without_trash = facts_.assessment.stage == Stage::full || used_ >= limit_;
        propose();
        rank();
        make_plan(result);
        result.all = std::move(all_);
        return result;
    }

private:
    /// What a set of kinds frees together: each message once.
    [[nodiscard]] Bin taken(KindSet kinds) const {
        Bin sum;
        for (const auto& [group, bin] : by_kinds_) {
            if ((group & kinds) != 0)
                sum.add(bin);
        }
        return sum;
    }

    /// The shortest archive that frees `need` beside what `done` takes; where none does, the longest there may be.
    [[nodiscard]] Archive archive(KindSet done, bool only_large, std::int64_t need) const {
        Archive result{.before = spared_, .bin = {}};
        for (const Cell& cell : cells_) {
            if (!cell.archive || (only_large && !cell.large) || (cell.kinds & done) != 0 || cell.month >= spared_)
                continue;
            if (result.bin.size_bytes >= need && cell.month >= result.before)
                break;
            result.bin.add(cell.bin);
            result.dates_unsure = result.dates_unsure || cell.moved_date;
            if (result.bin.size_bytes >= need)
                result.before = std::min(result.before, Month{cell.month.index + 1});
        }
        return result;
    }

    [[nodiscard]] double ratio_after(std::int64_t freed) const {
        return static_cast<double>(std::max<std::int64_t>(used_ - freed, 0)) / static_cast<double>(limit_);
    }

    [[nodiscard]] Counts verdict(FolderRole role) const {
        if (role != FolderRole::other)
            return counts_of(facts_.counts, role);
        // Of several folders: sure where the sums are known to agree, that is where nothing but a "yes" was learned.
        const auto is_yes = [](const auto& known) { return known.second == Counts::yes; };
        const bool sure = !facts_.counts.empty() && std::all_of(facts_.counts.begin(), facts_.counts.end(), is_yes);
        return sure ? Counts::yes : Counts::presumably;
    }

    /// The name of the only folder of a role; a role with several, and what is about all folders, has none.
    [[nodiscard]] std::string folder_name(FolderRole role) const {
        const Folder* only = nullptr;
        for (const Folder& folder : facts_.snapshot.folders) {
            if (folder.role != role)
                continue;
            if (role == FolderRole::other || only != nullptr)
                return "";
            only = &folder;
        }
        return only == nullptr ? "" : only->name;
    }

    [[nodiscard]] Advice advice(AdviceKind kind, const Bin& bin) const {
        const Nature nature = nature_of(kind);
        Advice result;
        result.kind = kind;
        result.role = nature.role;
        result.folder = folder_name(nature.role);
        result.frees_bytes = bin.size_bytes;
        result.messages = bin.messages;
        result.used_ratio_after = ratio_after(bin.size_bytes);
        if (facts_.forecast != nullptr && facts_.forecast->growth_bytes_per_day > 0)
            result.days_gained = static_cast<double>(bin.size_bytes) / facts_.forecast->growth_bytes_per_day;
        result.effort = nature.effort;
        result.reversible = nature.reversible;
        result.counts = verdict(nature.role);
        result.larger_than_bytes = nature.larger_than_bytes;
        if (kind == AdviceKind::delete_largest)
            result.larger_than_bytes = smallest_of_largest();
        else if (kind == AdviceKind::drafts &&
                 (facts_.survey == nullptr || !survey_fits(*facts_.survey, facts_.snapshot, FolderRole::drafts)))
            result.larger_than_bytes.reset(); // folder sizes alone: all drafts
        return result;
    }

    [[nodiscard]] Advice advice(AdviceKind kind, const Archive& archive) const {
        Advice result = advice(kind, archive.bin);
        result.before = archive.before;
        result.dates_unsure = archive.dates_unsure;
        return result;
    }

    [[nodiscard]] std::optional<std::int64_t> smallest_of_largest() const {
        std::optional<std::int64_t> smallest;
        for (const Cell& cell : cells_) {
            if ((cell.kinds & set_of(AdviceKind::delete_largest)) != 0)
                smallest = std::min(smallest.value_or(kMaxCount), cell.bin.size_bytes / cell.bin.messages);
        }
        return smallest;
    }

    void offer(const Advice& advice) {
        if (advice.frees_bytes >= least_ && advice.frees_bytes > 0)
            all_.push_back(advice);
    }

    void propose() {
        for (const AdviceKind kind : kWhole)
            offer(advice(kind, taken(set_of(kind))));
        if (need_ > 0) {
            const Archive old = archive(0, false, need_);
            const Archive big = archive(0, true, need_);
            offer(advice(AdviceKind::archive_old, old));
            if (2 * big.bin.messages < old.bin.messages) // else it is no less work
                offer(advice(AdviceKind::archive_old_big, big));
        }
        const Bin inbox = taken(set_of(AdviceKind::fetch_by_pop3));
        if (facts_.pop3_offered && static_cast<double>(inbox.size_bytes) >= 0.6 * static_cast<double>(used_))
            offer(advice(AdviceKind::fetch_by_pop3, inbox));
    }

    /// By bytes for each minute; POP3 last, since it costs the owner flags, folders and other devices.
    void rank() {
        const auto worth = [](const Advice& one) {
            return static_cast<double>(one.frees_bytes) / minutes_of(one.effort);
        };
        std::stable_sort(all_.begin(), all_.end(), [&](const Advice& a, const Advice& b) {
            const bool a_is_pop3 = a.kind == AdviceKind::fetch_by_pop3;
            const bool b_is_pop3 = b.kind == AdviceKind::fetch_by_pop3;
            return a_is_pop3 != b_is_pop3 ? b_is_pop3 : worth(a) > worth(b);
        });
    }

    /// One way to the target: whole kinds, and perhaps an archive for the rest.
    struct Way {
        std::vector<Advice> steps;
        std::int64_t freed = 0;
        int minutes = 0;
        bool worthwhile = true; ///< no step under what is worth proposing
    };

    void step(Way& way, Advice advice) const {
        way.worthwhile = way.worthwhile && advice.frees_bytes >= least_ && advice.frees_bytes > 0;
        way.freed = saturating_add(way.freed, advice.frees_bytes);
        way.minutes += minutes_of(advice.effort);
        advice.used_ratio_after = ratio_after(way.freed);
        way.steps.push_back(std::move(advice));
    }

    /// `chosen` are places in `offered`, as bits; with `only_large` an archive frees the rest.
    [[nodiscard]] Way way(const std::vector<AdviceKind>& offered, unsigned chosen,
                          std::optional<bool> only_large) const {
        Way result;
        KindSet done = 0;
        for (std::size_t i = 0; i < offered.size(); ++i) {
            if ((chosen >> i & 1U) == 0)
                continue;
            const Bin all = taken(done | set_of(offered[i]));
            const Bin before = taken(done);
            done |= set_of(offered[i]);
            step(result, advice(offered[i], {.messages = all.messages - before.messages,
                                             .size_bytes = all.size_bytes - before.size_bytes}));
        }
        if (only_large) {
            const auto kind = *only_large ? AdviceKind::archive_old_big : AdviceKind::archive_old;
            step(result, advice(kind, archive(done, *only_large, std::max<std::int64_t>(need_ - result.freed, 1))));
        }
        return result;
    }

    [[nodiscard]] bool is_better(const Way& a, const Way& b) const {
        const bool a_reaches = a.freed >= need_;
        if (a_reaches != (b.freed >= need_))
            return a_reaches;
        if (!a_reaches)
            return a.freed != b.freed ? a.freed > b.freed : a.minutes < b.minutes;
        if (a.minutes != b.minutes)
            return a.minutes < b.minutes;
        return a.steps.size() != b.steps.size() ? a.steps.size() < b.steps.size() : a.freed > b.freed;
    }

    void make_plan(AdvicePlan& result) {
        result.used_ratio_after_plan = ratio_after(0);
        result.reaches_target = need_ == 0;
        if (need_ == 0)
            return;
        std::vector<AdviceKind> offered;
        for (const Advice& one : all_) {
            if (std::find(std::begin(kWhole), std::end(kWhole), one.kind) != std::end(kWhole))
                offered.push_back(one.kind);
        }
        Way best;
        for (unsigned chosen = 0; chosen < (1U << offered.size()); ++chosen) {
            for (const auto& only_large : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
                Way candidate = way(offered, chosen, only_large);
                if (candidate.worthwhile && is_better(candidate, best))
                    best = std::move(candidate);
            }
        }
        result.plan = std::move(best.steps);
        result.reaches_target = best.freed >= need_;
        result.used_ratio_after_plan = ratio_after(best.freed);
        if (!result.reaches_target && facts_.survey != nullptr && facts_.survey->complete) {
            all_.push_back(bigger_box());
            result.plan.push_back(all_.back());
        }
    }

    /// A box in which today's mail is at the target, rounded up as boxes are sold.
    [[nodiscard]] Advice bigger_box() const {
        constexpr std::int64_t mib = 1 << 20;
        const auto enough =
            static_cast<std::int64_t>(std::min(std::ceil(static_cast<double>(used_) / facts_.target_ratio), 0x1p62));
        const std::int64_t grain = enough < 1024 * mib ? 100 * mib : 1024 * mib;
        Advice result = advice(AdviceKind::bigger_box, Bin{});
        result.limit_bytes = saturating_multiply((enough + grain - 1) / grain, grain);
        result.used_ratio_after = static_cast<double>(used_) / static_cast<double>(*result.limit_bytes);
        result.days_gained.reset();
        result.reversible = true;
        return result;
    }

    const AdviceFacts& facts_;
    std::int64_t used_;
    std::int64_t limit_;
    std::int64_t least_;
    std::int64_t need_; ///< bytes to free for the target
    Month spared_;      ///< nothing of this month or later is archived
    std::vector<Cell> cells_;
    std::map<KindSet, Bin> by_kinds_;
    std::vector<Advice> all_;
};

} // namespace

std::string_view to_string(AdviceKind kind) {
    return kKindNames[static_cast<std::size_t>(kind)].second;
}

std::optional<AdviceKind> parse_advice_kind(std::string_view text) {
    for (const auto& [kind, name] : kKindNames) {
        if (name == text)
            return kind;
    }
    return std::nullopt;
}

std::string_view to_string(Effort effort) {
    return kEffortNames[static_cast<std::size_t>(effort)];
}

AdvicePlan advise(const AdviceFacts& facts, Time now) {
    const Resource* storage = fullest_storage(facts.snapshot);
    if (storage == nullptr) {
        AdvicePlan nothing;
        nothing.measured_at = facts.snapshot.measured_at;
        nothing.target_ratio = facts.target_ratio;
        return nothing;
    }
    return Advisor(facts, *storage, now).run();
}

} // namespace mailquotad
