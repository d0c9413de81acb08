"""How the daemon itself does: rounds, mails, settings, cost."""

from . import look
from .panels import Panel, Query, lines, metric, note, stat, strip

BAD = look.STAGE_COLOURS["urgent"]
WELL = look.STAGE_COLOURS["ok"]


def restarts() -> dict:
    """Marks each start of the daemon."""
    return note("Daemon started", f'1000 * {metric("process_start_time_seconds")}', "mailquotad started", "{{instance}}",
                look.STAGE_COLOURS["unknown"], shown=False)


def numbers() -> list[Panel]:
    """What should be well now."""
    writable, stored = metric("database_writable"), look.words(v0=("takes nothing", BAD), v1=("writable", WELL))
    up = stat("Daemon", "Whether Prometheus reaches the daemon.", [Query(metric("up"), "{{instance}}", instant=True)],
              unit="none", no_value="not scraped", thresholds=look.bad_below(1), width=4,
              defaults={"mappings": look.words(v0=("down", BAD), v1=("up", WELL))})
    version = stat("Version", "Version of the running build.",
                   [Query(metric("build_info"), "{{version}}", instant=True)], unit="none", no_value="not scraped",
                   thresholds=look.plain(), width=4, text="name")
    round_age = stat("Last round", "How long ago every mailbox had been tried again; an alert from a day on.",
                     [Query(f'time() - {metric("last_round_timestamp_seconds")}', "age", instant=True)], unit="s",
                     no_value="first round under way", thresholds=look.bad_from(86400), width=4)
    settings = stat("Settings", "Whether the settings file was read without a mistake the last time (at start, or by "
                    "SIGHUP). Where not, the daemon goes on with the old ones.",
                    [Query(metric("config_last_reload_successful"), "settings", instant=True)], unit="none",
                    no_value="not scraped", thresholds=look.bad_below(1), width=4,
                    defaults={"mappings": look.words(v0=("refused", BAD), v1=("good", WELL))})
    read = stat("Settings read", "When the running settings were read.",
                [Query(f'1000 * {metric("config_last_reload_success_timestamp_seconds")}', "read", instant=True)],
                unit="dateTimeFromNow", no_value="not scraped", thresholds=look.plain(), width=4)
    database = stat("Database", "Whether what was measured and decided can be stored. Where not (usually a full or "
                    "read-only disk), no new mail goes out until it can.", [Query(writable, "{{instance}}", instant=True)],
                    unit="none", no_value="not scraped", thresholds=look.bad_below(1), width=4,
                    defaults={"mappings": stored})
    waiting = stat("Mails waiting", "Mails that the SMTP server has not accepted yet.",
                   [Query(metric("outbox_pending"), "waiting", instant=True)], unit="none", no_value="not scraped",
                   thresholds=look.bad_from(1, "notice"), width=4)
    silenced = stat("Silenced", "Mailboxes that the webmaster silenced for a while.",
                    [Query(metric("silences_active"), "silenced", instant=True)], unit="none", no_value="not scraped",
                    thresholds=look.bad_from(1, "notice"), width=4)
    stuck = stat("Stuck workers", "Workers that did not come back within the deadline of their look: usually a name "
                 "server that does not answer.", [Query(metric("stuck_workers"), "stuck", instant=True)], unit="none",
                 no_value="not scraped", thresholds=look.bad_from(1), width=4)
    sharing = stat("Daemons", "Daemons that share the work over one database, as they see each other.",
                   [Query(f'max({metric("daemons")})', "daemons", instant=True)], unit="none",
                   no_value="not scraped", thresholds=look.plain(), width=4)
    course = strip("Database over time", "When the database took nothing: what fell into such a time was measured, and "
                   "mailed only afterwards. A gap: the daemon was not scraped.", [Query(writable, "{{instance}}")],
                   no_value="not scraped", mappings=stored, thresholds=look.bad_below(1), width=8)
    return [up, version, round_age, settings, read, database, waiting, silenced, stuck, sharing, course]


def courses() -> list[Panel]:
    """What happens over time."""

    def counted(name: str, label: str) -> list[Query]:
        return [Query(f"sum by ({label}) (increase({metric(name)}[$__rate_interval])) > 0",
                      " ".join("{{" + one.strip() + "}}" for one in label.split(",")))]

    plain = look.plain()
    sent = lines("Notifications sent", "Notifications that their channel accepted, in each step of the graph.",
                 counted("notifications_sent_total", "stage, channel"), unit="none", no_value="none was sent",
                 thresholds=plain, width=8)
    failed = lines("Deliveries failed", "Failed deliveries by reason; they are tried again, unless the mail was refused "
                   "for good (smtp_5xx).", counted("notifications_failed_total", "reason"), unit="none",
                   no_value="none failed", thresholds=plain, width=8)
    held = lines("Nothing sent, because", "Decisions to send nothing although a mailbox is not ok, by reason.",
                 counted("notifications_suppressed_total", "reason"), unit="none", no_value="nothing to hold back",
                 thresholds=plain, width=8)
    duration = metric("probe_duration_seconds")
    seconds = lines("Seconds of a look", "How long the last look at each mailbox took: half of them were faster than "
                    "the median.", [Query(f"max({duration})", "slowest"), Query(f"quantile(0.5, {duration})", "median")],
                    unit="s", no_value="no look yet", thresholds=plain, width=8)
    trips = lines("Round trips of a look", "Round trips to the server by the last look at each mailbox, connecting "
                  "included.", [Query(f'max({metric("probe_round_trips")})', "most"),
                                Query(f'avg({metric("probe_round_trips")})', "mean")], unit="none",
                  no_value="no look yet", thresholds=plain, width=8)
    answered = lines("Mailboxes that answer", "Share of the mailboxes whose last look succeeded, by server.",
                     [Query(f'avg by (server) ({metric("probe_success")})', "{{server}}")], unit="percentunit",
                     no_value="no look yet", thresholds=plain, width=8, defaults={"max": 1})
    return [sent, failed, held, seconds, trips, answered]


def process() -> list[Panel]:
    """What the daemon takes of its machine."""
    plain = look.plain()
    cpu = lines("Processor", "Share of one processor that the daemon uses.",
                [Query(f'rate({metric("process_cpu_seconds_total")}[$__rate_interval])', "{{instance}}")],
                unit="percentunit", no_value="not scraped", thresholds=plain, width=6, height=6)
    memory = lines("Memory", "Memory of the daemon: resident, and address space.",
                   [Query(metric("process_resident_memory_bytes"), "resident"),
                    Query(metric("process_virtual_memory_bytes"), "virtual")], unit="bytes", no_value="not scraped",
                   thresholds=plain, width=6, height=6)
    files = lines("Open files", "File descriptors that are open, and how many may be.",
                  [Query(metric("process_open_fds"), "open"), Query(metric("process_max_fds"), "allowed")], unit="none",
                  no_value="not scraped", thresholds=plain, width=6, height=6)
    scrape = lines("Scrape", "How long Prometheus' scrape takes.",
                   [Query(metric("scrape_duration_seconds"), "{{instance}}")], unit="s", no_value="not scraped",
                   thresholds=plain, width=6, height=6)
    return [cpu, memory, files, scrape]


def daemon_row() -> list[Panel]:
    """All of it."""
    return numbers() + courses() + process()
