"""A good dialogue that ends after every seventh byte, and SIGTERM while a server keeps the daemon waiting."""

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from hostile import acts, program
from hostile.case import ENOUGH, Case, World
from hostile.dialogue import Act, Dialogue
from hostile.wire import Listener, Session

AT_ONCE = 24  # mailboxes of one run
STEP = 7
ENDS = frozenset({"protocol", "greeting"})


def cut(count: int) -> Listener:
    """A good server that closes after so many bytes."""

    def script(session: Session) -> None:
        session.budget = count
        Dialogue()(session)

    return Listener(script)


def length_of_dialogue(world: World) -> int:
    """How many bytes a good server sends in a whole conversation."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, Listener(Dialogue()) as server:
        program.check(world.binary, Path(folder), [program.plain("good", server.port)], timeout=ENOUGH)
        return max(session.sent for session in server.sessions)


@dataclass(frozen=True)
class EndCase:
    """Several mailboxes, each on a server that closes after another number of bytes."""

    name: str
    counts: tuple[int, ...]

    def run(self, world: World) -> list[str]:
        """Everything that is wrong: a crash, a hang, a number that nobody sent, a failure of another kind."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
            servers = [program.plain(f"after{count}", stack.enter_context(cut(count)).port) for count in self.counts]
            good = stack.enter_context(Listener(Dialogue()))
            try:
                outcome = program.check(world.binary, folder, [*servers, program.plain("good", good.port)],
                                        timeout=ENOUGH)
                mailboxes = outcome.mailboxes()
            except (TimeoutError, ValueError, KeyError) as error:
                return [repr(error)]
            wrong = program.judge_good(mailboxes["good"])
            judge = Case("", cut, program.plain, ENDS | {"good"}).judge_hostile
            for count in self.counts:
                wrong += [f"after {count} bytes: {text}" for text in judge(mailboxes[f"after{count}"])]
            return wrong + ([outcome.words()] if wrong else [])


@dataclass(frozen=True)
class StopCase:
    """The daemon, told to end while a server holds it."""

    name: str
    place: str
    act: Act
    tls: bool = False

    def run(self, world: World) -> list[str]:
        """Everything that is wrong; empty for a pass."""
        reached: list[bool] = []

        def act(session: Session, tag: bytes) -> bool | None:
            reached.append(True)
            return self.act(session, tag)

        script = (lambda session: act(session, b"") and None) if self.tls else Dialogue(acts={self.place: act})
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
            hostile, good = stack.enter_context(Listener(script)), stack.enter_context(Listener(Dialogue()))
            first = (program.implicit("hostile", hostile.port, world.authority.certificate) if self.tls
                     else program.plain("hostile", hostile.port))
            settings = program.write_settings(folder, [first, program.plain("good", good.port)], "10min")
            run = stack.enter_context(program.Run(world.binary, ["run", "--config", str(settings)], folder))
            return self.stop(run, reached)

    @staticmethod
    def stop(run: program.Run, reached: list[bool]) -> list[str]:
        """Waits until the daemon is held, then asks it to end; CONTRACT gives it 10 s."""
        limit = time.monotonic() + program.GRACE
        while not reached:
            if time.monotonic() > limit or run.process.poll() is not None:
                run.process.kill()
                return ["the daemon never reached the hostile server"]
            time.sleep(0.01)
        run.signal(signal.SIGTERM)
        try:
            outcome = run.wait(10)
        except TimeoutError as error:
            return [f"after SIGTERM: {error}"]
        return [] if outcome.status == 0 else [f"after SIGTERM: status {outcome.status}\n{outcome.words()}"]


def stops() -> Iterator[StopCase]:
    """Each way to keep a client waiting."""
    for place in ("greeting", "AUTH", "LIST", "LOGOUT"):
        yield StopCase(f"stop: silence at {place}", place, acts.silence)
    yield StopCase("stop: a byte now and then", "LIST", acts.drip(b"* OK still here "))
    yield StopCase("stop: half a line", "GETQUOTAROOT", acts.then_silence(b"* QUOTA "))
    yield StopCase("stop: a literal, announced only", "LIST", acts.then_silence(b'* LIST () "/" {20}\r\n'))
    yield StopCase("stop: a line now and then", "LIST", acts.drip(b"* OK still here\r\n", 0.01))
    yield StopCase("stop: endless lines", "LIST", acts.endless(b"* OK still here\r\n"))
    yield StopCase("stop: silence instead of a TLS handshake", "", acts.silence, tls=True)
    yield StopCase("stop: a TLS record, a byte now and then", "", acts.drip(acts.TLS_RECORD), tls=True)


def cases(world: World) -> Iterator[EndCase | StopCase]:
    """The whole table."""
    length = length_of_dialogue(world)
    counts = [*range(0, length, STEP), length - 1]
    for first in range(0, len(counts), AT_ONCE):
        some = tuple(counts[first:first + AT_ONCE])
        yield EndCase(f"end: after {some[0]} to {some[-1]} of {length} bytes", some)
    yield from stops()
