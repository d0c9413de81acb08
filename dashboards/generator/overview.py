"""The dashboard of all mailboxes: counts, the table, the fullest, growth, what could be freed, the unreachable."""

from . import look
from .daemon import daemon_row, restarts
from .panels import Panel, Query, bars, board, by_name, coloured, common_variables, lines, link, metric, note, row, \
    stat, variable

UID = "mailquotad-overview"
MAILBOX_UID = "mailquotad-mailbox"
SERVER = 'server=~"$server"'
LOGIN_KINDS = "credential|login_refused|login_disabled"
OK = look.STAGE_COLOURS["ok"]


def of(name: str, *matchers: str) -> str:
    """A metric of the mailboxes of the chosen servers."""
    return metric(name, SERVER, *matchers)


def first_row() -> list[Panel]:
    """How many in which stage, which is next, which do not answer."""
    stages = ("full", "urgent", "warning", "notice", "ok", "unknown")
    count = stat("Mailboxes by stage",
                 "How many mailboxes are in each stage now; unknown: no good look within a day, or the server tells no "
                 "limit that could be judged.",
                 [Query(f'sum({of("mailbox_stage", f"""stage="{stage}" """.strip())})', stage, instant=True)
                  for stage in stages],
                 unit="none", no_value="no mailbox is watched", thresholds=look.plain(), width=12, text="value_and_name",
                 background=True, overrides=[coloured(stage, look.STAGE_COLOURS[stage]) for stage in stages])
    median = of("mailbox_until_full_seconds", 'bound="median"')
    following = stat("Full next",
                     "The mailbox that is expected to be full first (the median forecast), and when.",
                     [Query(f"1000 * (time() + bottomk(1, {median} < {look.YEAR}))", "{{mailbox}}", instant=True)],
                     unit="dateTimeFromNow", no_value="none within a year", thresholds=look.plain(), width=6,
                     text="value_and_name")
    failing = of("probe_failing_since_timestamp_seconds")
    refused = of("probe_failing_since_timestamp_seconds", f'kind=~"{LOGIN_KINDS}"')
    unreachable = stat("Unreachable", "Mailboxes whose last look failed, for whatever reason.",
                       [Query(f"count({failing}) or vector(0)", "unreachable", instant=True)], unit="none",
                       no_value="0", thresholds=look.bad_from(1), width=3)
    logins = stat("Login refused",
                  "Mailboxes whose login the server refuses, or whose password mailquotad cannot read: usually the owner "
                  "changed it.",
                  [Query(f"count({refused}) or vector(0)", "refused", instant=True)], unit="none", no_value="0",
                  thresholds=look.bad_from(1), width=3)
    return [count, following, unreachable, logins]


def until_full() -> str:
    """When each mailbox is full; where there is no forecast, its place among the others: a table puts empty cells first."""
    median, almost = of("mailbox_until_full_seconds", 'bound="median"'), of("mailbox_stage", 'stage=~"urgent|full"')
    return (f"max by (mailbox, server) ({median})"
            f" or {look.FIRST_UNFORETOLD} * max by (mailbox, server) ({almost} == 1)"
            f" or {look.LATER_UNFORETOLD} + 0 * max by (mailbox, server) ({of('mailbox_stage')})")


COLUMNS = (  # name of the column, expression, unit, more properties
    ("Level", f'max by (mailbox, server) ({of("mailbox_used_ratio")})', "percentunit",
     {"min": 0, "max": 1, "thresholds": look.used_ratio(), "custom__width": 180,
      "custom__cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}}),
    ("Full in (median)", until_full(), "s",
     {"mappings": look.not_foretold() + look.beyond_a_year(), "thresholds": look.until_full(), "decimals": 0,
      "custom__cellOptions": {"type": "color-text"}}),
    ("at the earliest", f'max by (mailbox, server) ({of("mailbox_until_full_seconds", """bound="early" """.strip())})',
     "s", {"mappings": look.beyond_a_year(), "decimals": 0}),
    ("Free", f'min by (mailbox, server) ({of("mailbox_limit_bytes")} - {of("mailbox_used_bytes")})', "bytes", {}),
    ("Used", f'max by (mailbox, server) ({of("mailbox_used_bytes")})', "bytes", {}),
    ("Limit", f'max by (mailbox, server) ({of("mailbox_limit_bytes")})', "bytes", {}),
    ("Growth a week", f'7 * 86400 * max by (mailbox, server) ({of("mailbox_growth_bytes_per_second")})', "bytes", {}),
    ("Last good look", f'1000 * max by (mailbox, server) ({of("probe_last_success_timestamp_seconds")})',
     "dateTimeFromNow", {}),
    ("Owner told", f'1000 * max by (mailbox, server) ({of("mailbox_told_timestamp_seconds")})', "dateTimeFromNow", {}),
)


def table() -> Panel:
    """All mailboxes, soonest full first."""
    stage = Query(f'max by (mailbox, server, stage) ({of("mailbox_stage")} == 1)', instant=True, table=True)
    queries = [stage, *(Query(expr, instant=True, table=True) for _, expr, _, _ in COLUMNS)]
    letters = [chr(ord("A") + index) for index in range(len(queries))]
    names = {f"Value #{letter}": column[0] for letter, column in zip(letters[1:], COLUMNS)}
    order = ["mailbox", "stage", *names, "server"]
    url = f"/d/{MAILBOX_UID}?${{datasource:queryparam}}&${{job:queryparam}}&${{instance:queryparam}}&" \
          "var-mailbox=${__value.raw}"
    overrides = [
        by_name("Mailbox", links=[{"title": "History and advice of ${__value.raw}", "url": url, "targetBlank": False}]),
        by_name("Stage", mappings=look.stage_words(), custom__width=100,
                custom__cellOptions={"type": "color-background", "mode": "basic"}),
        *(by_name(name, unit=unit, **more) for name, _, unit, more in COLUMNS)]
    return Panel(
        "Mailboxes", "Every mailbox, the one that will be full first on top; before it those that are almost full already "
        "and have no forecast. Colours are the default thresholds of the policy; a mailbox with several limits shows the "
        "tightest level and the largest limit. Empty where nothing is known: no limit, no forecast yet, or no good look "
        "within a day. Click a name for its history.",
        "table", queries, 24, 10, "none", "–", look.plain(),
        {"showHeader": True, "frameIndex": 0, "cellHeight": "sm",
         "sortBy": [{"displayName": "Full in (median)", "desc": False}]},
        {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": True}, {}, overrides,
        {"transformations": [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {
                "excludeByName": {"Time": True, "Value #A": True},
                "indexByName": {name: index for index, name in enumerate(order)},
                "renameByName": {"mailbox": "Mailbox", "stage": "Stage", "server": "Server", **names}}}]})


def fullest() -> list[Panel]:
    """The courses of the ten fullest, the same ten all along."""
    ratio, used = of("mailbox_used_ratio"), of("mailbox_used_bytes")
    ten = f"topk(10, max by (mailbox) ({ratio} @ end()))"
    level = lines("Level of the fullest ten",
                  "Used share of the tightest limit; dashed: from where a stage begins by default. A gap: no good look "
                  "for a day.",
                  [Query(f"max by (mailbox) ({ratio}) and on (mailbox) {ten}", "{{mailbox}}")],
                  unit="percentunit", no_value="no mailbox has a limit", thresholds=look.used_ratio(),
                  threshold_lines=True, colour={"mode": "thresholds", "seriesBy": "last"})
    bytes_used = lines("Used by the fullest ten", "Bytes in use of the same mailboxes; all limits together would hide "
                       "each other, so they are in the table and in each mailbox's own dashboard.",
                       [Query(f"max by (mailbox) ({used}) and on (mailbox) {ten}", "{{mailbox}}")], unit="bytes",
                       no_value="no mailbox has a limit", thresholds=look.plain())
    over_time = lines("Stages over time", "How many mailboxes were in each stage (of all servers).",
                      [Query(f'sum by (stage) ({metric("mailboxes")})', "{{stage}}")], unit="none",
                      no_value="no mailbox is watched", thresholds=look.plain(), stacked=True, width=24, height=6,
                      overrides=[coloured(stage, colour) for stage, colour in look.STAGE_COLOURS.items()])
    return [level, bytes_used, over_time]


def growth_and_advice() -> list[Panel]:
    """Who grows fastest, and where most can be freed."""
    growth = bars("Fastest growing", "Expected growth in a week if nobody cleans up; clean-ups of the past do not hide "
                  "it.", [Query(f'topk(10, 7 * 86400 * {of("mailbox_growth_bytes_per_second")})', "{{mailbox}}",
                                instant=True)],
                  unit="bytes", no_value="no forecast yet: it needs 14 days", thresholds=look.plain(look.USED))
    freed = bars("What would free most", "Bytes that one step of advice alone would free: the largest ten. Steps can "
                 "overlap, so do not add them up.",
                 [Query(f'topk(10, {of("mailbox_reclaimable_bytes")})', "{{mailbox}}: {{advice}}", instant=True)],
                 unit="bytes", no_value="nothing worth it", thresholds=look.plain(look.ROLE_COLOURS["archive"]))
    return [growth, freed]


def unreachable() -> list[Panel]:
    """Which mailboxes do not answer, why, since when; and what failed over time."""
    failing = of("probe_failing_since_timestamp_seconds")
    columns = {"mailbox": "Mailbox", "server": "Server", "kind": "Why", "Value": "Failing since"}
    now = Panel("Unreachable now", "Mailboxes whose last look failed, the kind of the failure and since when.", "table",
                [Query(f"1000 * max by (mailbox, server, kind) ({failing})", instant=True, table=True)], 12, 7,
                "none", "every mailbox answers", look.plain(),
                {"showHeader": True, "frameIndex": 0, "cellHeight": "sm",
                 "sortBy": [{"displayName": "Failing since", "desc": False}]},
                {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": True}, {},
                [by_name("Failing since", unit="dateTimeFromNow")],
                {"transformations": [{"id": "organize", "options": {
                    "excludeByName": {"Time": True}, "renameByName": columns,
                    "indexByName": {name: index for index, name in enumerate(columns)}}}]})
    kinds = lines("Failed looks by kind", "Failed looks in each step of the graph, by kind of failure.",
                  [Query(f'sum by (kind) (increase({of("probe_failures_total")}[$__rate_interval])) > 0', "{{kind}}")],
                  unit="none", no_value="no failed look", thresholds=look.plain(), height=7)
    return [now, kinds]


def dashboard() -> dict:
    """The whole."""
    told = note("Owner told", f'1000 * {of("mailbox_told_timestamp_seconds")}', "{{mailbox}} told", "stage {{stage}}",
                look.FORETOLD, shown=False)
    return board(
        UID, "mailquotad: overview", "All watched mailboxes: which will be full when, and which do not answer.",
        [row("How is it now", first_row() + [table()]),
         row("The fullest", fullest()),
         row("Growth and advice", growth_and_advice()),
         row("Reachability", unreachable()),
         row("The daemon", daemon_row(), collapsed=True)],
        variables=[*common_variables(),
                   variable("server", 'label_values(mailquotad_probe_success{job=~"$job",instance=~"$instance"}, server)',
                            "A provider, by its name in the settings.")],
        annotations=[told, restarts()],
        links=[link("One mailbox", f"/d/{MAILBOX_UID}", "History, forecast, folders and advice of single mailboxes")],
        time=("now-30d", "now"))
