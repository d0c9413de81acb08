"""A root booted with its own systemd by systemd-nspawn, without any network but loopback."""

import os
import signal
import subprocess
import time
from pathlib import Path

from .roots import CLEAN, Root, SystemFailed


def wait_until(condition, what: str, seconds: float) -> None:
    """Asks twice a second; SystemFailed when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemFailed(f"waited {seconds:g} s in vain: {what}")
        time.sleep(0.5)


class Machine:
    """Use as a context manager; powered off at the end, with all that runs in it."""

    def __init__(self, root: Root):
        self.root = root
        self.console = root.folder.parent / f"{root.folder.name}.console"
        self._leader = 0

    def __enter__(self) -> "Machine":
        # Where the machine's own control groups are of the old kind, the unified ones must be asked for.
        with self.console.open("wb") as console:
            self._nspawn = subprocess.Popen(
                ["systemd-nspawn", "--directory", self.root.folder, "--boot", "--register=no", "--keep-unit", "--quiet",
                 "--console=read-only", "--private-network", "--link-journal=no"], stdin=subprocess.DEVNULL,
                stdout=console, stderr=console, start_new_session=True,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        try:
            wait_until(self._has_booted, "the machine boots", 120)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._nspawn.poll() is None:
            self._nspawn.send_signal(signal.SIGTERM) # an orderly power-off
            try:
                self._nspawn.wait(60)
            except subprocess.TimeoutExpired:
                os.kill(self._leader or self._nspawn.pid, signal.SIGKILL)
                self._nspawn.wait()

    def _has_booted(self) -> bool:
        if self._nspawn.poll() is not None:
            raise SystemFailed(f"systemd-nspawn ended:\n{self.console.read_text(errors='replace')[-2000:]}")
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        if not children:
            return False
        self._leader = int(children[0])
        return self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def _inside(self, user: str) -> list[str]:
        enter = ["nsenter", f"--target={self._leader}", "--mount", "--uts", "--ipc", "--net", "--pid"]
        return enter if user == "root" else [*enter, "runuser", "-u", user, "--"]

    def run(self, *command: str, user: str = "root", stdin: str = "") -> subprocess.CompletedProcess:
        """Runs a program in it to its end, as this user."""
        return subprocess.run([*self._inside(user), *command], input=stdin, capture_output=True, text=True, env=CLEAN,
                              errors="replace", timeout=600)

    def must(self, *command: str, user: str = "root", stdin: str = "") -> str:
        """The same, and it must succeed; its output."""
        done = self.run(*command, user=user, stdin=stdin)
        if done.returncode != 0:
            raise SystemFailed(f"{' '.join(command)[:200]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def show(self, name: str, unit: str = "mailquotad.service") -> str:
        """A property of a unit."""
        return self.must("systemctl", "show", "--property", name, "--value", unit).strip()

    def journal(self, unit: str = "mailquotad.service") -> str:
        """All lines of a unit, and of the manager about it."""
        return self.must("journalctl", "--no-pager", "--output=cat", f"--unit={unit}")

    def process(self) -> int:
        """The main process of the daemon, as numbered inside; 0 when there is none."""
        return int(self.show("MainPID"))

    def send(self, signal_name: str) -> int:
        """Sends the daemon a signal; the number of its process."""
        process = self.process()
        if process == 0: # to kill(1) that is the group of whoever asks
            raise SystemFailed("the daemon does not run")
        self.must("kill", f"-{signal_name}", str(process))
        return process

    def write(self, path: str, text: str) -> None:
        """Writes a file in it, owned by root."""
        file = self.root.folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def path(self, path: str) -> Path:
        """A file in it, as seen from outside."""
        return self.root.folder / path.lstrip("/")
