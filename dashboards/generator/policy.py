"""The policy's defaults, from the one file that a unit test holds equal to the program's: config/mailquotad.full.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

SETTINGS = Path(__file__).resolve().parents[2] / "config" / "mailquotad.full.toml"
DAY = 86400
STAGES = ("ok", "notice", "warning", "urgent", "full")


@dataclass(frozen=True)
class Rule:
    """What makes a stage: a ratio of the limit, and seconds until full; None where the stage has no such condition."""

    used: float | None
    full_within: int | None


def ratio(text: str | None) -> float | None:
    """0.7 for "70%"."""
    return None if text is None else int(text.removesuffix("%")) / 100


def seconds(text: str | None) -> int | None:
    """The seconds of "14d"."""
    return None if text is None else int(text.removesuffix("d")) * DAY


def defaults() -> dict[str, Rule]:
    """The default rule of each stage but ok."""
    policy = tomllib.loads(SETTINGS.read_text())["policy"]
    return {stage: Rule(ratio(policy[stage].get("used")), seconds(policy[stage].get("full_within")))
            for stage in STAGES[1:]}
