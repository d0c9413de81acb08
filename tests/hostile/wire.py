"""TCP servers on loopback whose every connection is one scripted conversation in a thread of its own."""

import contextlib
import select
import socket
import ssl
import struct
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

LONGEST_COMMAND = 1 << 20


class Gone(Exception):
    """The client has closed the connection, or the server is being stopped."""


class Session:
    """The server's end of one connection. Everything that the client says, inside TLS too, is kept in `received`."""

    def __init__(self, connection: socket.socket, stopping: threading.Event):
        connection.settimeout(120)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = connection
        self.stopping = stopping
        self.received = b""
        self.sent = 0
        self.budget: int | None = None  # after so many bytes the connection ends in the middle of whatever it is
        self.secure = False
        self._unread = b""

    def send(self, data: bytes) -> None:
        """Sends all of it; Gone when the client is away or the budget is spent."""
        if self.budget is not None and self.sent + len(data) > self.budget:
            self._send(data[: self.budget - self.sent])
            self.finish()
            raise Gone
        self._send(data)

    def _send(self, data: bytes) -> None:
        try:
            self.connection.sendall(data)
        except (OSError, ValueError) as error:
            raise Gone from error
        self.sent += len(data)

    def read(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._unread) < count:
            self._more()
        data, self._unread = self._unread[:count], self._unread[count:]
        return data

    def line(self) -> bytes:
        """One line without its CR LF."""
        while b"\n" not in self._unread:
            if len(self._unread) > LONGEST_COMMAND:
                raise Gone
            self._more()
        line, self._unread = self._unread.split(b"\n", 1)
        return line.removesuffix(b"\r")

    def _more(self) -> None:
        try:
            data = self.connection.recv(65536)
        except (OSError, ValueError) as error:
            raise Gone from error
        if not data:
            raise Gone
        self.received += data
        self._unread += data

    def start_tls(self, context: ssl.SSLContext) -> None:
        """The server's side of a TLS handshake. Gone when the client does not like it."""
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
            # TLS 1.3: the server is done before it has seen whether the client accepts. Nothing is read here that
            # line() would miss: the first read shows it.
        except (OSError, ValueError) as error:
            raise Gone from error
        self.secure = True

    def stall(self) -> None:
        """Says nothing more until the client goes away."""
        while not self.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.1)
            if readable:
                self._more()
        raise Gone

    def finish(self) -> None:
        """A clean end of the stream: nothing more comes, what the client still says is read."""
        with contextlib.suppress(OSError, ValueError):
            self.connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(Gone):
            self.stall()

    def reset(self) -> None:
        """An end by RST."""
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        raise Gone

    def cut_tls(self, context: ssl.SSLContext, count: int, greeting: bytes) -> None:
        """A TLS handshake and a greeting of which only the first `count` bytes on the wire are sent; then the end."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        self.budget = count
        while True:
            try:
                tls.do_handshake()
                tls.write(greeting)
            except ssl.SSLWantReadError:
                self.send(outgoing.read())
                try:
                    incoming.write(self.connection.recv(65536) or self._no_more())
                except OSError as error:
                    raise Gone from error
                continue
            except ssl.SSLError as error:
                raise Gone from error
            self.send(outgoing.read())
            self.finish()
            return

    @staticmethod
    def _no_more() -> bytes:
        raise Gone


Script = Callable[[Session], None]


class Listener:
    """A server on a free port of 127.0.0.1; `script` is the conversation. To be used as a context manager."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None):
        self.script = script
        self.tls = tls  # implicit TLS
        self.sessions: list[Session] = []
        self.errors: list[BaseException] = []  # faults of the server itself
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            session = Session(connection, self._stopping)
            self.sessions.append(session)
            thread = threading.Thread(target=self._talk, args=(session,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, session: Session) -> None:
        try:
            if self.tls:
                session.start_tls(self.tls)
            self.script(session)
        except Gone:
            pass
        except Exception as error:
            self.errors.append(error)
        finally:
            with contextlib.suppress(OSError, ValueError):
                session.connection.close()

    def received(self) -> bytes:
        """What all clients said so far."""
        return b"".join(session.received for session in self.sessions)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._socket.close()
        for session in self.sessions:
            with contextlib.suppress(OSError, ValueError):
                session.connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)


def server_context(certificate: Path, key: Path, *, only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """TLS for a server; `only` pins it to one version, with the ciphers and signatures that an old one needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if only is not None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # which is why somebody has to play the old server
            context.minimum_version = context.maximum_version = only
    context.load_cert_chain(certificate, key)
    return context
