"""How good forecasts and alarms were, once it is known what came in."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.forecast_methods import HORIZONS, QUANTILES, Alarm, Said, half_full
from bench.mailbox_simulator import Mailbox

ALERT_DAYS = 14
FULL = 0.99


class Truth:
    """What would have come in without further clean-up."""

    def __init__(self, box: Mailbox):
        self.box = box
        self._sums = [0]
        for size in box.arrivals:
            self._sums.append(self._sums[-1] + size)

    def used_after(self, index: int, days: int) -> int | None:
        """Nothing where the data end before."""
        if index + days >= len(self.box.used):
            return None
        return self.box.used[index] + self._sums[index + days + 1] - self._sums[index + 1]


@dataclass
class BandScore:
    """Quantiles against outcomes at one horizon."""

    pinball: float = 0.0
    width: float = 0.0
    inside: int = 0
    count: int = 0

    def add(self, said: Mapping[str, float], truth: float, limit: float) -> None:
        losses = [(truth - said[name]) * share if truth >= said[name] else (said[name] - truth) * (1 - share)
                  for name, share in zip(QUANTILES, (0.10, 0.25, 0.50, 0.75, 0.90))]
        self.pinball += sum(losses) / len(losses) / limit
        self.width += (said["p90"] - said["p10"]) / limit
        self.inside += said["p10"] <= truth <= said["p90"]
        self.count += 1


def band_scores(forecasts: Iterable[tuple[Mailbox, Mapping[int, Said]]]) -> dict[int, BandScore]:
    scores = {horizon: BandScore() for horizon in HORIZONS}
    for box, said in forecasts:
        truth = Truth(box)
        for index, one in said.items():
            for horizon in HORIZONS:
                used = truth.used_after(index, horizon)
                if used is not None:
                    scores[horizon].add(one.used[horizon], used, box.limits[index])
    return scores


@dataclass
class AlarmScore:
    """An alarm that says: full within 14 days."""

    hits: int = 0
    false: int = 0
    missed: int = 0
    episodes: int = 0
    unwarned: int = 0
    leads: list[int] = field(default_factory=list)
    mails: int = 0
    flaps: int = 0
    days: int = 0

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.missed)

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false)

    @property
    def lead(self) -> float:
        return statistics.median(self.leads) if self.leads else 0

    @property
    def mails_a_year(self) -> float:
        return self.mails / max(1, self.days) * 365


def score_alarm(score: AlarmScore, alarm: Alarm, box: Mailbox, said: Mapping[int, Said], origins: range) -> None:
    """Adds what an alarm did for one mailbox on the days of `origins`."""
    raised = {i for i in origins if i not in box.unseen and alarm(box, i, said.get(i))}
    _count_calls(score, box, raised, origins)
    _count_episodes(score, box, raised, origins)
    _count_mails(score, box, raised, origins)


def _count_calls(score: AlarmScore, box: Mailbox, raised: set[int], origins: range) -> None:
    truth = Truth(box)
    for i in origins:
        used = truth.used_after(i, ALERT_DAYS)
        if used is None or i in box.unseen or not half_full(box, i) or box.used[i] >= box.limits[i]:
            continue
        comes = used >= box.limits[i]
        score.hits += comes and i in raised
        score.missed += comes and i not in raised
        score.false += not comes and i in raised


def _count_episodes(score: AlarmScore, box: Mailbox, raised: set[int], origins: range) -> None:
    """A full episode is warned of when the alarm was raised on a day before, since the last clean-up."""
    for i in origins[1:]:
        if box.used[i] < FULL * box.limits[i] or box.used[i - 1] >= FULL * box.limits[i - 1]:
            continue
        first = i
        while first - 1 in origins and first - 1 not in box.clean_ups:
            first -= 1
        warned = [day for day in range(first, i) if day in raised]
        score.episodes += 1
        score.unwarned += not warned
        if warned:
            score.leads.append(i - warned[0])


def _count_mails(score: AlarmScore, box: Mailbox, raised: set[int], origins: range) -> None:
    """A mail when the alarm rises after two days of quiet; a flap when it falls within two days, unasked for."""
    for i in origins:
        score.days += 1
        if i in raised and not {i - 1, i - 2} & raised:
            score.mails += 1
            fallen = next((day for day in (i + 1, i + 2) if day in origins and day not in raised), None)
            cleaned = any(day in box.clean_ups for day in (i + 1, i + 2))
            score.flaps += fallen is not None and not cleaned
