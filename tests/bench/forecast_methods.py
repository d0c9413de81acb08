"""Ways to say when a mailbox will be full: the program's own, and the simple ones that it must beat."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.mailbox_simulator import Mailbox

HORIZONS = (7, 14, 30, 60)
QUANTILES = ("p10", "p25", "p50", "p75", "p90")
EWMA_SHARE = 0.03
LINE_DAYS = 30
BEYOND = 1000.0  # days; more than any horizon


@dataclass(frozen=True)
class Said:
    """A forecast as of one day."""

    full_in: dict[str, float]                # days by quantile
    used: dict[int, dict[str, float]]        # bytes by horizon and quantile


def program_forecasts(binary: Path, box: Mailbox, every: int = 1) -> dict[int, Said]:
    """What `mailquotad forecast --every` says, by index of the day; days of silence are left out."""
    said: dict[int, Said] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "used.csv"
        box.write(file)
        for limit in sorted(set(box.limits)):
            argv = [binary, "forecast", "--limit", f"{limit}B", "--every", str(every), "--format", "json", file]
            lines = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()
            for line in lines:
                _take(said, box, json.loads(line), limit)
    return said


def _take(said: dict[int, Said], box: Mailbox, line: dict, limit: int) -> None:
    index = (box.first_day.fromisoformat(line["as_of"]) - box.first_day).days
    forecast = line["forecast"]
    if forecast is None or box.limits[index] != limit:
        return
    full = {name: BEYOND if days is None else days for name, days in forecast["full_in_days"].items()}
    said[index] = Said(full, {int(days): values for days, values in forecast["quantiles_bytes"].items()})


def _point(box: Mailbox, index: int, level: float, slope: float) -> Said:
    free = box.limits[index] - level
    days = 0.0 if free <= 0 else free / slope if slope > 0 else BEYOND
    used = {horizon: dict.fromkeys(QUANTILES, max(0.0, level + slope * horizon)) for horizon in HORIZONS}
    return Said(dict.fromkeys(QUANTILES, days), used)


def least_squares(box: Mailbox, index: int) -> Said | None:
    """A line through the last 30 days, drawn on, as predict_linear does."""
    points = [(i - index, box.used[i]) for i in range(max(0, index - LINE_DAYS + 1), index + 1) if i not in box.unseen]
    if len(points) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    return _point(box, index, mean_y - slope * mean_x, slope)


class Ewma:
    """Exponentially weighted mean of the increments, clean-ups left out."""

    def __init__(self, box: Mailbox):
        self._slopes: dict[int, float] = {}
        seen = [i for i in range(len(box.used)) if i not in box.unseen]
        mean, weight = 0.0, 0.0
        for before, i in zip(seen, seen[1:]):
            step = (box.used[i] - box.used[before]) / (i - before)
            if step >= -0.01 * box.limits[i]:
                weight = 1 - (1 - weight) * (1 - EWMA_SHARE)
                mean += EWMA_SHARE / weight * (step - mean)
            self._slopes[i] = mean

    def __call__(self, box: Mailbox, index: int) -> Said | None:
        slope = self._slopes.get(index)
        return None if slope is None else _point(box, index, box.used[index], slope)


Alarm = Callable[[Mailbox, int, Said | None], bool]


def half_full(box: Mailbox, index: int) -> bool:
    return box.used[index] > 0.5 * box.limits[index]


def full_within(quantile: str, days: int) -> Alarm:
    return lambda box, index, said: said is not None and half_full(box, index) and said.full_in[quantile] <= days


def filled_to(ratio: float) -> Alarm:
    return lambda box, index, said: box.used[index] >= ratio * box.limits[index]


def shipped_policy(box: Mailbox, index: int, said: Said | None) -> bool:
    """A mail of stage warning or above: 80 %, or little free, or P25 within 14 days."""
    free, limit = box.limits[index] - box.used[index], box.limits[index]
    return box.used[index] >= 0.8 * limit or free < min(100 * 2**20, 0.25 * limit) \
        or full_within("p25", 14)(box, index, said)
