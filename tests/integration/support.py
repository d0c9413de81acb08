"""What the integration tests share: servers, settings files, the program run as a command and as a daemon."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers.ca import Authority  # noqa: E402
from servers.chasquid import Chasquid  # noqa: E402
from servers.chromium import Chromium  # noqa: E402,F401 (for the tests, as are others below)
from servers.dovecot import Dovecot  # noqa: E402
from servers.packages import program  # noqa: E402,F401 (for the tests, as are the next)
from servers.ports import free_port  # noqa: E402
from servers.processes import Child, private_folder, wait_for  # noqa: E402,F401
from servers.prometheus import Prometheus  # noqa: E402,F401
from servers.silent import SilentServer  # noqa: E402,F401

MIB = 2**20
CLUB, PRIVATE = "verein.example", "privat.example"
WEBMASTER = f"webmaster@{CLUB}"
BINARY = Path(os.environ.get("MAILQUOTAD_BINARY", Path(__file__).resolve().parents[2] / "build/dev/mailquotad"))


@dataclass
class Mailbox:
    """A [[mailbox]] of a settings file."""

    address: str
    password: str
    owner: str = ""
    server: str = "club"
    lines: Sequence[str] = ()

    @property
    def slug(self) -> str:
        """The local part, as a slug may be written."""
        return self.address.partition("@")[0].replace(".", "-")


@dataclass
class Settings:
    """A settings file in a folder of its own; write() again after a change."""

    folder: Path
    servers: dict[str, Sequence[str]]
    mailboxes: list[Mailbox]
    smtp: Sequence[str] = ()
    poll: Sequence[str] = ('interval = "1h"',)
    alerts: Sequence[str] = ('confirm_after = "0s"', "quiet_hours = []")
    http: int = field(default_factory=free_port)
    http_lines: Sequence[str] = ()
    top: Sequence[str] = ()

    @property
    def file(self) -> Path:
        """The settings file."""
        return self.folder / "mailquotad.toml"

    def write(self) -> "Settings":
        """Writes the file and a file for each password."""
        parts = [f'language = "en"\ntimezone = "Europe/Berlin"\nstate_directory = {quoted(self.folder / "state")}',
                 *self.top,
                 section("poll", self.poll), section("alerts", self.alerts),
                 section("http", [f'listen = "127.0.0.1:{self.http}"', *self.http_lines])]
        if self.smtp:
            parts.append(section("smtp", self.smtp))
        parts += [section(f"server.{key}", lines) for key, lines in self.servers.items()]
        parts += [self._mailbox(mailbox) for mailbox in self.mailboxes]
        (self.folder / "state").mkdir(exist_ok=True)
        self.file.write_text("\n\n".join(parts) + "\n")
        return self

    def password_file(self, name: str, password: str) -> str:
        """`{ file = … }` for a password that is written there."""
        path = self.folder / f"{name}.password"
        path.touch(0o600)
        path.write_text(password + "\n")
        return f"{{ file = {quoted(path)} }}"

    def _mailbox(self, mailbox: Mailbox) -> str:
        lines = [f'address = "{mailbox.address}"', f'slug = "{mailbox.slug}"', f'server = "{mailbox.server}"',
                 f"password = {self.password_file(mailbox.address, mailbox.password)}", *mailbox.lines]
        if mailbox.owner:
            lines.append(f'owner = {{ name = "Kim", mail = ["{mailbox.owner}"], language = "en" }}')
        return "\n".join(["[[mailbox]]", *lines])


def quoted(text: str | Path) -> str:
    """A TOML string."""
    return json.dumps(str(text))


def section(name: str, lines: Sequence[str]) -> str:
    """A TOML table."""
    return "\n".join([f"[{name}]", *lines])


def server(dovecot: Dovecot, *lines: str, scheme: str = "imaps", ca_file: bool = True) -> list[str]:
    """The lines of a [server.…] for this Dovecot."""
    port = dovecot.imaps if scheme == "imaps" else dovecot.imap
    trust = [f"ca_file = {quoted(dovecot.authority.certificate)}"] if ca_file else []
    return [f'imap = "{scheme}://localhost:{port}"', *trust, *lines]


def mailquotad(*arguments: str | Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    """Runs the program to its end, with nothing on its standard input."""
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
                          env={**os.environ, **(environment or {})})


class Running:
    """`mailquotad run` with these settings; use as a context manager."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.url = f"http://127.0.0.1:{settings.http}"
        self.log = settings.folder / "mailquotad.log"

    def __enter__(self) -> "Running":
        self.child = Child([BINARY, "run", "--config", self.settings.file], self.log, name="mailquotad run")
        return self

    def __exit__(self, *_: object) -> None:
        self.child.stop()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page; status 0 when nothing answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_until_ready(self) -> None:
        """Until the first round is done; StartFailed with the log when it ends instead."""
        self.child.wait_until(lambda: self.get("/readyz")[0] == 200, seconds=90)

    def metric(self, name: str, *labels: str) -> float | None:
        """The value of the first sample of this name with these labels (written as `name="value"`)."""
        for found in re.finditer(rf"^mailquotad_{name}(\{{[^}}]*\}})? (\S+)$", self.get("/metrics")[1], re.MULTILINE):
            if all(label in (found[1] or "") for label in labels):
                return float(found[2])
        return None

    def total(self, name: str, *labels: str) -> float:
        """The sum of all samples of this name with these labels; 0 where there is none."""
        found = re.finditer(rf"^mailquotad_{name}(\{{[^}}]*\}})? (\S+)$", self.get("/metrics")[1], re.MULTILINE)
        return sum(float(sample[2]) for sample in found if all(label in (sample[1] or "") for label in labels))

    def wait_for_metric(self, name: str, *labels: str, value: float | None = None, at_least: float = 0) -> None:
        """Until a metric has this value, or at least that; AssertionError with value and log when it does not come."""

        def has_come() -> bool:
            found = self.metric(name, *labels)
            return found is not None and (found >= at_least if value is None else found == value)

        try:
            wait_for(has_come, "", 60)
        except TimeoutError:
            raise AssertionError(f"{name}{labels} is {self.metric(name, *labels)}, not {value or at_least}:\n"
                                 f"{self.child.words()}") from None

    def wait_for_log(self, text: str, seconds: float = 60) -> None:
        """Until the log holds this text."""
        wait_for(lambda: text in self.log.read_text(), f"the log says {text!r}:\n{self.child.words()}", seconds)


class ServerTest(unittest.TestCase):
    """A Dovecot for all tests of a class, a folder for each test. Subclasses add accounts in `prepare`."""

    mechanisms: Sequence[str] = ("plain", "login")
    connections_per_user = 100
    with_smtp = False
    dovecot: Dovecot
    smtp: Chasquid

    @classmethod
    def prepare(cls) -> None:
        """Adds accounts and mail before the server starts."""

    @classmethod
    def setUpClass(cls) -> None:
        files = private_folder("ca")
        cls.addClassCleanup(shutil.rmtree, files, ignore_errors=True)
        cls.dovecot = Dovecot(Authority(files), mechanisms=cls.mechanisms,
                              connections_per_user=cls.connections_per_user)
        cls.addClassCleanup(cls.dovecot.stop)
        cls.prepare()
        cls.dovecot.start()
        if cls.with_smtp:
            cls.dovecot.add(WEBMASTER, "of-the-club")
            cls.smtp = Chasquid(cls.dovecot, (CLUB, PRIVATE))
            cls.addClassCleanup(cls.smtp.stop)
            cls.smtp.start()

    def setUp(self) -> None:
        self.folder = private_folder("settings")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def settings(self, *mailboxes: Mailbox, **changes: object) -> Settings:
        """A written settings file for this class's servers."""
        settings = Settings(self.folder, {"club": server(self.dovecot)}, list(mailboxes), **changes)
        if self.with_smtp:
            settings.smtp = [
                f'server = "smtps://localhost:{self.smtp.submissions}"', f'username = "{WEBMASTER}"',
                f'password = {settings.password_file("smtp", "of-the-club")}',
                f'from = "The Webmaster <{WEBMASTER}>"', f'admin = ["{WEBMASTER}"]',
                f"ca_file = {quoted(self.dovecot.authority.certificate)}"]
        return settings.write()

    def check(self, settings: Settings, *arguments: str) -> tuple[int, list[dict]]:
        """Exit status and mailboxes of `check --format json`."""
        return self.parse(mailquotad("check", "--config", settings.file, "--format", "json", *arguments))

    def parse(self, done: subprocess.CompletedProcess) -> tuple[int, list[dict]]:
        """The JSON that `check` printed; fails with its stderr when it is none."""
        try:
            document = json.loads(done.stdout)
        except json.JSONDecodeError:
            self.fail(f"exit status {done.returncode}, no JSON: {done.stdout!r} {done.stderr}")
        self.assertEqual(document["schema"], 1)
        return done.returncode, document["mailboxes"]

    def check_one(self, settings: Settings, *arguments: str) -> tuple[int, dict]:
        """The same for a single mailbox."""
        code, mailboxes = self.check(settings, *arguments)
        self.assertEqual(len(mailboxes), 1)
        return code, mailboxes[0]
