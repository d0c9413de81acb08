"""Colours that colour-blind people can tell apart, thresholds of the policy, words for values."""

from .policy import DAY, STAGES, defaults

# Blue for well, then light blue, yellow, orange, dark red: they differ in lightness too.
STAGE_COLOURS = {"ok": "#0072B2", "notice": "#88CCEE", "warning": "#F0E442", "urgent": "#E66100", "full": "#7A0048",
                 "unknown": "#999999"}
ROLE_COLOURS = {"inbox": "#332288", "sent": "#88CCEE", "trash": "#CC6677", "junk": "#999933", "archive": "#117733",
                "drafts": "#DDCC77", "all": "#882255", "flagged": "#AA4499", "other": "#44AA99"}
USED, LIMIT, FORETOLD = "#0072B2", "#7A0048", "#E66100"
YEAR = 365 * DAY
# In a column of seconds until full, for mailboxes without a forecast: before and behind every forecast of less than a year.
FIRST_UNFORETOLD, LATER_UNFORETOLD = -1, 10_000_000_000


def steps(*pairs: tuple[float | None, str]) -> dict:
    """Thresholds; the first value is None, for everything below the second."""
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for value, colour in pairs]}


def plain(colour: str = STAGE_COLOURS["ok"]) -> dict:
    """One colour whatever the value."""
    return steps((None, colour))


def bad_from(value: float, stage: str = "urgent") -> dict:
    """Well below a value, and in a stage's colour from it on."""
    return steps((None, STAGE_COLOURS["ok"]), (value, STAGE_COLOURS[stage]))


def bad_below(value: float, stage: str = "urgent") -> dict:
    """In a stage's colour below a value, and well from it on."""
    return steps((None, STAGE_COLOURS[stage]), (value, STAGE_COLOURS["ok"]))


def used_ratio() -> dict:
    """The colour of a level: the stage that its percentage alone would make."""
    rules = defaults()
    return steps((None, STAGE_COLOURS["ok"]), *((rules[stage].used, STAGE_COLOURS[stage]) for stage in STAGES[1:]))


def until_full() -> dict:
    """The colour of a time until full: the stage that it alone would make."""
    rules, pairs, colour = defaults(), [], STAGE_COLOURS["urgent"]
    for stage, below in (("urgent", "warning"), ("warning", "notice"), ("notice", "ok")):
        pairs.append((rules[stage].full_within, STAGE_COLOURS[below]))
    return steps((None, colour), *pairs)


def beyond_a_year() -> list[dict]:
    """The forecast looks a year ahead: +Inf is no number for people."""
    return [{"type": "range", "options": {"from": YEAR + 1, "to": None, "result": {"text": "more than a year"}}}]


def not_foretold() -> list[dict]:
    """The word for both."""
    said = {"text": "no forecast"}
    return [{"type": "value", "options": {str(FIRST_UNFORETOLD): {**said, "color": STAGE_COLOURS["urgent"], "index": 0},
                                          str(LATER_UNFORETOLD): {**said, "color": STAGE_COLOURS["unknown"], "index": 1}}}]


def stage_words() -> list[dict]:
    """The name of a stage in its colour."""
    return [{"type": "value", "options": {stage: {"text": stage, "color": colour, "index": index}
                                          for index, (stage, colour) in enumerate(STAGE_COLOURS.items())}}]


def stage_numbers() -> list[dict]:
    """The same for stages that are numbered in a graph: 0 is ok, 4 is full, 5 is unknown."""
    return [{"type": "value", "options": {str(index): {"text": stage, "color": colour, "index": index}
                                          for index, (stage, colour) in enumerate(STAGE_COLOURS.items())}}]


def words(**texts: tuple[str, str]) -> list[dict]:
    """Texts and colours for numbers: words(v0=("failed", colour), v1=(…))."""
    return [{"type": "value", "options": {key[1:]: {"text": text, "color": colour, "index": index}
                                          for index, (key, (text, colour)) in enumerate(texts.items())}}]
