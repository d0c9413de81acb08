"""Servers that take a connection and misbehave, for deadlines: they say nothing, or not enough."""

import socket
import threading


class SilentServer:
    """Accepts connections on a loopback port and never says more than `greeting`; counts who came."""

    def __init__(self, greeting: bytes = b""):
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> "SilentServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def visitors(self) -> int:
        """How many connections were taken so far."""
        return len(self._connections)

    def stop(self) -> None:
        """Closes everything."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._connections:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            if self._greeting:
                connection.sendall(self._greeting)
