"""The machine under test with its servers, settings and mailboxes, and the list of checks that it goes through."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from .building import SOURCE
from .machine import Machine, wait_until
from .roots import Root, Roots, SystemFailed, checked, say

MIB = 2**20
HOST, CLUB, PRIVATE = "mail.verein.example", "verein.example", "privat.example"
KIM, OWNER, WEBMASTER = f"kim@{CLUB}", f"kim@{PRIVATE}", f"webmaster@{CLUB}"
PASSWORDS = {"kim": "Planted-Kim-9481", "alex": "Planted-Alex-2207", "smtp": "Planted-Smtp-5513"}
SETTINGS = "/etc/mailquotad/mailquotad.toml"
DAEMON_PORT = 19993

SETTINGS_TEXT = """language = "en"
[poll]
interval = "{interval}"
[alerts]
confirm_after = "0s"
quiet_hours = []
[smtp]
server = "smtps://{host}:{smtps}"
username = "{webmaster}"
password = {{ credential = "smtp" }}
from = "The Webmaster <{webmaster}>"
admin = ["{webmaster}"]
[server.club]
imap = "imaps://{host}:{imaps}"
[[mailbox]]
address = "{kim}"
slug = "kim"
server = "club"
password = {{ credential = "kim" }}
owner = {{ name = "Kim", mail = ["{owner}"] }}
"""
ALEX = f"""[[mailbox]]
address = "alex@{CLUB}"
slug = "alex"
server = "club"
password = {{ credential = "alex" }}
"""


def prepared_root(roots: Roots, package: Path) -> Root:
    """A fresh root with the test's servers, the package beside it and what it depends on fetched, not installed."""
    root = roots.fresh("machine")
    say("installing Dovecot, fetching chasquid and what the package depends on")
    root.install("dovecot-imapd", "dovecot-lmtpd", "dovecot-pop3d", "gdb")
    root.run("systemctl", "disable", "dovecot.service", "dovecot.socket")
    root.run("systemctl", "mask", "systemd-networkd-wait-online.service") # there is no network to wait for
    shutil.copy(package, root.folder / "srv/mailquotad.deb")
    for folder in ("servers", "system"):
        shutil.copytree(SOURCE / "tests" / folder, root.folder / "srv/tests" / folder,
                        ignore=shutil.ignore_patterns("__pycache__"))
    root.run("sh", "-c", "mkdir -p /srv/build/packages/chasquid && cd /tmp && apt-get -qq download chasquid && "
                         "dpkg -x chasquid_*.deb /srv/build/packages/chasquid && rm chasquid_*.deb")
    root.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", "--download-only", "/srv/mailquotad.deb")
    (root.folder / "etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
    return root


def newer(package: Path, version: str) -> Path:
    """The same package with another version."""
    folder, made = package.parent / f"as-{version}", package.parent / f"{version}.deb"
    checked(["dpkg-deb", "--raw-extract", package, folder], "unpacking the package")
    control = folder / "DEBIAN/control"
    lines = [f"Version: {version}" if line.startswith("Version:") else line for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    checked(["dpkg-deb", "--root-owner-group", "-Znone", "--build", folder, made], "packing a newer version")
    shutil.rmtree(folder)
    return made


class Trial:
    """What the checks need; each check is a method of Checks, called in order."""

    def __init__(self, machine: Machine, package: Path):
        self.machine = machine
        self.package = package
        self.failed: list[str] = []
        self.passed = 0

    def check(self, sentence: str, condition: bool | Callable[[], object], shown: object = "") -> bool:
        """Prints a line with the sentence; `condition` may also be a function that raises SystemFailed."""
        try:
            good = condition() is not False if callable(condition) else condition
        except (SystemFailed, AssertionError, OSError) as failed:
            good, shown = False, failed
        print(f"{'ok    ' if good else 'FAILED'} {sentence}" + (f"  [{shown}]" if shown != "" else ""), flush=True)
        if good:
            self.passed += 1
        else:
            self.failed.append(sentence)
        return good

    def settle(self, sentence: str, condition: Callable[[], bool], seconds: float = 60) -> bool:
        """The same for what comes true after a while; tells after how long."""
        began = time.monotonic()
        try:
            wait_until(condition, sentence, seconds)
        except SystemFailed:
            return self.check(sentence, False, f"not within {seconds:g} s")
        return self.check(sentence, True, f"{time.monotonic() - began:.1f} s")

    def goes_through(self, step: Callable[["Trial"], None]) -> bool:
        """Whether a step could be gone through to its end, whatever its checks found."""
        try:
            step(self)
        except SystemFailed as failed:
            return self.check(f"{step.__name__} can be gone through", False, failed)
        return True

    # --- the servers

    def start_world(self) -> None:
        """Starts Dovecot and chasquid in the machine, with their accounts."""
        self.machine.must("systemd-run", "--quiet", "--unit=world", "python3", "/srv/tests/system/world.py", "serve")
        wait_until(self.machine.path("/srv/world/ports.json").exists, "the servers start", 60)
        self.ports = json.loads(self.machine.path("/srv/world/ports.json").read_text())
        self.ask("add", KIM, PASSWORDS["kim"], {"storage": 10 * MIB})
        self.ask("add", f"alex@{CLUB}", PASSWORDS["alex"], {"storage": 10 * MIB})
        self.ask("add", WEBMASTER, PASSWORDS["smtp"])
        self.ask("add", OWNER, "private")
        self.ask("fill_to", KIM, 0.95)

    def ask(self, method: str, *arguments: object) -> object:
        """Calls a method of the machine's Dovecot."""
        return json.loads(self.machine.must("python3", "/srv/tests/system/world.py", method, *map(json.dumps, arguments)))

    def mails(self, address: str) -> list[str]:
        """The messages in an inbox."""
        return self.ask("messages", address)

    # --- the daemon

    def configure(self, *, interval: str = "1h", more: str = "") -> None:
        """Writes the settings, readable for the daemon's group only, as the README says."""
        self.machine.write(SETTINGS, SETTINGS_TEXT.format(
            interval=interval, host=HOST, webmaster=WEBMASTER, kim=KIM, owner=OWNER, **self.ports) + more)
        self.machine.must("chgrp", "mailquotad", SETTINGS)
        self.machine.must("chmod", "640", SETTINGS)

    def write_credentials(self) -> None:
        """A file for each password."""
        for name, password in PASSWORDS.items():
            file = f"/etc/mailquotad/credentials/{name}"
            self.machine.must("install", "-m", "640", "-g", "mailquotad", "/dev/stdin", file, stdin=password + "\n")

    def get(self, path: str) -> str:
        """A page of the daemon, empty when it does not answer."""
        script = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{DAEMON_PORT}{path}').read().decode())"
        return self.machine.run("python3", "-c", script).stdout

    def metric(self, line: str) -> bool:
        """Whether /metrics has this line."""
        return f"\nmailquotad_{line}\n" in self.get("/metrics")

    def status(self) -> str:
        """The status line that the service manager was told."""
        return self.machine.show("StatusText")
