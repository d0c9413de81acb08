"""Servers that break POP3: at every place of the conversation, at STLS, and a good dialogue that ends at any byte."""

import base64
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hostile import acts, program
from hostile.case import ENOUGH, Case, Row, World
from hostile.dialogue import PASSWORD, USER, Act, Dialogue
from hostile.wire import Listener, Session, server_context

MESSAGES, OCTETS = 3, 1024
CAPABILITIES = (b"USER", b"RESP-CODES", b"PIPELINING", b"SASL PLAIN")
MANY = 300_000_000
BEGINNINGS = {"greeting": b"+OK ", "CAPA": b"+OK\r\nUSER\r\nX-", "AUTH": b"+OK ", "STAT": b"+OK 3 ",
              "LIST": b"+OK 3 messages\r\n1 "}
# STAT is worth nothing there, so that LIST is asked.
USELESS = b"+OK\r\n"


@dataclass
class Pop3Dialogue:
    """A well-behaved server of POP3; `acts` maps "greeting" or a command to what is done instead."""

    acts: Mapping[str, Act] = field(default_factory=dict)
    starttls: ssl.SSLContext | None = None

    def __call__(self, session: Session) -> None:
        """The whole conversation."""
        if "greeting" in self.acts:
            if not self.acts["greeting"](session, b""):
                return
        else:
            session.send(b"+OK ready\r\n")
        while self.command(session):
            pass

    def command(self, session: Session) -> bool:
        """One command; whether another may follow."""
        verb, _, argument = session.line().partition(b" ")
        name = verb.decode(errors="replace").upper()
        if name in self.acts:
            return bool(self.acts[name](session, b""))
        answer = getattr(self, "_" + name.lower(), None)
        if answer is None:
            session.send(b"-ERR unknown command\r\n")
            return True
        return answer(session, argument) is not False

    def _capa(self, session: Session, _: bytes) -> None:
        offered = CAPABILITIES if session.secure or not self.starttls else (b"STLS",)
        session.send(b"+OK\r\n" + b"".join(line + b"\r\n" for line in offered) + b".\r\n")

    def _stls(self, session: Session, _: bytes) -> None:
        session.send(b"+OK begin\r\n")
        session.start_tls(self.starttls)

    def _auth(self, session: Session, argument: bytes) -> None:
        token = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
        session.send(b"+OK in\r\n" if argument == b"PLAIN " + token else b"-ERR [AUTH] wrong\r\n")

    def _user(self, session: Session, _: bytes) -> None:
        session.send(b"+OK\r\n")

    def _pass(self, session: Session, argument: bytes) -> None:
        session.send(b"+OK in\r\n" if argument == PASSWORD.encode() else b"-ERR wrong\r\n")

    def _stat(self, session: Session, _: bytes) -> None:
        session.send(b"+OK %d %d\r\n" % (MESSAGES, OCTETS))

    def _list(self, session: Session, _: bytes) -> None:
        session.send(b"+OK\r\n1 24\r\n2 500\r\n3 500\r\n.\r\n")

    def _quit(self, session: Session, _: bytes) -> bool:
        session.send(b"+OK bye\r\n")
        session.finish()
        return False


def judge_inbox(mailbox: dict) -> list[str]:
    """What is wrong with the numbers of a mailbox on a well-behaved Pop3Dialogue."""
    got = [(one["name"], one["role"], one["messages"], one["size_bytes"]) for one in mailbox["folders"]]
    right = got == [("INBOX", "inbox", MESSAGES, OCTETS)] and mailbox["limit_source"] == "not_told"
    return [] if right and mailbox["failure"] is None else [f"{got}, {mailbox['limit_source']}, {mailbox['failure']}"]


@dataclass(frozen=True)
class Pop3Case(Case):
    """A case whose hostile server speaks POP3: the inbox is all that can be known of it."""

    def judge_success(self, mailbox: dict) -> list[str]:
        """The inbox as the server told it; "no size": its messages alone."""
        counts = [(one["messages"], one["size_bytes"]) for one in mailbox["folders"]]
        if "good" in self.kinds and not judge_inbox(mailbox):
            return []
        if "no size" in self.kinds and counts == [(MESSAGES, None)] and mailbox["stage"] is None:
            return []
        return [f"no failure was reported, expected {sorted(self.kinds)}: {counts}, {mailbox['limit_source']}"]


def pop3_plain(key: str, port: int) -> program.Server:
    """A server of POP3 without TLS."""
    return program.Server(key, f"pop3://127.0.0.1:{port}", "plaintext = true", protocol="pop3")


def anywhere(place: str) -> Iterator[Row]:
    """What a server can do at any place of the conversation."""
    begin, over = BEGINNINGS[place], {"limit"}
    broken = {"protocol", "greeting"} if place == "greeting" else {"protocol"}
    either = over | broken
    yield Row("silence", acts.silence, {"timeout"}, hangs=True)
    yield Row("a byte now and then", acts.drip(b"x"), {"timeout"}, hangs=True)
    yield Row("half a line, then silence", acts.then_silence(begin), {"timeout"}, hangs=True)
    yield Row("half a line, then the end", acts.say(begin), broken)
    yield Row("CR without LF, then the end", acts.say(begin + b"x\r"), broken)
    yield Row("the end without a word", acts.end, broken)
    yield Row("a broken connection", acts.reset, broken | {"connect"})
    yield Row("a line of 300 MB", acts.long_line(MANY, begin), over)
    yield Row("a line of 300 MB of NULs", acts.long_line(MANY, begin, fill=b"\0"), either)
    yield Row("endless empty lines", acts.endless(b"\r\n"), either)
    yield Row("NUL bytes for ever", acts.endless(b"\0"), either)
    yield Row("noise", acts.endless(bytes(range(256))), either)
    yield Row("HTTP", acts.say(b"HTTP/1.1 400 Bad Request\r\n\r\nno\n"), broken)
    yield Row("a greeting of IMAP", acts.say(b"* OK IMAP4rev1 ready\r\n"), broken)
    yield Row("2 MB of open brackets", acts.nested(2_000_000, b"-ERR [", close=False), either)


def particular() -> Iterator[tuple[str, Row]]:
    """Answers of the right kind that mean something, or never end."""
    broken, over = {"protocol"}, {"limit"}
    answers = b"+OK\r\n" * 8
    yield "greeting", Row("answers before questions", acts.say(b"+OK hi\r\n" + answers, go_on=True), broken)
    yield "greeting", Row("-ERR", acts.say(b"-ERR not today\r\n"), {"greeting"})
    yield "greeting", Row("-ERR, too many", acts.say(b"-ERR [SYS/TEMP] too many connections\r\n"), {"throttled"})
    yield "CAPA", Row("-ERR", acts.say(b"-ERR what?\r\n", go_on=True), {"good"})
    yield "CAPA", Row("endless capabilities", acts.endless(b"X%d\r\n", b"+OK\r\n"), over)
    yield "CAPA", Row("no login at all", acts.say(b"+OK\r\nTOP\r\n.\r\n", go_on=True), {"login_disabled"})
    yield "AUTH", Row("-ERR", acts.say(b"-ERR [AUTH] wrong\r\n"), {"login_refused"})
    yield "AUTH", Row("-ERR, in use", acts.say(b"-ERR [IN-USE] locked\r\n"), {"throttled"})
    yield "AUTH", Row("challenges for ever", challenges, broken | over)
    yield "STAT", Row("-ERR", acts.say(b"-ERR no\r\n", go_on=True), {"good"})
    yield "STAT", Row("nonsense", acts.say(b"+OK three many\r\n", go_on=True), {"good"})
    yield "STAT", Row("a size below zero", acts.say(b"+OK 3 -1\r\n", go_on=True), {"good"})
    yield "STAT", Row("no size", acts.say(b"+OK 3\r\n", go_on=True), {"good"})
    yield "LIST", Row("endless messages", acts.endless(b"%d 1\r\n", b"+OK\r\n"), over | {"timeout"})
    yield "LIST", Row("a message of no size", acts.say(b"+OK\r\n1 x\r\n.\r\n", go_on=True), broken)
    yield "QUIT", Row("silence", acts.silence, {"good", "timeout"}, hangs=True)
    yield "QUIT", Row("the end", acts.end, {"good"})
    yield "QUIT", Row("a broken connection", acts.reset, {"good", "connect", "protocol"})
    yield "QUIT", Row("-ERR", acts.say(b"-ERR stay\r\n"), {"good"})
    yield "QUIT", Row("endless lines", acts.endless(b"+OK and another thing\r\n"), {"good", "limit"})


def challenges(session: Session, _: bytes) -> None:
    """A challenge after every line of the client's."""
    while True:
        session.send(b"+ c2F5IG1vcmU=\r\n")
        session.line()


def at_stls(context: ssl.SSLContext) -> Iterator[tuple[str, Row]]:
    """No way to TLS, and text that somebody puts before it. None of these sees a credential."""
    tls = {"tls"}

    def inject(session: Session, _: bytes) -> bool:
        session.send(b"+OK begin\r\n+OK in\r\n+OK 3 1024\r\n")
        session.start_tls(context)
        return True

    yield "CAPA", Row("STLS stripped", acts.say(b"+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n", go_on=True), tls)
    yield "CAPA", Row("no CAPA", acts.say(b"-ERR\r\n", go_on=True), tls | {"good"})
    yield "STLS", Row("-ERR", acts.say(b"-ERR not now\r\n", go_on=True), tls)
    yield "STLS", Row("text after +OK", inject, tls)
    yield "STLS", Row("the end", acts.end, tls | {"protocol"})
    yield "STLS", Row("+OK, then the end", acts.say(b"+OK begin\r\n"), tls)
    yield "STLS", Row("+OK, then silence", acts.then_silence(b"+OK begin\r\n"), {"timeout"}, hangs=True)
    yield "STLS", Row("+OK, then plain text", acts.say(b"+OK begin\r\n" + b"+OK all is well\r\n" * 20), tls)


@dataclass(frozen=True)
class EndCase:
    """Mailboxes on servers that each close after another number of bytes."""

    name: str
    counts: tuple[int, ...]

    def run(self, world: World) -> list[str]:
        """Everything that is wrong; empty for a pass."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
            servers = [pop3_plain(f"after{count}", stack.enter_context(cut(count)).port) for count in self.counts]
            good = stack.enter_context(Listener(Dialogue()))
            try:
                outcome = program.check(world.binary, folder, [*servers, program.plain("good", good.port)],
                                        timeout=ENOUGH)
                mailboxes = outcome.mailboxes()
            except (TimeoutError, ValueError, KeyError) as error:
                return [repr(error)]
            wrong = program.judge_good(mailboxes["good"])
            judge = Pop3Case("", cut, pop3_plain, frozenset({"protocol", "greeting", "good"})).judge_hostile
            for count in self.counts:
                wrong += [f"after {count} bytes: {text}" for text in judge(mailboxes[f"after{count}"])]
            return wrong + ([outcome.words()] if wrong else [])


def cut(count: int) -> Listener:
    """A good server that closes after so many bytes."""

    def script(session: Session) -> None:
        session.budget = count
        Pop3Dialogue()(session)

    return Listener(script)


def length_of_dialogue() -> int:
    """Bytes of a whole conversation: greeting, capabilities before and after the login, and the short answers."""
    capabilities = len(b"+OK\r\n.\r\n") + sum(len(line) + 2 for line in CAPABILITIES)
    return len(b"+OK ready\r\n+OK in\r\n+OK bye\r\n") + 2 * capabilities + len(b"+OK 3 1024\r\n")


def cases(world: World) -> Iterator[Pop3Case | EndCase]:
    """The whole table."""
    good = world.authority.good()
    context = server_context(good.certificate, good.key)
    trust = world.authority.certificate

    def over_tls(key: str, port: int) -> program.Server:
        return program.secured(key, f"pop3s://127.0.0.1:{port}", trust, protocol="pop3")

    def by_stls(key: str, port: int) -> program.Server:
        return program.secured(key, f"pop3+starttls://127.0.0.1:{port}", trust, protocol="pop3")

    def case(name: str, row: Row, listener, address, *, secrecy: bool = False) -> Pop3Case:
        return Pop3Case(f"pop3: {name}: {row.name}", listener, address, frozenset(row.kinds), row.hangs, secrecy)

    rows = [(place, row) for place in BEGINNINGS for row in anywhere(place)] + list(particular())
    for place, row in rows:
        extra = {"STAT": acts.say(USELESS, go_on=True)} if place == "LIST" else {}
        dialogue = Pop3Dialogue(acts={**extra, place: row.act})
        yield case(place, row, lambda dialogue=dialogue: Listener(dialogue), pop3_plain)
    for place, row in at_stls(context):
        dialogue = Pop3Dialogue(acts={place: row.act}, starttls=context)
        yield case("starttls", row, lambda dialogue=dialogue: Listener(dialogue), by_stls, secrecy="good" not in row.kinds)
    for count in range(0, 1500, 149):
        yield Pop3Case(f"pop3: the end after {count} bytes of TLS",
                       lambda count=count: Listener(lambda session: session.cut_tls(context, count, b"+OK ready\r\n")),
                       over_tls, frozenset({"tls", "protocol", "greeting", "connect"}), secrecy=count < 700)
    done = Row("done properly", acts.silence, {"good"})
    yield case("tls", done, lambda: Listener(Pop3Dialogue(), tls=context), over_tls)
    yield case("starttls", done, lambda: Listener(Pop3Dialogue(starttls=context)), by_stls)
    counts = range(length_of_dialogue())
    for first in range(0, len(counts), 32):
        some = tuple(counts[first:first + 32])
        yield EndCase(f"pop3: the end after {some[0]} to {some[-1]} of {len(counts)} bytes", some)
