"""Servers whose words are made to be shown somewhere: names, greetings and refusals full of control characters. The
terminal's table and the Nagios line must be harmless, JSON must be exact."""

import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from hostile import acts, program
from hostile.case import ENOUGH, World
from hostile.dialogue import Dialogue
from hostile.wire import Listener

# As on the wire (modified UTF-7, strings as the server likes), and as text.
NAMES = (
    (b"INBOX", "INBOX"),
    (b"Red \x1b[31malert\x1b[0m\x07", "Red \x1b[31malert\x1b[0m\x07"),
    (b"Clear\x1b]0;title\x07\x1b[2J", "Clear\x1b]0;title\x07\x1b[2J"),
    (b"two\r\nlines", "two\r\nlines"),
    (b"OK: fine | used=1B;2;3 'x'=9", "OK: fine | used=1B;2;3 'x'=9"),
    (b"<script>alert(1)</script>&-amp;", "<script>alert(1)</script>&amp;"),
    (b"&IC4-gpj.exe", "\u202egpj.exe"),
    (b"&IGYgZyBn-isolated", "\u2066\u2067\u2067isolated"),
    (b"zero&IAsgCw-width", "zero\u200b\u200bwidth"),
    (b"line&ICg-separator&ICk-", "line\u2028separator\u2029"),
    (b"C1 &AJs-31m", "C1 \x9b31m"),
    (b"back\\slash \"quote\" %s%n{{name}}", "back\\slash \"quote\" %s%n{{name}}"),
    (b"Entw&APw-rfe", "Entw\u00fcrfe"),
    (b" trailing ", " trailing "),
)
EVIL = b"\x1b[31mred\x07 <b>bold</b> | used=1;2;3 \x7f %s \xe2\x80\xae gpj \xff end"
SHOWN = 3
HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}  # control, bidi and zero-width characters, separators


def judge_harmless(name: str, raw: bytes) -> list[str]:
    """What is dangerous in an output for people or for Nagios."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return [f"{name} is no UTF-8: {error}"]
    found = sorted({f"U+{ord(char):04X}" for char in text if char != "\n" and unicodedata.category(char) in HIDDEN})
    return [f"{name} has {', '.join(found)}"] if found else []


def judge_nagios(raw: bytes, mailboxes: int) -> list[str]:
    """Performance data begins after a bar, and no server may begin any."""
    wrong = judge_harmless("the Nagios output", raw)
    text = raw.decode(errors="replace")
    bars = [line for line in text.splitlines() if line.count("|") > 1]
    wrong += [f"more than one bar: {line!r}" for line in bars]
    foreign = re.findall(r"\|[^\n]*(?:used=1[B;]|'x'=9)", text)
    wrong += [f"performance data of the server's own: {line!r}" for line in foreign]
    return wrong + ([] if len(text.splitlines()) <= 2 * mailboxes + 2 else [f"{len(text.splitlines())} lines"])


@dataclass(frozen=True)
class TextCase:
    """A server with evil words, asked once a format."""

    name: str
    dialogue: Dialogue
    judge_json: Callable[[dict], list[str]]  # of the server's mailbox

    def run(self, world: World) -> list[str]:
        """Everything that is wrong; empty for a pass."""
        wrong: list[str] = []
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
            evil, good = stack.enter_context(Listener(self.dialogue)), stack.enter_context(Listener(Dialogue()))
            servers = [program.plain("hostile", evil.port), program.plain("good", good.port)]
            for output in ("json", "table", "nagios"):
                outcome = program.check(world.binary, folder, servers, timeout=ENOUGH, output=output)
                found = judge_harmless(f"stderr of {output}", outcome.stderr)
                if output == "json":
                    found += self.judge(outcome)
                elif output == "table":
                    found += judge_harmless("the table", outcome.stdout)
                else:
                    found += judge_nagios(outcome.stdout, len(servers))
                wrong += found + ([outcome.words()] if found else [])
        return wrong

    def judge(self, outcome: program.Outcome) -> list[str]:
        """The JSON: exact for this server, right for the other."""
        try:
            mailboxes = outcome.mailboxes()
            return self.judge_json(mailboxes["hostile"]) + program.judge_good(mailboxes["good"])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            return [f"status {outcome.status}, no usable JSON: {error!r}"]


def judge_names(mailbox: dict) -> list[str]:
    """Every folder's name is exactly the server's."""
    if mailbox["failure"]:
        return [f"failed: {mailbox['failure']}"]
    got = sorted(entry["name"] for entry in mailbox["folders"])
    wanted = sorted(text for _, text in NAMES)
    return [] if got == wanted else [f"not as sent: {set(got) ^ set(wanted)}"]


def judge_root(mailbox: dict) -> list[str]:
    """The quota root's name is exactly the server's."""
    if mailbox["failure"]:
        return [f"failed: {mailbox['failure']}"]
    roots = {entry["root"] for entry in mailbox["quota"]}
    return [] if roots == {ROOT.decode()} else [f"not as sent: {roots}"]


def refused(*kinds: str) -> Callable[[dict], list[str]]:
    """The mailbox failed in one of these ways, and the server's words are one line at most."""

    def judge(mailbox: dict) -> list[str]:
        failure = mailbox["failure"]
        if not failure or failure["kind"] not in kinds:
            return [f"failure {failure}, expected {kinds}"]
        return ["the detail has several lines"] if "\n" in failure["detail"] else []

    return judge


ROOT = b'ro\x1bot | used=1;2;3 <i> "q" \\'
GREETING = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] "


def cases(_: World) -> Iterator[TextCase]:
    """The whole table."""
    for shown in range(0, len(NAMES), SHOWN):  # the table names the largest only
        folders = tuple((wire, b"\\HasNoChildren", 1, 90000 if place // SHOWN == shown // SHOWN else 1000)
                        for place, (wire, _) in enumerate(NAMES))
        yield TextCase(f"text: names of folders, from {shown} on", Dialogue(folders=folders), judge_names)
    yield TextCase("text: the name of a quota root", Dialogue(root=ROOT), judge_root)
    greeting = {"greeting": acts.say(GREETING + EVIL + b"\r\n", go_on=True)}
    yield TextCase("text: a greeting", Dialogue(acts=greeting), program.judge_good)
    yield TextCase("text: BYE as a greeting", Dialogue(acts={"greeting": acts.say(b"* BYE " + EVIL + b"\r\n")}),
                   refused("greeting"))
    for code in (b"", b"[AUTHENTICATIONFAILED] ", b"[\x1b[31m] ", b"[ALERT] "):
        yield TextCase(f"text: a refused login, code {code.decode()!r}",
                       Dialogue(acts={"AUTH": acts.say(b"TAG NO " + code + EVIL + b"\r\n")}), refused("login_refused"))
    yield TextCase("text: BYE while measuring", Dialogue(acts={"LIST": acts.say(b"* BYE " + EVIL + b"\r\n")}),
                   refused("protocol", "throttled"))
    yield TextCase("text: BAD while measuring",
                   Dialogue(acts={"LIST": acts.say(b"TAG BAD " + EVIL + b"\r\n", go_on=True)}), refused("protocol"))
    yield TextCase("text: NUL in a folder's name", Dialogue(folders=((b"a\0b", b"\\HasNoChildren", 1, 1000),)),
                   lambda mailbox: [] if mailbox["failure"] else judge_nul(mailbox))


def judge_nul(mailbox: dict) -> list[str]:
    """A NUL (which IMAP forbids) is refused or kept; never is the name cut short."""
    names = [entry["name"] for entry in mailbox["folders"]]
    return [] if names in (["a\0b"], ["a\ufffdb"]) else [f"names {names}"]
