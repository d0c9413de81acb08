"""Mail that comes in, and mailboxes that fill up with it: seeded, so that every run has the same ones."""

import csv
import datetime
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ATTACHMENT_SHARE = 0.06  # of mails
ATTACHMENT_MEDIAN = 400_000
ATTACHMENT_SPREAD = 1.3  # of the logarithm
LARGEST_MAIL = 25_000_000


@dataclass(frozen=True)
class Arrivals:
    """What comes in day by day."""

    name: str
    first_day: datetime.date
    bytes: list[int]
    mails: list[int]


@dataclass
class Mailbox:
    """A mailbox with an owner who cleans up now and then. `used` is what stands in it at the end of each day; None
    where we did not measure."""

    name: str
    first_day: datetime.date
    arrivals: list[int]
    used: list[int]
    limits: list[int]  # of each day
    unseen: set[int] = field(default_factory=set)
    clean_ups: set[int] = field(default_factory=set)

    def day(self, index: int) -> datetime.date:
        return self.first_day + datetime.timedelta(days=index)

    def write(self, file: Path) -> None:
        """The days that were measured, as `mailquotad forecast` reads them."""
        rows = (f"{self.day(i)},{used}\n" for i, used in enumerate(self.used) if i not in self.unseen)
        file.write_text("date,used_bytes\n" + "".join(rows))


def read_arrivals(file: Path) -> Arrivals:
    """A CSV `date,bytes[,messages,…]`; days that are missing had no mail."""
    by_day = {}
    with file.open(newline="") as stream:
        for row in csv.DictReader(stream):
            size = int(row["bytes"])
            mails = int(row["messages"]) if row.get("messages") else int(size > 0)
            by_day[datetime.date.fromisoformat(row["date"])] = (size, mails)
    first, last = min(by_day), max(by_day)
    days = [first + datetime.timedelta(days=i) for i in range((last - first).days + 1)]
    rows = [by_day.get(day, (0, 0)) for day in days]
    return Arrivals(file.stem, first, [size for size, _ in rows], [mails for _, mails in rows])


def attachment(dice: random.Random) -> int:
    return min(LARGEST_MAIL, int(ATTACHMENT_MEDIAN * math.exp(dice.gauss(0, ATTACHMENT_SPREAD))))


def with_attachments(arrivals: Arrivals) -> Arrivals:
    """The same mails, of which every sixteenth or so carries something."""
    dice = random.Random("attachments of " + arrivals.name)
    extra = [sum(attachment(dice) for _ in range(mails) if dice.random() < ATTACHMENT_SHARE)
             for mails in arrivals.mails]
    sizes = [size + more for size, more in zip(arrivals.bytes, extra)]
    return Arrivals(arrivals.name + " +att", arrivals.first_day, sizes, arrivals.mails)


def _poisson(dice: random.Random, mean: float) -> int:
    """Knuth's way for small means, the normal approximation for large ones."""
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        count += 1
        product *= dice.random()
    return count


def _season(day: datetime.date) -> float:
    """Summer and Christmas are quiet."""
    return 0.35 if (day.month == 8 and day.day < 22) or (day.month == 12 and day.day > 22) else 1.0


def simulated_arrivals(number: int, days: int = 900) -> Arrivals:
    """A member of an association: mails by weekday, quiet holidays, interest that comes and goes, mass mailings, and
    attachments for some."""
    dice = random.Random(f"member {number}")
    first = datetime.date(2022, 1, 3) + datetime.timedelta(days=dice.randrange(365))
    rate = math.exp(dice.gauss(math.log(8), 0.9))
    weekend = dice.uniform(0.2, 0.9)
    mail_median = math.exp(dice.gauss(math.log(9_000), 0.5))
    share = dice.choice([0.0, 0.0, 0.01, 0.03, 0.06])
    newsletter = dice.choice([0, 0, 14, 30])
    interest, sizes, mails = 0.0, [], []
    for i in range(days):
        day = first + datetime.timedelta(days=i)
        interest = 0.985 * interest + dice.gauss(0, 0.09)
        mean = rate * math.exp(interest) * _season(day) * (weekend if day.weekday() >= 5 else 1.0)
        count = _poisson(dice, mean)
        size = sum(int(mail_median * math.exp(dice.gauss(0, 1.1))) for _ in range(count))
        size += sum(attachment(dice) for _ in range(count) if dice.random() < share)
        if newsletter and i % newsletter == 3:
            size += int(mail_median * 60 * dice.uniform(0.5, 1.5))
        sizes.append(size)
        mails.append(count)
    return Arrivals(f"member {number}", first, sizes, mails)


def _cleans_up(dice: random.Random, ratio: float) -> bool:
    """Owners clean up when it is tight, seldom before, and some only once nothing comes in any more."""
    daily = 0.25 if ratio >= 0.999 else 0.035 if ratio >= 0.9 else 0.012 if ratio >= 0.75 else 0.001
    return dice.random() < daily


def lived_in(arrivals: Arrivals, share_of_year: float, *, eventful: bool = False) -> Mailbox:
    """A mailbox whose limit is this share of a year's mail. What does not fit is refused. `eventful`: its limit
    changes once, and we are away for some days, once for three weeks."""
    dice = random.Random(f"owner of {arrivals.name} {share_of_year}")
    days = len(arrivals.bytes)
    first_limit = max(1000, int(sum(arrivals.bytes) / days * 365 * share_of_year))
    limits = [first_limit] * days
    box = Mailbox(f"{arrivals.name} {share_of_year:g}", arrivals.first_day, arrivals.bytes, [], limits)
    if eventful:
        _add_events(box, dice, days)
    used = int(first_limit * dice.uniform(0.1, 0.5))
    for i, size in enumerate(arrivals.bytes):
        limit = box.limits[i]
        used = max(used, min(limit, used + size))
        if _cleans_up(dice, used / limit):
            used = int(used * dice.uniform(0.25, 0.8))
            box.clean_ups.add(i)
        box.used.append(used)
    return box


def _add_events(box: Mailbox, dice: random.Random, days: int) -> None:
    change = dice.randrange(days // 3, days)
    factor = dice.choice([0.5, 0.7, 2.0])
    for i in range(change, days):
        box.limits[i] = int(box.limits[i] * factor)
    for length in (1, 2, 3, 5, 21):
        begin = dice.randrange(1, days - length)
        box.unseen.update(range(begin, begin + length))


def simulated_mailboxes(numbers: Sequence[int]) -> list[Mailbox]:
    return [lived_in(simulated_arrivals(number), (0.35, 0.8)[number % 2], eventful=number % 3 == 0)
            for number in numbers]
