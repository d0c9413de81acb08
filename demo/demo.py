"""Starts the servers and the daemon, shows what they do, and checks it. Called by demo/run, which builds first."""

import argparse
import contextlib
import fcntl
import imaplib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests"))

import club  # noqa: E402
import seen  # noqa: E402
from servers.ca import Authority  # noqa: E402
from servers.chasquid import Chasquid  # noqa: E402
from servers.dovecot import Dovecot  # noqa: E402
from servers.ports import free_port  # noqa: E402
from servers.processes import Child, StartFailed  # noqa: E402

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BINARY = SOURCE / "build" / "release" / "mailquotad"


def say(text: str) -> None:
    """A line of the demonstration itself."""
    print(f"demo: {text}", flush=True)


class Demo:
    """The servers, the daemon and their folder; leaving the context stops them all."""

    dovecot: Dovecot
    smtp: Chasquid
    daemon: Child
    used: dict[str, int]  # bytes by address before the daemon started

    def __init__(self, folder: Path):
        self.folder = folder
        self.settings = folder / "mailquotad.toml"
        self._port = free_port()
        self.http = f"http://127.0.0.1:{self._port}"
        self._running = contextlib.ExitStack()
        self._lock = self._prepare()

    def __enter__(self) -> "Demo":
        return self

    def __exit__(self, *_: object) -> None:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        self._running.close()
        (self.folder / "temporary").unlink(missing_ok=True)

    def start(self) -> None:
        """Fills the mailboxes and starts everything; StartFailed with the reason."""
        self.dovecot = Dovecot(Authority(self.folder / "ca"))
        self._running.callback(self.dovecot.stop)
        self.smtp = Chasquid(self.dovecot, (club.CLUB, club.PRIVATE))
        self._running.callback(self.smtp.stop)
        (self.folder / "temporary").write_text(f"{self.dovecot.folder}\n{self.smtp.folder}\n")
        self._fill()
        self.dovecot.start()
        self.smtp.start()
        self.used = seen.used_bytes(self.dovecot)
        say(f"Dovecot {'.'.join(map(str, self.dovecot.version))} and an SMTP server run on 127.0.0.1")
        self.settings.write_text(club.settings(
            self.folder, self.dovecot.authority.certificate, imaps=self.dovecot.imaps,
            submissions=self.smtp.submissions, http=self._port))
        self.daemon = Child([BINARY, "run", "--config", self.settings], self.folder / "mailquotad.log",
                            name="mailquotad run")
        self._running.callback(self.daemon.stop)
        self.daemon.wait_until(lambda: seen.status(self.http + "/readyz") == 200, seconds=60)

    def ended(self) -> str | None:
        """The name and last words of a child that should still run, or None."""
        for name, child in (("mailquotad", self.daemon), ("Dovecot", self.dovecot.child), ("chasquid", self.smtp.child)):
            if not child.runs():
                return f"{name} ended by itself:\n{child.words()}"
        return None

    def _prepare(self) -> int:
        """Empties the folder of what an earlier run left, and takes it for this one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartFailed(f"another demo/run is at work in {self.folder}") from None
        left = self.folder / "temporary"  # named by a run that was killed before it could clean up
        for path in left.read_text().splitlines() if left.exists() else ():
            shutil.rmtree(path, ignore_errors=True)
        for name in ("ca", "daemon", "passwords"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("mailquotad.toml", "mailquotad.log"):
            (self.folder / name).unlink(missing_ok=True)
        return lock

    def _fill(self) -> None:
        for seed, member in enumerate(club.MEMBERS):
            self.dovecot.add(member.address, member.password, storage=member.limit)
            self.dovecot.add(member.private, member.private_password)
            self.dovecot.fill(member.address, member.size, seed=seed)
        self.dovecot.add(club.WEBMASTER, "webmaster-of-the-club")


def show(demo: Demo) -> None:
    """Everything that there is to see, each thing checked while it is shown; seen.NotSeen with the reason if not."""
    say("the mailboxes, as `mailquotad check` sees them:\n")
    print(seen.table(BINARY, demo.settings), flush=True)
    seen.verdicts(BINARY, demo.settings, demo.dovecot)
    say("each as expected, and used and limit are those of `doveadm quota get`\n")
    for member in club.MEMBERS:
        if member.is_warned:
            say(f"the warning to {member.name} has arrived in {member.private}:\n")
            print(seen.warning(demo.dovecot, member), flush=True)
    seen.nobody_else_was_warned(demo.dovecot)
    seen.metrics(demo.http, demo.used)
    seen.status_page(demo.http)


def tell_where(demo: Demo) -> None:
    """Where everything is, for somebody who wants to look and try."""
    authority = demo.dovecot.authority.certificate
    print(f"""The warning mails:   imaps://localhost:{demo.dovecot.imaps}, certificates: {authority}""")
    for member in club.MEMBERS:
        if member.is_warned:
            print(f"                     user {member.private}, password {member.private_password}")
    warned = next(member for member in club.MEMBERS if member.is_warned)
    print(f"""  read one:          curl --cacert '{authority}' -u {warned.private}:{warned.private_password} \\
                         'imaps://localhost:{demo.dovecot.imaps}/INBOX;MAILINDEX=1'
The status page:     {demo.http}/
The metrics:         {demo.http}/metrics
The settings file:   {demo.settings}
The daemon's log:    {demo.folder / "mailquotad.log"}
Try:                 build/release/mailquotad explain --config '{demo.settings}' {warned.address}
""", flush=True)


def end(demo: Demo) -> None:
    """Ends the daemon as a service manager would; NotSeen when it does not end cleanly."""
    began = time.monotonic()
    demo.daemon.send(signal.SIGTERM)
    status = demo.daemon.stop(10)
    if status != 0:
        raise seen.NotSeen(f"mailquotad ended with status {status} after SIGTERM:\n{demo.daemon.words()}")
    say(f"the daemon ended within {time.monotonic() - began:.1f} s of SIGTERM")


def stay(demo: Demo) -> None:
    """Goes on until Ctrl-C; StartFailed when a child ends by itself."""
    say("going on until Ctrl-C")
    while True:
        time.sleep(0.5)
        if (words := demo.ended()) is not None:
            raise StartFailed(words)


def interrupted(*_: object) -> None:
    """Ctrl-C, SIGTERM and SIGHUP alike end the demonstration, and with it its children."""
    raise KeyboardInterrupt


def main() -> int:
    """Exit status 0: all of it was seen to work (--once), or it was ended by Ctrl-C."""
    parser = argparse.ArgumentParser(prog="demo/run")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--folder", type=Path, default=SOURCE / "demo" / "state")
    options = parser.parse_args()
    for number in ENDING:
        signal.signal(number, interrupted)
    began = time.monotonic()
    try:
        with Demo(options.folder) as demo:
            demo.start()
            show(demo)
            tell_where(demo)
            if not options.once:
                stay(demo)
            end(demo)
    except KeyboardInterrupt:
        print()
        say("ended; servers and daemon are stopped")
        return 130 if options.once else 0
    except (RuntimeError, OSError, imaplib.IMAP4.error, subprocess.SubprocessError) as error:
        print(f"demo: failed: {error}", file=sys.stderr)
        return 1
    say(f"all of this was seen to work, {time.monotonic() - began:.0f} s after the build")
    return 0


if __name__ == "__main__":
    sys.exit(main())
