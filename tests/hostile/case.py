"""One hostile server beside one good one: what is asserted of every run, whatever the server does."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hostile import program
from hostile.dialogue import Act, Dialogue
from hostile.wire import Listener
from servers.ca import Authority

ENOUGH = 20  # seconds; for servers that are expected to be found out without any waiting
SHORT = 3  # seconds; for those that only the deadline ends


@dataclass(frozen=True)
class World:
    """What the cases share."""

    binary: Path
    authority: Authority  # the CA that the settings name
    stranger: Authority  # one that they do not
    baseline: program.Baseline
    margin_kib: int
    growths_kib: list[int] = field(default_factory=list)  # memory beyond the baseline, of every case


# Makes the server's settings from its port.
Address = Callable[[str, int], program.Server]


@dataclass(frozen=True)
class Case:
    """A hostile server and what must come of it."""

    name: str
    listener: Callable[[], Listener]
    address: Address
    kinds: frozenset[str]  # of failures; "good": right numbers; "not_told", "none", "no folders": honestly without
    hangs: bool = False  # only the deadline ends it
    secrecy: bool = False  # it must never see a credential
    wrong_words: tuple[str, ...] = ()  # one of them must be in the failure's detail

    def run(self, world: World) -> list[str]:
        """Everything that is wrong; empty for a pass."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
            hostile, good = stack.enter_context(self.listener()), stack.enter_context(Listener(Dialogue()))
            servers = [self.address("hostile", hostile.port), program.plain("good", good.port)]
            try:
                outcome = program.check(world.binary, folder, servers, timeout=SHORT if self.hangs else ENOUGH)
            except TimeoutError as error:
                return [str(error)]
            wrong = self.judge(world, outcome)
            wrong += program.judge_secrecy(hostile) if self.secrecy else []
            wrong += [] if hostile.sessions else ["the hostile server was never asked"]
            wrong += [f"the hostile server has a fault of its own: {error!r}" for error in hostile.errors]
            return wrong + ([outcome.words()] if wrong else [])

    def judge(self, world: World, outcome: program.Outcome) -> list[str]:
        """The program's own part: its answer, its exit status, its memory."""
        try:
            mailboxes = outcome.mailboxes()
            hostile, good = mailboxes["hostile"], mailboxes["good"]
        except (ValueError, KeyError, TypeError) as error:
            return [f"status {outcome.status}, no usable JSON: {error!r}"]
        wrong = program.judge_good(good) + self.judge_hostile(hostile)
        expected = 0 if hostile["stage"] else 3
        wrong += [] if outcome.status == expected else [f"exit status {outcome.status} instead of {expected}"]
        more = outcome.resident_kib - world.baseline.kib()
        world.growths_kib.append(more)
        return wrong + ([f"{more} KiB more memory than with good servers"] if more > world.margin_kib else [])

    def judge_hostile(self, mailbox: dict) -> list[str]:
        """The outcome for the hostile server's mailbox."""
        failure = mailbox["failure"]
        if failure is None:
            return self.judge_success(mailbox)
        wrong = [] if failure["kind"] in self.kinds else [f"kind {failure['kind']}, expected {sorted(self.kinds)}"]
        if mailbox["stage"] is not None or mailbox["quota"] or mailbox["folders"]:
            wrong.append(f"numbers beside a failure: {mailbox['stage']}, {mailbox['quota']}, {mailbox['folders']}")
        if self.wrong_words and not any(word in failure["detail"].lower() for word in self.wrong_words):
            wrong.append(f"the detail names none of {self.wrong_words}")
        return wrong + ([f"{failure}"] if wrong else [])

    def judge_success(self, mailbox: dict) -> list[str]:
        """Numbers where a server told them; nothing, and no zero, where it did not."""
        source, folders = mailbox["limit_source"], program.judge_folders(mailbox)
        counted = [one for one in mailbox["folders"] if (one["messages"], one["size_bytes"]) != (None, None)]
        honest = {
            "good": not program.judge_good(mailbox),
            "not_told": source == "not_told" and mailbox["stage"] is None and not mailbox["quota"] and not folders,
            "none": source == "none" and mailbox["stage"] == "ok" and not mailbox["quota"] and not folders,
            "no folders": source == "server" and mailbox["stage"] == "ok" and not counted,
        }
        if any(honest[kind] for kind in self.kinds & honest.keys()):
            return []
        told = {key: mailbox[key] for key in ("stage", "limit_source", "quota", "folders")}
        return [f"no failure was reported, expected {sorted(self.kinds)}: {told}"]


@dataclass(frozen=True)
class Row:
    """A line of a table: an act, and the kinds of failure that may come of it."""

    name: str
    act: Act
    kinds: set[str]
    hangs: bool = False

    def case(self, group: str, listener: Callable[[], Listener], address: Address, *, secrecy: bool = False) -> Case:
        """The case of a server that does this."""
        return Case(f"{group}: {self.name}", listener, address, frozenset(self.kinds), self.hangs, secrecy)
