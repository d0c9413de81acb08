"""The bench's IMAP server over TLS (scale_server.c), in a process of its own on one core."""

import subprocess

from bench.measure import compiled
from servers.ca import Authority


class Server:
    """Any number of mailboxes at one address; use as a context manager."""

    def __init__(self, authority: Authority, delay_ms: float):
        self._authority, self._delay = authority, delay_ms

    def __enter__(self) -> "Server":
        made = self._authority.good()
        self._process = subprocess.Popen([compiled("scale_server", "ssl", "crypto"), made.certificate, made.key,
                                          f"{self._delay:.0f}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()

    def counts(self) -> dict[str, float]:
        """What happened since the last call."""
        self._process.stdin.write("counts\n")
        self._process.stdin.flush()
        words = self._process.stdout.readline().split()
        return {name: float(value) for name, value in zip(words[::2], words[1::2])}
