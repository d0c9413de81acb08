"""Stands between the daemon and the SMTP server, reads along, and can end the daemon at the one moment that matters:
after the server took a mail and before the daemon could write that down."""

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from servers.ports import free_port


@dataclass
class Taken:
    """A mail that the real server answered with 250."""

    message_id: str
    recipients: tuple[str, ...]
    body: bytes
    passed: bool  # the daemon was sent the 250


class _Handler(socketserver.StreamRequestHandler):
    proxy: "Proxy"

    def handle(self) -> None:
        proxy = self.server.proxy  # type: ignore[attr-defined]
        try:
            with socket.create_connection(("127.0.0.1", proxy.behind), timeout=20) as upstream:
                proxy.converse(self.rfile, self.wfile, upstream)
        except OSError:
            pass  # one side is gone: that is what this test is about


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Proxy:
    """Plain SMTP on `port`, passed on to `behind` line by line. Use as a context manager."""

    def __init__(self, behind: int):
        self.behind = behind
        self.port = free_port()
        self.taken: list[Taken] = []
        self.at_250: Callable[[bool], None] | None = None  # called with True after the 250 was passed, else instead
        self.hold_250 = False
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.proxy = self  # type: ignore[attr-defined]

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self) -> int:
        """How many mails the server took so far."""
        with self._lock:
            return len(self.taken)

    def converse(self, rfile, wfile, upstream: socket.socket) -> None:
        """One connection, one command and one reply after the other, as a client without PIPELINING speaks."""
        replies = upstream.makefile("rb")
        wfile.write(self._reply(replies))
        recipients: list[str] = []
        while line := rfile.readline():
            upstream.sendall(line)
            verb = line[:4].upper()
            reply = self._reply(replies)
            if verb == b"RCPT" and reply.startswith(b"2"):
                recipients.append(re.search(rb"<([^>]*)>", line)[1].decode())
            if verb == b"EHLO":
                reply = re.sub(rb"250[- ](PIPELINING|STARTTLS)\r\n", b"", reply)
            wfile.write(reply)
            if verb == b"DATA" and reply.startswith(b"3"):
                self._data(rfile, wfile, upstream, replies, recipients)
                recipients = []

    def _data(self, rfile, wfile, upstream: socket.socket, replies, recipients: list[str]) -> None:
        lines = []
        while (line := rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if not line:
            return
        body = b"".join(lines)
        upstream.sendall(body + b".\r\n")
        reply = self._reply(replies)
        if not reply.startswith(b"2"):
            wfile.write(reply)
            return
        found = re.search(rb"^Message-ID:\s*<([^>]*)>", body, re.MULTILINE | re.IGNORECASE)
        taken = Taken(found[1].decode() if found else "", tuple(recipients), body, False)
        with self._lock:
            self.taken.append(taken)
            act, self.at_250 = self.at_250, None
            hold = self.hold_250 and act is not None
        if hold:
            act(False)
            return
        wfile.write(reply)
        taken.passed = True
        if act is not None:
            act(True)

    @staticmethod
    def _reply(replies) -> bytes:
        lines = b""
        while line := replies.readline():
            lines += line
            if line[3:4] != b"-":
                return lines
        raise ConnectionError("the SMTP server hung up")


def pause(seconds: float) -> None:
    """Lets that much time pass: the moment of a kill is what is varied here, nothing waits for it."""
    time.sleep(seconds)
