"""The real program under test: settings for some servers, one run of it, and what came out."""

import base64
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.measure import compiled
from hostile import dialogue
from hostile.wire import Listener

GRACE = 20.0  # seconds beyond the configured timeout before a run counts as hanging, on a busy machine


@dataclass(frozen=True)
class Server:
    """One server of the settings, with the one mailbox that is on it."""

    key: str
    url: str
    lines: str = ""  # more settings of the server
    protocol: str = "imap"

    def settings(self, password_file: Path) -> str:
        return (f'[server.{self.key}]\n{self.protocol} = "{self.url}"\n{self.lines}\n'
                f'[[mailbox]]\naddress = "{self.key}@verein.example"\nslug = "{self.key}"\nserver = "{self.key}"\n'
                f'protocol = "{self.protocol}"\nusername = "{dialogue.USER}"\npassword = {{ file = {json.dumps(str(password_file))} }}\n\n')


def plain(key: str, port: int) -> Server:
    """A server without TLS, as only `plaintext = true` allows."""
    return Server(key, f"imap://127.0.0.1:{port}", "plaintext = true")


def secured(key: str, url: str, ca_file: Path, protocol: str = "imap") -> Server:
    """A server whose certificate this authority has signed."""
    return Server(key, url, f"ca_file = {json.dumps(str(ca_file))}", protocol)


def implicit(key: str, port: int, ca_file: Path, host: str = "127.0.0.1") -> Server:
    return secured(key, f"imaps://{host}:{port}", ca_file)


def starttls(key: str, port: int, ca_file: Path, host: str = "127.0.0.1") -> Server:
    return secured(key, f"imap+starttls://{host}:{port}", ca_file)


def write_settings(folder: Path, servers: Iterable[Server], timeout: str) -> Path:
    """A settings file with a state directory of its own in this folder."""
    password = folder / "password"
    password.write_text(dialogue.PASSWORD + "\n")
    password.chmod(0o600)
    (folder / "state").mkdir(exist_ok=True)
    text = (f'language = "en"\ntimezone = "UTC"\nstate_directory = {json.dumps(str(folder / "state"))}\n'
            f'[poll]\ninterval = "15min"\ntimeout = "{timeout}"\n[http]\nlisten = ""\n\n')
    file = folder / "mailquotad.toml"
    file.write_text(text + "".join(server.settings(password) for server in servers))
    return file


@dataclass(frozen=True)
class Outcome:
    """How one run of the program ended."""

    status: int  # exit status, negative for a signal
    stdout: bytes
    stderr: bytes
    resident_kib: int  # its largest resident set

    def mailboxes(self) -> dict[str, dict]:
        """The mailboxes of `check --format json`, by slug. Throws ValueError for anything that is no such document."""
        document = json.loads(self.stdout)
        if document["schema"] != 1:
            raise ValueError(f"schema {document['schema']}")
        return {mailbox["slug"]: mailbox for mailbox in document["mailboxes"]}

    def words(self) -> str:
        """The end of what it said, for a report."""
        return (self.stdout[-600:] + b"\n" + self.stderr[-1500:]).decode(errors="backslashreplace")


class Run:
    """The program while it runs. To be used as a context manager, which never leaves it behind."""

    def __init__(self, binary: Path, arguments: list[str], folder: Path):
        # Only the address sanitizer reads this: what it keeps of freed memory would hide what the program holds.
        environment = os.environ | {"ASAN_OPTIONS": "quarantine_size_mb=4"}
        self.output, self.errors, self.report = folder / "stdout", folder / "stderr", folder / "cost"
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen([compiled("child"), self.report, binary, *arguments],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment)

    def wait(self, seconds: float) -> Outcome:
        """Waits for the end of the program; TimeoutError when it does not come."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"still running after {seconds:g} s") from None
        status, _, resident_kib = map(int, self.report.read_text().split())
        return Outcome(status, self.output.read_bytes(), self.errors.read_bytes(), resident_kib)

    def signal(self, number: signal.Signals) -> None:
        """SIGTERM is passed on to the program."""
        self.process.send_signal(number)

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()  # takes the program with it
        self.process.wait()


def check(binary: Path, folder: Path, servers: Iterable[Server], *, timeout: int, output: str = "json") -> Outcome:
    """One `mailquotad check` over these servers. TimeoutError when it does not end by the timeout and some grace."""
    settings = write_settings(folder, servers, f"{timeout}s")
    arguments = ["check", "--config", str(settings), "--format", output, "--force"]
    with Run(binary, arguments, folder) as run:
        return run.wait(timeout + GRACE)


def judge_good(mailbox: dict, name: str = "the good mailbox") -> list[str]:
    """What is wrong with the numbers of a mailbox on a well-behaved dialogue.Dialogue."""
    if mailbox.get("failure"):
        return [f"{name} failed: {mailbox['failure']}"]
    storage = [entry for entry in mailbox["quota"] if entry["resource"] == "STORAGE"]
    numbers = [(entry["root"], entry["used"], entry["limit"], entry["unit"]) for entry in storage]
    wanted = [("User quota", dialogue.USED_KIB * 1024, dialogue.LIMIT_KIB * 1024, "bytes")]
    wrong = [] if numbers == wanted else [f"{name} has the quota {numbers}"]
    wrong += [f"{name} has the folders {folders}" for folders in judge_folders(mailbox)]
    return wrong + ([] if mailbox["stage"] == "ok" else [f"{name} has the stage {mailbox['stage']}"])


def judge_folders(mailbox: dict) -> list[str]:
    """The folders of this mailbox, where they are not those of dialogue.FOLDERS."""
    folders = sorted((entry["name"], entry["role"], entry["messages"], entry["size_bytes"])
                     for entry in mailbox["folders"])
    roles = {b"INBOX": "inbox", b"Sent": "sent", b"Trash": "trash"}
    wanted = sorted((name.decode(), roles[name], count, size) for name, _, count, size in dialogue.FOLDERS)
    return [] if folders == wanted else [str(folders)]


def judge_secrecy(listener: Listener) -> list[str]:
    """Whether a server that must not be trusted has seen a credential, or the attempt to send one."""
    heard = listener.received()
    secrets = [dialogue.PASSWORD.encode(), base64.b64encode(dialogue.PASSWORD.encode()),
               base64.b64encode(f"\0{dialogue.USER}\0{dialogue.PASSWORD}".encode()), dialogue.USER.encode(),
               base64.b64encode(dialogue.USER.encode())]
    words = {line.split(b" ")[1].upper() for line in heard.splitlines() if line.count(b" ") >= 1}
    wrong = ["the server was sent a credential"] if any(secret in heard for secret in secrets) else []
    return wrong + ["the client tried to log in" for word in words if word in (b"LOGIN", b"AUTHENTICATE")]


class Baseline:
    """The memory of a run in which every server is good; measured once, for all cases."""

    def __init__(self, binary: Path, folder: Path):
        self._lock = threading.Lock()
        self._binary, self._folder = binary, folder
        self._kib: int | None = None

    def kib(self) -> int:
        """The largest resident set in KiB. RuntimeError when even good servers are not measured well."""
        with self._lock:
            if self._kib is None:
                with Listener(dialogue.Dialogue()) as one, Listener(dialogue.Dialogue()) as two:
                    servers = [plain("hostile", one.port), plain("good", two.port)]
                    outcome = check(self._binary, self._folder, servers, timeout=20)
                wrong = [line for mailbox in outcome.mailboxes().values() for line in judge_good(mailbox)]
                if outcome.status != 0 or wrong:
                    raise RuntimeError(f"two good servers: status {outcome.status}, {wrong}\n{outcome.words()}")
                self._kib = outcome.resident_kib
            return self._kib
