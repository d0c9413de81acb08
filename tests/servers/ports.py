"""Free TCP ports on loopback."""

import random
import socket
import time

# Below Linux's range for outgoing connections (32768-60999), so that no connection takes a port before its server does.
_FIRST, _LAST = 20000, 32000
_given: set[int] = set()


def _can_bind(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nothing listens on now and that this process has not been given before."""
    for _ in range(2000):
        port = random.SystemRandom().randrange(_FIRST, _LAST)
        if port not in _given and _can_bind(port):
            _given.add(port)
            return port
    raise RuntimeError(f"no free TCP port between {_FIRST} and {_LAST} on 127.0.0.1")


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_free(port: int, seconds: float = 10) -> bool:
    """Waits until nothing listens on the port any more; False when something still does."""
    end = time.monotonic() + seconds
    while is_listening(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
