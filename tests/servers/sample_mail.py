"""Fills a Maildir with folders and mail as a person's mailbox has them after some years, to the byte."""

import base64
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

from .processes import Account

_SUBJECTS = ("Protokoll der Leiterrunde", "Fotos vom Sommerlager", "Anmeldung Pfingsten", "Re: Schlüssel fürs Heim",
             "Rechnung Bastelmaterial", "Packliste", "Einladung Mitgliederversammlung", "Rückfrage Zuschussantrag",
             "Re: Re: Terminfindung", "Flyer Entwurf 3", "Newsletter Landesverband", "Fahrtkosten", "Minutes of the meeting",
             "Photos", "Re: tents and kitchen", "Your order has shipped")
_PEOPLE = ("Alex Ahrens <alex@verein.example>", "Büro <buero@verein.example>", "Ines Ilic <ines@privat.example>",
           "Newsletter <news@landesverband.example>", "Toni Thaler <toni@privat.example>", "Kasse <kasse@verein.example>")
_MONTH = 30 * 86400
_LARGEST = 18 * 2**20


@dataclass(frozen=True)
class Share:
    """A folder and what part of the mailbox lies in it."""

    folder: str  # as the owner sees it, "/" between levels; "" is the inbox
    part: float
    months: int  # how far back its mail reaches
    median: int = 9_000  # size of a usual mail there, bytes


SHARES = (
    Share("", 0.38, 60), Share("Sent", 0.21, 60, 12_000), Share("Trash", 0.15, 14), Share("Archive", 0.04, 84),
    Share("Archive/2023", 0.08, 36), Share("Junk", 0.02, 2, 6_000), Share("Drafts", 0.01, 20, 4_000),
    Share("Zeltlager 2025", 0.08, 20, 60_000), Share("Fahrtenbücher", 0.03, 40, 30_000))


@dataclass
class _Words:
    """Bytes to build bodies and attachments from; one pool for all messages."""

    source: random.Random
    lines: bytes = field(init=False)

    def __post_init__(self) -> None:
        encoded = base64.b64encode(self.source.randbytes(57 * 40_000))
        self.lines = b"".join(encoded[at:at + 76] + b"\r\n" for at in range(0, len(encoded), 76))

    def take(self, size: int) -> bytes:
        """`size` bytes of base64 lines; the last line ends with CRLF if there is room for one."""
        begin = 78 * self.source.randrange(20_000)
        taken = bytearray(self.lines[begin:begin + size])
        while len(taken) < size:
            taken += self.lines[:size - len(taken)]
        if size >= 2:
            taken[-2:] = b"\r\n"
        return bytes(taken)


def encode_folder(name: str) -> str:
    """The name of a folder in modified UTF-7 (RFC 3501, 5.1.3)."""
    return name.replace("&", "&-").encode("utf-7").decode().replace("+", "&") if not name.isascii() else name


def maildir_of(maildir: Path, folder: str) -> Path:
    """Where a folder lies in the Maildir++ layout."""
    return maildir / ("." + encode_folder(folder).replace("/", ".")) if folder else maildir


def _sizes(source: random.Random, total: int, median: int) -> Iterator[int]:
    """Log-normal sizes and now and then a large attachment, exactly `total` bytes together."""
    left = total
    while left > 0:
        large = source.random() < 0.012
        size = int(source.uniform(1.5e6, 9e6)) if large else int(source.lognormvariate(0, 1.5) * median)
        size = min(max(size, 900), _LARGEST)
        if left - size < 900 or (large and size > total * 0.35):
            size = left if left < 2_000_000 else min(size, left // 2)
        left -= size
        yield size


def _message(source: random.Random, words: _Words, size: int, sent: float, number: int) -> bytes:
    """One message of exactly `size` bytes (at least 700) with CRLF line ends."""
    subject = base64.b64encode(source.choice(_SUBJECTS).encode()).decode()
    head = (f"Date: {formatdate(sent)}\r\nFrom: {_quoted(source.choice(_PEOPLE))}\r\n"
            f"To: {_quoted(source.choice(_PEOPLE))}\r\nSubject: =?utf-8?B?{subject}?=\r\n"
            f"Message-ID: <{int(sent)}.{number}@sample.example>\r\nMIME-Version: 1.0\r\n")
    if size < 40_000:
        head += "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
        tail = ""
    else:
        head += ('Content-Type: multipart/mixed; boundary="part"\r\n\r\n--part\r\nContent-Type: text/plain\r\n\r\n'
                 "See the attachment.\r\n--part\r\nContent-Type: application/octet-stream\r\n"
                 f'Content-Disposition: attachment; filename="IMG_{number:04}.jpg"\r\n'
                 "Content-Transfer-Encoding: base64\r\n\r\n")
        tail = "--part--\r\n"
    room = size - len(head) - len(tail)
    if room < 0:
        raise ValueError(f"a message of {size} bytes has no room for its header")
    return head.encode() + words.take(room) + tail.encode()


def _quoted(person: str) -> str:
    name, _, address = person.partition(" <")
    if name.isascii():
        return person
    return f"=?utf-8?B?{base64.b64encode(name.encode()).decode()}?= <{address}"


class MaildirWriter:
    """Writes messages as the account that the IMAP server runs as."""

    def __init__(self, maildir: Path, account: Account):
        self.maildir = maildir
        self._account = account if os.geteuid() == 0 else None
        self._count = 0

    def folder(self, name: str) -> Path:
        """Creates the folder if it does not exist; its path."""
        path = maildir_of(self.maildir, name)
        for part in (path, path / "cur", path / "new", path / "tmp"):
            if not part.exists():
                part.mkdir(parents=True, mode=0o700)
                self._own(part)
        if name and not (path / "maildirfolder").exists():
            (path / "maildirfolder").touch()
            self._own(path / "maildirfolder")
        return path

    def write(self, folder: Path, message: bytes, received: float, flags: str = "S") -> None:
        """Puts a message there as if delivered at that time; its sizes stand in its name, so that nobody counts."""
        self._count += 1
        size = len(message)
        path = folder / "cur" / f"{int(received)}.M{self._count}P{os.getpid()}.sample,S={size},W={size}:2,{flags}"
        path.write_bytes(message)
        self._own(path)
        os.utime(path, (received, received))

    def _own(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)


def fill(maildir: Path, total: int, account: Account, seed: int = 1) -> None:
    """Adds folders and messages of `total` bytes altogether (as IMAP counts them), the same for the same seed."""
    source = random.Random(seed)
    words = _Words(source)
    writer = MaildirWriter(maildir, account)
    now = time.time()
    left = total
    for share in SHARES:
        folder = writer.folder(share.folder)
        part = left if share is SHARES[-1] else int(total * share.part)
        left -= part
        for number, size in enumerate(_sizes(source, part, share.median)):
            received = now - 3600 - source.random() ** 1.5 * share.months * _MONTH
            seen = share.folder not in ("", "Junk") or source.random() < 0.9
            writer.write(folder, _message(source, words, size, received, number), received, "S" if seen else "")
