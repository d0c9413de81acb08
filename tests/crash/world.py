"""A Dovecot, an SMTP server behind the proxy, and a daemon that is killed again and again."""

import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "integration")]

from servers.ca import Authority  # noqa: E402
from servers.chasquid import Chasquid  # noqa: E402
from servers.dovecot import Dovecot  # noqa: E402
from servers.processes import Child, private_folder, wait_for  # noqa: E402
from support import CLUB, MIB, PRIVATE, WEBMASTER, Mailbox, Running, Settings, quoted, server  # noqa: E402

import ledger  # noqa: E402
from proxy import Proxy, pause  # noqa: E402

BOXES = 3
KINDS = ("random", "random", "random", "after 250", "instead of 250")


@dataclass
class Tally:
    """What happened, over all lives of the daemon."""

    kills: dict[str, int] = field(default_factory=dict)
    crossings: int = 0
    mails: int = 0
    untold: list[str] = field(default_factory=list)
    duplicates: int = 0
    unexplained: list[str] = field(default_factory=list)
    windows: int = 0
    damaged: list[str] = field(default_factory=list)
    told_without_mail: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing happened that must not."""
        return not (self.untold or self.unexplained or self.damaged or self.told_without_mail)

    def words(self) -> str:
        """The figures, a line each."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kills.items()))
        lines = [f"kills             {sum(self.kills.values())} ({kinds})",
                 f"crossings         {self.crossings}, untold {len(self.untold)}",
                 f"mails taken       {self.mails}",
                 f"between 250 and commit {self.windows} times: {self.duplicates} duplicates, same Message-ID and text",
                 f"other duplicates  {len(self.unexplained)}",
                 f"told without mail {len(self.told_without_mail)}",
                 f"damaged databases {len(self.damaged)}"]
        return "\n".join(lines + self.untold + self.unexplained + self.damaged + self.told_without_mail)


class World:
    """Use as a context manager."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.tally = Tally()
        self.folder = private_folder("crash")
        self.dovecot = Dovecot(Authority(self.folder))
        self.boxes = [Mailbox(f"kim{number}@{CLUB}", "pw", owner=f"kim{number}@{PRIVATE}") for number in range(BOXES)]

    def __enter__(self) -> "World":
        self.dovecot.add(WEBMASTER, "of-the-club")
        for box in self.boxes:
            self.dovecot.add(box.address, "pw", storage=20 * MIB)
            self.dovecot.add(box.owner, "private")
            self.dovecot.fill_to(box.address, 0.96)
        self.dovecot.start()
        self.smtp = Chasquid(self.dovecot, (CLUB, PRIVATE))
        self.smtp.start()
        self.proxy = Proxy(self.smtp.smtp).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.proxy.__exit__()
        self.smtp.stop()
        self.dovecot.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self, number: int) -> Settings:
        """Settings with a state directory of their own: every mailbox is new to this daemon and crosses once."""
        folder = self.folder / f"cycle{number}"
        folder.mkdir()
        settings = Settings(folder, {"club": server(self.dovecot)}, self.boxes, alerts=(
            'confirm_after = "0s"', "quiet_hours = []", "burst = {}", "per_hour = 10000"))
        settings.smtp = [f'server = "smtp://127.0.0.1:{self.proxy.port}"', "plaintext = true",
                         f'from = "The Webmaster <{WEBMASTER}>"', f'admin = ["{WEBMASTER}"]']
        return settings.write()

    def cycle(self, number: int, kills: int) -> None:
        """One set of crossings: so many lives that are cut short, and a last one that may finish."""
        settings = self.settings(number)
        begin = self.proxy.count()
        windows: set[str] = set()
        for _ in range(kills):
            self.killed_life(settings, begin, windows)
        with Running(settings) as running:
            running.wait_until_ready()
            wait_for(lambda: self._all_settled(settings), f"all mail is out:\n{running.child.words()}", 120)
        self.judge(settings, begin, windows)
        shutil.rmtree(settings.folder)

    def _all_settled(self, settings: Settings) -> bool:
        book = ledger.read(settings.folder / "state")
        return len(book.told) == BOXES and "waiting" not in book.mails.values()

    def killed_life(self, settings: Settings, begin: int, windows: set[str]) -> None:
        """Starts the daemon, kills it at a moment of chance, and looks at what it left."""
        kind = self.random.choice(KINDS)
        with Running(settings) as running:
            if kind == "random":
                pause(self.random.expovariate(1 / 0.3))
            elif not self.armed(running.child, kind):
                kind = "random"  # there was no mail left to be taken
            running.child.send(signal.SIGKILL)
            running.child.process.wait()
        self.proxy.at_250 = None
        self.tally.kills[kind] = self.tally.kills.get(kind, 0) + 1
        book = ledger.read(settings.folder / "state")
        if book.intact != "ok":
            self.tally.damaged.append(f"after a kill ({kind}): {book.intact}")
        taken = {mail.message_id for mail in self.proxy.taken[begin:]}
        for message_id, status in book.mails.items():
            if status == "sent" and message_id not in taken:
                self.tally.told_without_mail.append(f"{message_id} counts as sent, no server took it")
            if status == "waiting" and message_id in taken and message_id not in windows:
                windows.add(message_id)
                self.tally.windows += 1

    def armed(self, child: Child, kind: str) -> bool:
        """Kills at the next 250, passed on or not; false when none came in time."""
        delay = self.random.choice((0, 0, 0.0005, 0.002, 0.005))

        def act(passed: bool) -> None:
            if passed and delay:
                pause(delay)
            child.send(signal.SIGKILL)

        self.proxy.hold_250 = kind == "instead of 250"
        self.proxy.at_250 = act
        end = time.monotonic() + 4
        while child.runs() and time.monotonic() < end:
            pause(0.005)
        return not child.runs()

    def judge(self, settings: Settings, begin: int, windows: set[str]) -> None:
        """After the last life: everybody told, once, but for what fell into the one window."""
        taken = self.proxy.taken[begin:]
        book = ledger.read(settings.folder / "state")
        if book.intact != "ok":
            self.tally.damaged.append(f"at the end: {book.intact}")
        self.tally.mails += len(taken)
        for box in self.boxes:
            self.tally.crossings += 1
            if box.slug not in book.told or not any(box.owner in mail.recipients for mail in taken):
                self.tally.untold.append(f"nobody was told of {box.slug} in {settings.folder.name}")
        by_id: dict[str, list] = {}
        for mail in taken:
            by_id.setdefault(mail.message_id, []).append(mail)
        for message_id, copies in by_id.items():
            same = len({(mail.recipients, mail.body) for mail in copies}) == 1
            if len(copies) > 1 and same and message_id in windows:
                self.tally.duplicates += len(copies) - 1
            elif len(copies) > 1:
                self.tally.unexplained.append(f"{message_id} was sent {len(copies)} times outside the window")
        for box in self.boxes:
            letters = {mail.message_id for mail in taken if mail.recipients == (box.owner,)}
            if len(letters) > 1:
                self.tally.unexplained.append(f"{box.slug} was told by different mails: {', '.join(sorted(letters))}")
