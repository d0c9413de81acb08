"""Servers that break SMTP, against `mailquotad run`: at every place of a delivery. The daemon stays small, keeps the
mails, counts the reason, ends when told, and delivers each mail once when the server is good again."""

import email
import json
import re
import signal
import ssl
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hostile import acts, program
from hostile.case import World
from hostile.dialogue import PASSWORD, USER, Act, Dialogue
from hostile.wire import Listener, Session, server_context
from servers.ports import free_port

PLACES = ("greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "end of the mail")
OWNERS = ("kim", "uli")
MANY = 300_000_000
SOON, DELIVERY = 60.0, 120.0  # seconds: for what is found out at once on a busy machine; what one delivery may take


@dataclass
class SmtpDialogue:
    """A well-behaved server that takes every mail; `acts` maps one of PLACES or "STARTTLS" to what is done instead."""

    acts: Mapping[str, Act] = field(default_factory=dict)
    starttls: ssl.SSLContext | None = None
    budget: int | None = None  # bytes after which the connection ends in the middle of whatever it is
    mails: list[bytes] = field(default_factory=list)

    def __call__(self, session: Session) -> None:
        """The whole conversation."""
        session.budget = self.budget
        if not self.at("greeting", session, b"220 mail.example ESMTP ready\r\n"):
            return
        while self.command(session):
            pass

    def at(self, place: str, session: Session, answer: bytes) -> bool:
        """The act of this place, or the good answer; whether it goes on."""
        if place in self.acts:
            return bool(self.acts[place](session, b""))
        session.send(answer)
        return True

    def command(self, session: Session) -> bool:
        """One command; whether another may follow."""
        verb = session.line().partition(b" ")[0].decode(errors="replace").upper()
        if verb == "EHLO":
            offered = b"250-STARTTLS\r\n" if self.starttls and not session.secure else b"250-AUTH PLAIN\r\n"
            return self.at(verb, session, b"250-mail.example\r\n" + offered + b"250 8BITMIME\r\n")
        if verb == "STARTTLS" and self.starttls:
            if not self.at(verb, session, b"220 begin\r\n"):
                return False
            session.start_tls(self.starttls)
            return True
        if verb == "DATA":
            return self.at(verb, session, b"354 go on\r\n") and self.mail(session)
        if verb == "QUIT":
            session.send(b"221 bye\r\n")
            session.finish()
            return False
        answers = {"AUTH": b"235 in\r\n", "MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n"}
        return self.at(verb, session, answers.get(verb, b"500 what?\r\n"))

    def mail(self, session: Session) -> bool:
        """The mail up to its dot; it counts once its answer is out."""
        lines = []
        while (line := session.line()) != b".":
            lines.append(line)
        goes_on = self.at("end of the mail", session, b"250 queued\r\n")
        if "end of the mail" not in self.acts:
            self.mails.append(b"\r\n".join(lines))
        return goes_on

    def delivered(self) -> Counter[str]:
        """Whom the mails that were taken are for, by the name before the @; copies to the mailbox itself left out."""
        to = (str(email.message_from_bytes(mail)["To"]) for mail in list(self.mails))
        return Counter(name for address in to if (name := address.strip("<> ").partition("@")[0]) in OWNERS
                       and "privat" in address)


class Daemon:
    """`mailquotad run` with two mailboxes that are nearly full."""

    def __init__(self, binary: Path, settings: Path, http: int):
        self.url = f"http://127.0.0.1:{http}/metrics"
        self.run = program.Run(binary, ["run", "--config", str(settings)], settings.parent)

    def __enter__(self) -> "Daemon":
        self.run.__enter__()
        return self

    def __exit__(self, *what: object) -> None:
        self.run.__exit__(*what)

    def metric(self, name: str, label: str = "") -> float:
        """The sum of a metric's samples with this label; -1 while nothing answers."""
        try:
            with urllib.request.urlopen(self.url, timeout=10) as answer:
                text = answer.read().decode()
        except OSError:
            return -1
        found = re.findall(rf"^mailquotad_{name}(\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
        return sum(float(value) for labels, value in found if label in labels)

    def wait_for(self, condition, seconds: float) -> bool:
        """Whether it came true in time."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or self.run.process.poll() is not None:
                return False
            time.sleep(0.1)
        return True

    def end(self) -> program.Outcome:
        """Stops it as the service manager does."""
        self.run.signal(signal.SIGTERM)
        return self.run.wait(program.GRACE)


def settings_file(folder: Path, imap: int, smtp: str, http: int) -> Path:
    """Settings for two mailboxes on a good server, and for mail over a hostile one."""
    password = folder / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    (folder / "state").mkdir()
    place = f"{{ file = {json.dumps(str(password))} }}"
    boxes = "".join(f'[[mailbox]]\naddress = "{name}@verein.example"\nslug = "{name}"\nserver = "good"\n'
                    f'username = "{USER}"\npassword = {place}\nowner = {{ mail = ["{name}@privat.example"] }}\n'
                    for name in OWNERS)
    file = folder / "mailquotad.toml"
    file.write_text(f'language = "en"\ntimezone = "UTC"\nstate_directory = {json.dumps(str(folder / "state"))}\n'
                    f'[poll]\ninterval = "1h"\n[alerts]\nconfirm_after = "0s"\nquiet_hours = []\nburst = {{}}\n'
                    f'[http]\nlisten = "127.0.0.1:{http}"\n[smtp]\n{smtp}\nfrom = "Webmaster <webmaster@verein.example>"\n'
                    f'username = "webmaster"\npassword = {place}\n'
                    f'[server.good]\nimap = "imap://127.0.0.1:{imap}"\nplaintext = true\n{boxes}')
    return file


@dataclass(frozen=True)
class SmtpCase:
    """What a server does at one place of a delivery, and the reasons that may be counted; "good": it may get through."""

    name: str
    acts: Mapping[str, Act]
    reasons: frozenset[str]
    hangs: bool = False
    tls: str = ""  # "", "implicit" or "starttls"
    budget: int | None = None

    def run(self, world: World) -> list[str]:
        """Everything that is wrong; empty for a pass."""
        good = world.authority.good()
        context = server_context(good.certificate, good.key)
        server = SmtpDialogue(dict(self.acts), context if self.tls == "starttls" else None, self.budget)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
            full = Dialogue(quota=b"STORAGE 960 1000")
            imap = stack.enter_context(Listener(full))
            smtp = stack.enter_context(Listener(server, tls=context if self.tls == "implicit" else None))
            scheme = {"": "smtp", "implicit": "smtps", "starttls": "smtp+starttls"}[self.tls]
            trust = f"ca_file = {json.dumps(str(world.authority.certificate))}" if self.tls else "plaintext = true"
            http = free_port()
            settings = settings_file(folder, imap.port, f'server = "{scheme}://127.0.0.1:{smtp.port}"\n{trust}', http)
            wrong, hostile = self.fail(world.binary, settings, http, server)
            server.acts, server.budget = {}, None
            if not wrong:
                more, calm = self.recover(world.binary, settings, http, server)
                wrong += more
                wrong += self.judge_memory(world, hostile, calm) if calm else []
            wrong += [f"the server has a fault of its own: {error!r}" for error in smtp.errors]
            return wrong + ([hostile.words()] if wrong and hostile else [])

    def fail(self, binary: Path, settings: Path, http: int,
             server: SmtpDialogue) -> tuple[list[str], program.Outcome | None]:
        """The daemon meets the hostile server: for every mail a failure is counted, and none is lost."""
        with Daemon(binary, settings, http) as daemon:
            tries = 1 if self.hangs else len(OWNERS)
            seconds = DELIVERY + SOON if self.hangs else SOON

            def has_failed() -> bool:
                return daemon.metric("notifications_failed_total") >= tries or bool(server.delivered())

            came = daemon.wait_for(has_failed, seconds)
            counted = {reason for reason in ("connect", "tls", "auth", "timeout", "protocol", "smtp_4xx", "smtp_5xx",
                                             "internal") if daemon.metric("notifications_failed_total",
                                                                          f'reason="{reason}"') > 0}
            pending = daemon.metric("outbox_pending")
            outcome = daemon.end()
        if server.delivered() and "good" in self.reasons:
            return ([] if outcome.status == 0 else [f"exit status {outcome.status}"]), outcome
        wrong = [] if came else [f"no failure was counted within {seconds:g} s"]
        wrong += [] if counted and counted <= self.reasons else [f"{counted} were counted, not {set(self.reasons)}"]
        wrong += [] if pending >= len(OWNERS) else [f"{pending} mails wait, not one for each owner"]
        wrong += [] if outcome.status == 0 else [f"exit status {outcome.status}"]
        return wrong, outcome

    def recover(self, binary: Path, settings: Path, http: int,
                server: SmtpDialogue) -> tuple[list[str], program.Outcome | None]:
        """The server is good again: what waited arrives, once."""
        with Daemon(binary, settings, http) as daemon:
            if not daemon.wait_for(lambda: daemon.metric("outbox_pending") == 0 and len(server.delivered()) == len(OWNERS),
                                   SOON):
                return [f"of the mails that waited arrived {server.delivered()}"], None
            outcome = daemon.end()
        return [] if set(server.delivered().values()) == {1} else [f"delivered: {server.delivered()}"], outcome

    def judge_memory(self, world: World, hostile: program.Outcome, calm: program.Outcome) -> list[str]:
        """It grew little beyond what the same daemon needs with a good server."""
        growth = hostile.resident_kib - calm.resident_kib
        world.growths_kib.append(growth)
        return [] if growth <= world.margin_kib else [f"{growth} KiB more memory than with a good server"]


def anywhere(place: str) -> Iterator[tuple[str, Act, set[str], bool]]:
    """What a server can do at any place: name, act, reasons, whether only the deadline ends it."""
    broken = {"protocol"}
    yield "a line of 300 MB", acts.long_line(MANY, b"250 "), broken, False
    yield "half a line, then the end", acts.say(b"25"), {"connect", "protocol"}, False
    yield "a broken connection", acts.reset, {"connect"}, False
    yield "421", acts.say(b"421 4.3.2 shutting down\r\n"), {"smtp_4xx"}, False
    if place in ("MAIL", "RCPT"):
        return  # replies are read by the same few lines everywhere
    yield "a line of 300 MB of NULs", acts.long_line(MANY, b"", fill=b"\0"), broken, False
    yield "endless lines of one reply", acts.endless(b"250-and more %d\r\n"), broken, False
    yield "endless empty lines", acts.endless(b"\r\n"), broken, False
    yield "noise", acts.endless(bytes(range(256))), broken, False
    yield "no reply", acts.say(b"hello\r\n"), broken, False
    yield "another protocol", acts.say(b"* OK IMAP4rev1 ready\r\n"), broken, False
    yield "lines with two codes", acts.say(b"250-one\r\n354 two\r\n"), broken, False
    yield "the end", acts.end, {"connect"}, False


def particular() -> Iterator[tuple[str, str, Act, set[str], bool]]:
    """What fits one place: place, name, act, reasons, whether only the deadline ends it."""
    for place in ("greeting", "DATA", "end of the mail"):
        yield place, "silence", acts.silence, {"timeout"}, True
    yield "greeting", "a byte now and then", acts.drip(b"220-x\r\n", 0.5), {"timeout"}, True
    yield "EHLO", "half a line, then silence", acts.then_silence(b"250-mail"), {"timeout"}, True
    yield "RCPT", "a byte now and then", acts.drip(b"2"), {"timeout"}, True
    yield ("greeting", "replies before the commands",
           acts.say(b"220 hi\r\n250 x\r\n235 x\r\n250 x\r\n250 x\r\n354 x\r\n250 queued\r\n", go_on=True), {"protocol"}, False)
    yield "greeting", "NULs in the text", acts.say(b"220 a\0b\0\r\n", go_on=True), {"good", "protocol"}, False
    yield "greeting", "554", acts.say(b"554 go away\r\n"), {"smtp_5xx"}, False
    yield "EHLO", "1000 mechanisms", acts.say(b"250-m\r\n250-AUTH " + b"X " * 1000 + b"PLAIN\r\n250 ok\r\n", go_on=True), {
        "good"}, False
    yield "AUTH", "questions without end", acts.endless(b"334 eA==\r\n"), {"auth", "protocol"}, False
    yield "AUTH", "535", acts.say(b"535 5.7.8 wrong\r\n", go_on=True), {"auth"}, False
    yield "AUTH", "454", acts.say(b"454 4.7.0 later\r\n", go_on=True), {"smtp_4xx"}, False
    yield "MAIL", "451", acts.say(b"451 4.3.0 later\r\n", go_on=True), {"smtp_4xx"}, False
    yield "RCPT", "450", acts.say(b"450 4.7.1 greylisted\r\n", go_on=True), {"smtp_4xx"}, False
    yield "DATA", "250 instead of 354", acts.say(b"250 ok\r\n", go_on=True), {"protocol"}, False
    yield "end of the mail", "452", acts.say(b"452 4.3.1 no space\r\n", go_on=True), {"smtp_4xx"}, False
    yield "end of the mail", "354 again", acts.say(b"354 more\r\n", go_on=True), {"protocol"}, False


def tls_cases(world: World) -> Iterator[SmtpCase]:
    """The connection that ends inside TLS, and lies about it."""
    good = world.authority.good()
    context = server_context(good.certificate, good.key)
    for count in (0, 1, 5, 60, 200, 700, 1200):

        def cut(session: Session, _: bytes, count: int = count) -> None:
            session.send(b"220 begin\r\n")
            session.cut_tls(context, count, b"")

        yield SmtpCase(f"smtp: STARTTLS, cut after {count} bytes", {"STARTTLS": cut}, frozenset({"tls", "connect"}),
                       tls="starttls")
    refusals = (("454", b"454 not now\r\n"), ("text after 220", b"220 go\r\n250 AUTH PLAIN\r\n"))
    for name, text in refusals:
        yield SmtpCase(f"smtp: STARTTLS, {name}", {"STARTTLS": acts.then_silence(text)}, frozenset({"tls"}), tls="starttls")
    yield SmtpCase("smtp: STARTTLS stripped", {"EHLO": acts.say(b"250-m\r\n250 AUTH PLAIN\r\n", go_on=True)},
                   frozenset({"tls"}), tls="starttls")
    for place in PLACES:
        yield SmtpCase(f"smtp: TLS, the end at {place}", {place: acts.end}, frozenset({"connect", "tls"}), tls="implicit")
    yield SmtpCase("smtp: TLS done properly", {}, frozenset({"good"}), tls="implicit")
    yield SmtpCase("smtp: STARTTLS done properly", {}, frozenset({"good"}), tls="starttls")


def cases(world: World) -> Iterator[SmtpCase]:
    """The whole table; those that take long come first."""
    rows = [(place, *row) for place in PLACES for row in anywhere(place)] + list(particular())
    for place, name, act, reasons, hangs in sorted(rows, key=lambda row: not row[4]):
        yield SmtpCase(f"smtp: {place}: {name}", {place: act}, frozenset(reasons), hangs)
    for count in range(0, 118, 13):  # a whole one has 125
        yield SmtpCase(f"smtp: the end after {count} bytes", {}, frozenset({"connect", "protocol"}), budget=count)
    yield from tls_cases(world)
