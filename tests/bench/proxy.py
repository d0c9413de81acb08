"""A TCP proxy that delays both ways and counts what an answer was waited for."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Connection:
    """What crossed one connection. A flight is the client's data after the server's (or at the beginning)."""

    flights: int = 0
    round_trips: int = 1  # TCP's own; then each flight that the server answered
    to_server: int = 0
    to_client: int = 0
    said: bytearray = field(default_factory=bytearray)  # the client's first bytes, for conversations without TLS
    _waiting: bool = False
    _client_spoke_last: bool = False

    def from_client(self, data: bytes) -> None:
        """Notes what the client sent."""
        self.to_server += len(data)
        if len(self.said) < 1 << 16:
            self.said += data
        if not self._client_spoke_last:
            self.flights += 1
            self._waiting = True
        self._client_spoke_last = True

    def from_server(self, data: bytes) -> None:
        """Notes what the server sent."""
        self.to_client += len(data)
        if self._waiting:
            self.round_trips += 1
            self._waiting = False
        self._client_spoke_last = False


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes on to `target`, each byte `delay` seconds later.

    `rewrite` changes what the server says, to play a server of another shape; what it makes None never arrives. With
    `tls` clients are talked to by TLS and the target without: what they say can be read.
    """

    def __init__(self, target: int, delay: float = 0, rewrite: Callable[[bytes], bytes | None] | None = None,
                 tls: ssl.SSLContext | None = None):
        self.target, self.delay, self.rewrite, self.tls = target, delay, rewrite, tls
        self.port = 0
        self._connections: list[Connection] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def take(self) -> list[Connection]:
        """The connections since the last call. To be called when the clients have ended."""
        taken, self._connections = self._connections, []
        return taken

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.run(self._listen())

    async def _listen(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._pass, "127.0.0.1", 0, ssl=self.tls) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection()
        self._connections.append(connection)
        with contextlib.suppress(asyncio.CancelledError):  # the proxy ends while the last close is on its way
            await self._both_ways(reader, writer, connection)

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
                         connection: Connection) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self._one_way(reader, server_writer, connection.from_client, None),
                             self._one_way(server_reader, writer, connection.from_server, self.rewrite))
        for end in (writer, server_writer):
            end.close()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note,
                       rewrite: Callable[[bytes], bytes | None] | None) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, data = await queue.get()
                await asyncio.sleep(due - self._loop.time())
                try:
                    if not data:
                        writer.write_eof() if writer.can_write_eof() else writer.close()
                        return
                    writer.write(data)
                    await writer.drain()
                except OSError:
                    return

        delivery = asyncio.ensure_future(deliver())
        while True:
            try:
                data = await reader.read(1 << 16)
            except OSError:
                data = b""
            if data and rewrite:
                data = rewrite(data)
            if data is None:
                continue
            if data:
                note(data)
            queue.put_nowait((self._loop.time() + self.delay, data))
            if not data:
                break
        await delivery
