"""Child processes that cannot outlive the program that started them, with their output kept in a file."""

import ctypes
import os
import pwd
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class StartFailed(RuntimeError):
    """A server did not come up; the text ends with the last lines of its log."""


@dataclass(frozen=True)
class Account:
    """The user that a server runs as."""

    uid: int
    gid: int
    user: str
    group: str


def ordinary_account() -> Account:
    """The user who runs this; for root somebody without rights, since Dovecot refuses to open mail as root."""
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    import grp

    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name)


def _everybody_may_pass(folder: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def private_folder(purpose: str) -> Path:
    """A new folder for sockets and mail: a short path without a space that other users can pass but not read.

    A socket's path is limited to 108 bytes, a checkout's is not; and what root starts as another user must be able
    to reach it. The caller removes it.
    """
    for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        usable = parent.is_dir() and os.access(parent, os.W_OK) and len(str(parent)) < 40 and " " not in str(parent)
        if usable and (os.geteuid() != 0 or _everybody_may_pass(parent)):
            folder = Path(tempfile.mkdtemp(prefix=f"mailquotad-{purpose}-", dir=parent))
            folder.chmod(0o711)
            return folder
    raise RuntimeError("no temporary folder with a short path: set TMPDIR")


def tail(log: Path, lines: int = 25) -> str:
    """The last lines of a log, indented, or a word that there are none."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        text = ""
    found = text.strip().splitlines()[-lines:]
    return "\n".join("    " + line for line in found) if found else "    (its log is empty)"


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Asks again and again until the condition holds; TimeoutError with `what` when it does not in time."""
    end = time.monotonic() + seconds
    pause = 0.01
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def children_of(parent: int) -> list[int]:
    """The processes that this one started, as far as they have not ended."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            _, _, fields = status.read_text().rpartition(")")
            if int(fields.split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _before_exec() -> None:
    # The kernel ends the child when this program ends, however it does.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


class Child:
    """One child process in a process group of its own; stdout and stderr go to its log.

    To be started from the main thread: the kernel ties the child to the thread that started it.
    """

    def __init__(self, argv: Sequence[str | Path], log: Path, *, environment: Mapping[str, str] | None = None,
                 account: Account | None = None, folder: Path | None = None, name: str = "",
                 descriptors: Sequence[int] = ()):
        self.name = name or Path(argv[0]).name
        self.log = log
        identity = {}
        if account is not None and os.geteuid() == 0:
            identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in argv], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder,
                env=None if environment is None else {**os.environ, **environment}, process_group=0,
                preexec_fn=_before_exec, pass_fds=descriptors, **identity)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float = 20, log: Path | None = None) -> None:
        """Waits until it is ready; StartFailed with the end of its log when it ends or takes too long."""

        def ready_or_dead() -> bool:
            return not self.runs() or ready()

        try:
            wait_for(ready_or_dead, self.name, seconds)
        except TimeoutError:
            self.stop()
            raise StartFailed(f"{self.name} was not ready after {seconds:g} s:\n{self.words(log)}") from None
        if not self.runs():
            raise StartFailed(f"{self.name} ended with status {self.process.returncode}:\n{self.words(log)}")

    def words(self, log: Path | None = None) -> str:
        """The last lines of its output, and of another log that it writes."""
        text = tail(self.log)
        return text if log is None or not log.exists() else f"{tail(log)}\n{text}"

    def send(self, number: int) -> None:
        """Sends a signal to the process itself."""
        if self.runs():
            self.process.send_signal(number)

    def stop(self, seconds: float = 10, number: int = signal.SIGTERM) -> int:
        """Asks it to end, then ends its whole group; its exit status (negative: the signal that ended it)."""
        self.send(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return self.process.wait()
