"""The dashboard of single mailboxes: level, forecast fan, folders, advice, looks; one block for each chosen mailbox."""

from . import look
from .daemon import restarts
from .overview import MAILBOX_UID, UID
from .panels import Panel, Query, bars, board, coloured, common_variables, lines, link, metric, note, row, stat, strip, \
    variable
from .policy import DAY

# Days ahead, as the label `horizon` says them.
HORIZONS = {"7d": 7, "14d": 14, "30d": 30, "60d": 60}
# The bounds of the fan, from above.
BOUNDS = ("high", "median", "low")
BAND = {"high": "if much comes (P90)", "median": "expected (median)", "low": "if little comes (P10)"}


def of(name: str, *matchers: str) -> str:
    """A metric of the chosen mailbox."""
    return metric(name, 'mailbox=~"$mailbox"', *matchers)


def numbers() -> list[Panel]:
    """The mailbox at a glance."""
    stage = stat("Stage", "The stage of the last good look, with hysteresis: the one that mails are decided by.",
                 [Query(f'max by (stage) ({of("mailbox_stage")} == 1)', "{{stage}}", instant=True)], unit="none",
                 no_value="never measured", thresholds=look.plain(), text="name", background=True,
                 overrides=[coloured(stage, colour) for stage, colour in look.STAGE_COLOURS.items()])
    level = bars("Level", "Used share of the tightest limit; the colours begin where the stages begin by default.",
                 [Query(f'max({of("mailbox_used_ratio")})', "used", instant=True)], unit="percentunit",
                 no_value="no limit is known", thresholds=look.used_ratio(), width=4, height=4, defaults={"max": 1})
    free = stat("Free", "Bytes until the limit, of the root with the least room. A mail larger than this already "
                "bounces.", [Query(f'min({of("mailbox_limit_bytes")} - {of("mailbox_used_bytes")})', "free",
                                   instant=True)],
                unit="bytes", no_value="no limit is known", thresholds=look.plain())
    full = stat("Full in", "When it will be full if nobody cleans up: eight of ten outcomes lie between the earliest and "
                "the latest.", [Query(f"""max({of("mailbox_until_full_seconds", f'bound="{bound}"')})""", name,
                                      instant=True)
                                for bound, name in (("early", "earliest"), ("median", "median"), ("late", "latest"))],
                unit="s", no_value="no forecast yet", thresholds=look.until_full(), width=6, text="value_and_name",
                defaults={"mappings": look.beyond_a_year(), "decimals": 0})
    growth = stat("Growth a week", "Expected growth in a week if nobody cleans up.",
                  [Query(f'7 * {DAY} * max({of("mailbox_growth_bytes_per_second")})', "growth", instant=True)],
                  unit="bytes", no_value="no forecast yet", thresholds=look.plain(), width=3)
    seen = stat("Last good look", "When the numbers were measured.",
                [Query(f'1000 * max({of("probe_last_success_timestamp_seconds")})', "seen", instant=True)],
                unit="dateTimeFromNow", no_value="never", thresholds=look.plain(), width=3)
    return [stage, level, free, full, growth, seen]


def fan_now(bound: str) -> str:
    """Used bytes along the next days, from the forecast that holds now: straight lines between its horizons."""
    now = f'max by (mailbox) ({of("mailbox_used_bytes")} @ start())'
    moment = f'scalar(max(timestamp({of("probe_success")} @ start())))'
    parts, before, day = [now], now, 0
    for label, end in HORIZONS.items():
        matchers = f'horizon="{label}"', f'bound="{bound}"'
        then = f'max by (mailbox) ({of("mailbox_forecast_used_bytes", *matchers)} @ start())'
        parts.append(f"({then} - {before}) * scalar(clamp(vector((time() - {moment} - {day * DAY}) / "
                     f"{(end - day) * DAY}), 0, 1))")
        before, day = then, end
    return " + ".join(parts)


def foretold(bound: str, days: int = 14) -> str:
    """What was foretold for a moment so many days before."""
    matchers = f'horizon="{days}d"', f'bound="{bound}"'
    return f'max by (mailbox) ({of("mailbox_forecast_used_bytes", *matchers)} offset {days}d)'


def band(names: dict[str, str]) -> list[dict]:
    """P10 to P90 as an area, the median dashed."""
    edge = {"custom__lineWidth": 0}
    return [coloured(names["high"], look.FORETOLD, custom__fillBelowTo=names["low"], custom__fillOpacity=25, **edge),
            coloured(names["low"], look.FORETOLD, **edge),
            coloured(names["median"], look.FORETOLD, custom__lineStyle={"fill": "dash", "dash": [8, 6]})]


def level_panels() -> list[Panel]:
    """The past with what had been foretold, and the next 60 days."""
    measured = [coloured("used", look.USED), coloured("limit", look.LIMIT)]
    before = {bound: f"foretold 14 days before: {text}" for bound, text in BAND.items()}
    past = lines("Level, and what had been foretold",
                 "Bytes in use, the limit, and the band that the forecast of two weeks before gave for each day: in eight "
                 "of ten days the line should lie within it, unless somebody cleaned up. Marks: notices to the owner.",
                 [Query(f'max by (mailbox) ({of("mailbox_used_bytes")})', "used"),
                  Query(f'max by (mailbox) ({of("mailbox_limit_bytes")})', "limit"),
                  *(Query(foretold(bound), before[bound]) for bound in BOUNDS)],
                 unit="bytes", no_value="never measured", thresholds=look.plain(), width=14, height=10,
                 colour={"mode": "fixed", "fixedColor": look.USED}, overrides=measured + band(before))
    ahead = lines("The next 60 days",
                  "The forecast that holds now, if nobody cleans up: dashed the median, the area eight of ten outcomes. "
                  "Full is where it meets the limit. Always the next 60 days, whatever time is chosen above.",
                  [Query(f'max by (mailbox) ({of("mailbox_limit_bytes")} @ start())', "limit"),
                   *(Query(fan_now(bound), BAND[bound]) for bound in BOUNDS)],
                  unit="bytes", no_value="no forecast yet: it needs 14 days", thresholds=look.plain(), width=10,
                  height=10, colour={"mode": "fixed", "fixedColor": look.USED}, overrides=measured + band(BAND),
                  more={"timeFrom": "+60d", "hideTimeOverride": False})
    return [past, ahead]


def stage_course() -> Panel:
    """The stages over time as a coloured strip."""
    numbered = " or ".join(f"""{of("mailbox_stage", f'stage="{stage}"')} * {index}"""
                           for index, stage in enumerate(look.STAGE_COLOURS))
    return strip("Stage over time", "The stage at each moment; unknown: no good look within a day.",
                 [Query(f"max by (mailbox) ({numbered})", "{{mailbox}}")], no_value="never measured",
                 mappings=look.stage_numbers(), thresholds=look.plain())


def folders() -> list[Panel]:
    """What fills it, and what to do."""
    roles = [coloured(role, colour) for role, colour in look.ROLE_COLOURS.items()]
    size = lines("Folders", "Size of the folders by role; folders without a known role are \"other\". Only where the "
                 "server tells sizes.", [Query(f'sum by (role) ({of("folder_size_bytes")})', "{{role}}")], unit="bytes",
                 no_value="the server tells no folder sizes", thresholds=look.plain(), stacked=True, overrides=roles)
    advice = bars("What would free how much", "Bytes that each step of advice alone would free. Steps can overlap, so "
                  "do not add them up.", [Query(f'max by (advice) ({of("mailbox_reclaimable_bytes")})', "{{advice}}",
                                                instant=True)], unit="bytes", no_value="nothing worth it",
                  thresholds=look.plain(look.ROLE_COLOURS["archive"]))
    messages = lines("Messages by folder", "Messages in the folders by role.",
                     [Query(f'sum by (role) ({of("folder_messages")})', "{{role}}")], unit="none",
                     no_value="the server tells no counts", thresholds=look.plain(), stacked=True, overrides=roles,
                     height=7)
    total = lines("Messages", "Messages in all folders.", [Query(f'max({of("mailbox_messages")})', "messages")],
                  unit="none", no_value="the server tells no counts", thresholds=look.plain(), height=7,
                  colour={"mode": "fixed", "fixedColor": look.USED})
    return [size, advice, messages, total]


def resources() -> list[Panel]:
    """Every limit that the server tells, not only storage."""
    used, limit = of("mailbox_resource_used"), of("mailbox_resource_limit")
    level = lines("Level of every limit", "Used share of each resource that has a limit, by quota root: storage, number "
                  "of messages, and whatever else the server limits.",
                  [Query(f"{used} / {limit}", "{{root}}: {{resource}}")], unit="percentunit",
                  no_value="no limit is known", thresholds=look.used_ratio(), threshold_lines=True, height=7,
                  colour={"mode": "thresholds", "seriesBy": "last"})
    looks = lines("Looks", "How long the last look took; none at all: the daemon was down.",
                  [Query(f'max({of("probe_duration_seconds")})', "seconds")], unit="s", no_value="no look yet",
                  thresholds=look.plain(), width=6, height=7, colour={"mode": "fixed", "fixedColor": look.USED})
    failed = lines("Failed looks", "Failed looks in each step of the graph, by kind of failure.",
                   [Query(f'sum by (kind) (increase({of("probe_failures_total")}[$__rate_interval])) > 0', "{{kind}}")],
                   unit="none", no_value="no failed look", thresholds=look.plain(), width=6, height=7)
    return [level, looks, failed]


def dashboard() -> dict:
    """The whole."""
    told = note("Owner told", f'1000 * {of("mailbox_told_timestamp_seconds")}', "{{mailbox}} told", "stage {{stage}}",
                look.FORETOLD)
    block = [*numbers(), *level_panels(), stage_course(), *folders(), *resources()]
    return board(
        MAILBOX_UID, "mailquotad: mailbox", "Single mailboxes: level, forecast, folders, advice and notices.",
        [row("$mailbox", block, repeat="mailbox")],
        variables=[*common_variables(),
                   variable("mailbox",
                            'label_values(mailquotad_probe_success{job=~"$job",instance=~"$instance"}, mailbox)',
                            "One or several mailboxes, by their slugs.", with_all=False)],
        annotations=[told, restarts()],
        links=[link("All mailboxes", f"/d/{UID}", "The overview of all mailboxes")],
        time=("now-90d", "now"))
