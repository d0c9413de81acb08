"""What hostile servers do, each as an act that fits any place of a conversation."""

import time

from hostile.dialogue import Act
from hostile.wire import Session

CHUNK = 1 << 16
TLS_RECORD = b"\x16\x03\x03\x40\x00" + b"\x02" * 16384  # looks like the beginning of a handshake


def say(text: bytes, *, go_on: bool = False) -> Act:
    """Sends this (TAG stands for the command's tag) and closes, or goes on."""

    def act(session: Session, tag: bytes) -> bool:
        session.send(text.replace(b"TAG", tag))
        if not go_on:
            session.finish()
        return go_on

    return act


def then_silence(text: bytes) -> Act:
    """Sends this and never anything again."""

    def act(session: Session, tag: bytes) -> None:
        session.send(text.replace(b"TAG", tag))
        session.stall()

    return act


def endless(text: bytes, begin: bytes = b"") -> Act:
    """Sends the beginning and then this over and over, until the client goes away. %d becomes a running number."""

    def act(session: Session, _: bytes) -> None:
        session.send(begin)
        if b"%d" in text:
            number = 0
            while True:
                session.send(b"".join(text.replace(b"%d", b"%d" % (number + step)) for step in range(500)))
                number += 500
        block = text * max(1, CHUNK // len(text))
        while True:
            session.send(block)

    return act


def long_line(size: int, begin: bytes, end: bytes = b"\r\nTAG OK done\r\n", fill: bytes = b"A") -> Act:
    """One line of so many bytes, then the answer, as if nothing were strange."""

    def act(session: Session, tag: bytes) -> bool:
        session.send(begin)
        block = fill * (CHUNK // len(fill))
        for _ in range(size // len(block)):
            session.send(block)
        session.send(end.replace(b"TAG", tag))
        return True

    return act


def nested(depth: int, begin: bytes, close: bool) -> Act:
    """So many opening brackets after this beginning; with as many closing ones the line is well-formed."""

    def act(session: Session, tag: bytes) -> bool:
        session.send(begin + b"(" * depth + (b")" * depth + b"\r\n" + tag + b" OK done\r\n" if close else b""))
        if not close:
            session.stall()
        return True

    return act


def drip(text: bytes, pause: float = 0.05) -> Act:
    """One byte at a time, for ever: each read succeeds in time, the whole never does."""

    def act(session: Session, _: bytes) -> None:
        while not session.stopping.is_set():
            for byte in text:
                session.send(bytes([byte]))
                time.sleep(pause)

    return act


def silence(session: Session, _: bytes) -> None:
    """Never answers."""
    session.stall()


def end(session: Session, _: bytes) -> None:
    """Closes properly, without a word."""
    session.finish()


def reset(session: Session, _: bytes) -> None:
    """Breaks the connection."""
    session.reset()
