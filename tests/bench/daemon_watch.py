"""A daemon under a bench: started as a service manager does, watched through /proc."""

import os
import re
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bench.many_mailboxes import get

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """What a process has taken so far, and holds."""

    cpu: float  # seconds, user and system
    resident: int  # bytes
    peak: int  # bytes, the most since its start or forget_peak
    private: int  # bytes that no other process shares
    threads: int


def cpu_of(pid: int) -> float:
    """CPU seconds of all its threads, finer than the clock ticks of /proc/PID/stat."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((thread / "schedstat").read_text().split()[0])
        except OSError:  # it has just ended
            continue
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return max(total / 1e9, (int(fields[11]) + int(fields[12])) / _TICK)


def usage(pid: int) -> Usage:
    """How it stands now."""
    status = Path(f"/proc/{pid}/status").read_text()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kib = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB$", status + rollup, re.MULTILINE)}
    threads = re.search(r"^Threads:\s+(\d+)", status, re.MULTILINE)
    return Usage(cpu_of(pid), 1024 * kib["VmRSS"], 1024 * kib["VmHWM"],
                 1024 * (kib["Private_Clean"] + kib["Private_Dirty"]), int(threads[1]))


def forget_peak(pid: int) -> None:
    """Lets the peak begin anew at what it holds now; proc(5), clear_refs."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def switches(pid: int) -> dict[int, tuple[str, int]]:
    """Voluntary context switches by thread, with its name: how often each was woken."""
    found = {}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        text = (thread / "status").read_text()
        count = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.MULTILINE)
        found[int(thread.name)] = ((thread / "comm").read_text().strip(), int(count[1]))
    return found


class WatchedDaemon:
    """`mailquotad run` with these settings, from its start to the end of the block."""

    def __init__(self, binary: Path, settings: Path, port: int, *, environment: dict[str, str] | None = None):
        self.settings, self.port, self._binary = settings, port, binary
        self._environment = environment or {}
        self.log = settings.parent / "log"

    def __enter__(self) -> "WatchedDaemon":
        path = str(self.settings.parent / "notify")
        Path(path).unlink(missing_ok=True)
        self._notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notices.bind(path)
        self._up, self._at_up = threading.Event(), (0.0, Usage(0, 0, 0, 0, 0))
        self._began = time.monotonic()
        with open(self.log, "w") as log:
            self.child = subprocess.Popen([self._binary, "run", "--config", self.settings], stdout=log, stderr=log,
                                          env={**os.environ, **self._environment, "NOTIFY_SOCKET": path})
        self.pid = self.child.pid
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.child.terminate()
        self.child.wait()
        self._notices.shutdown(socket.SHUT_RDWR)
        self._listener.join()
        self._notices.close()

    def _listen(self) -> None:
        """Takes what it tells its service manager: it would wait for that."""
        while notice := self._notices.recv(65536):
            if b"READY=1" in notice.split(b"\n") and not self._up.is_set():
                self._at_up = (time.monotonic() - self._began, usage(self.pid))
                self._up.set()

    def usage(self) -> Usage:
        """How it stands now."""
        return usage(self.pid)

    def wait_until_up(self, seconds: float = 300) -> tuple[float, Usage]:
        """Seconds until it said READY=1, and what it had taken by then."""
        end = time.monotonic() + seconds
        while not self._up.wait(0.2) and self.child.poll() is None and time.monotonic() < end:
            pass
        if not self._up.is_set():
            raise RuntimeError("the daemon is not up: " + self.log.read_text()[-2000:])
        return self._at_up

    def wait_for_round(self, seconds: float = 3600) -> float:
        """Seconds from the start until the first round was done."""
        end = time.monotonic() + seconds
        while not get(self.port, "/readyz")[1]:
            if self.child.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the daemon is not ready: " + self.log.read_text()[-2000:])
            time.sleep(0.1)
        return time.monotonic() - self._began

    def wait_until_quiet(self, seconds: float = 60) -> None:
        """Until it takes less than a hundredth of a core."""
        end = time.monotonic() + seconds
        before, rate = cpu_of(self.pid), 1.0
        while rate > 0.01 and time.monotonic() < end:
            time.sleep(1)
            now = cpu_of(self.pid)
            before, rate = now, now - before
