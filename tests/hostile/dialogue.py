"""A tiny well-behaved IMAP server, and the places where a hostile one departs from it."""

import base64
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hostile.wire import Session

USER = "kim.muster@verein.example"
PASSWORD = "open-sesame-7391"
CAPABILITIES = (b"IMAP4rev1 SASL-IR AUTH=PLAIN ID ENABLE NAMESPACE QUOTA "
                b"SPECIAL-USE LIST-EXTENDED LIST-STATUS STATUS=SIZE")
USED_KIB, LIMIT_KIB = 512, 1024
# name on the wire, attributes, messages, octets
FOLDERS = ((b"INBOX", b"\\HasNoChildren", 3, 300000), (b"Sent", b"\\HasNoChildren \\Sent", 2, 220000),
           (b"Trash", b"\\HasNoChildren \\Trash", 1, 4000))

# What the server does instead of answering. It gets the tag of the command (b"" for the greeting). True: the
# conversation goes on as if the question had been answered; otherwise the connection is closed.
Act = Callable[[Session, bytes], bool | None]


def quoted(name: bytes) -> bytes:
    """An IMAP string: quoted, or a literal where that is impossible."""
    if re.search(rb"[\r\n\x00\x80-\xff]", name):
        return b"{%d}\r\n%s" % (len(name), name)
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


@dataclass
class Dialogue:
    """One server. `acts` maps a place to an act: "greeting", "AUTH" (either way to log in) or the name of a command."""

    acts: Mapping[str, Act] = field(default_factory=dict)
    capabilities: bytes = CAPABILITIES
    folders: tuple[tuple[bytes, bytes, int, int], ...] = FOLDERS
    root: bytes = b"User quota"
    quota: bytes = b"STORAGE %d %d MESSAGE 6 1000" % (USED_KIB, LIMIT_KIB)
    starttls: ssl.SSLContext | None = None  # offered, and asked for before a login

    def __call__(self, session: Session) -> None:
        """The whole conversation."""
        if "greeting" in self.acts:
            if not self.acts["greeting"](session, b""):
                return
        else:
            session.send(b"* OK [CAPABILITY " + self.offered(session) + b"] ready.\r\n")
        while self.command(session):
            pass

    def offered(self, session: Session) -> bytes:
        """The capabilities of this moment."""
        if self.starttls and not session.secure:
            return b"IMAP4rev1 SASL-IR STARTTLS LOGINDISABLED"
        return self.capabilities

    def command(self, session: Session) -> bool:
        """One command; whether another may follow."""
        tag, _, rest = session.line().partition(b" ")
        while literal := re.search(rb"\{(\d+)(\+?)\}$", rest):
            if not literal.group(2):
                session.send(b"+ go on\r\n")
            rest = rest[: literal.start()] + session.read(int(literal.group(1))) + session.line()
        verb, _, arguments = rest.partition(b" ")
        name = verb.decode(errors="replace").upper()
        place = "AUTH" if name in ("AUTHENTICATE", "LOGIN") else name
        if place in self.acts:
            return bool(self.acts[place](session, tag))
        answer = getattr(self, "_" + name.lower(), None)
        if answer is None:
            session.send(tag + b" BAD unknown command\r\n")
            return True
        return answer(session, tag, arguments) is not False

    def _capability(self, session: Session, tag: bytes, _: bytes) -> None:
        session.send(b"* CAPABILITY " + self.offered(session) + b"\r\n" + tag + b" OK done\r\n")

    def _starttls(self, session: Session, tag: bytes, _: bytes) -> None:
        if not self.starttls:
            session.send(tag + b" BAD no TLS here\r\n")
            return
        session.send(tag + b" OK begin\r\n")
        session.start_tls(self.starttls)

    def _authenticate(self, session: Session, tag: bytes, arguments: bytes) -> None:
        _, _, response = arguments.partition(b" ")
        if not response:
            session.send(b"+ \r\n")
            response = session.line()
        given = base64.b64decode(response).split(b"\0")
        self._log_in(session, tag, given[1:] == [USER.encode(), PASSWORD.encode()])

    def _login(self, session: Session, tag: bytes, arguments: bytes) -> None:
        self._log_in(session, tag, USER.encode() in arguments and PASSWORD.encode() in arguments)

    def _log_in(self, session: Session, tag: bytes, good: bool) -> None:
        if good:
            session.send(tag + b" OK [CAPABILITY " + self.capabilities + b"] Logged in\r\n")
        else:
            session.send(tag + b" NO [AUTHENTICATIONFAILED] Authentication failed.\r\n")

    def _namespace(self, session: Session, tag: bytes, _: bytes) -> None:
        session.send(b'* NAMESPACE (("" "/")) NIL NIL\r\n' + tag + b" OK done\r\n")

    def _getquotaroot(self, session: Session, tag: bytes, folder: bytes) -> None:
        root = quoted(self.root)
        session.send(b"* QUOTAROOT " + folder + b" " + root + b"\r\n"
                     b"* QUOTA " + root + b" (" + self.quota + b")\r\n" + tag + b" OK done\r\n")

    def _list(self, session: Session, tag: bytes, arguments: bytes) -> None:
        lines = []
        for name, attributes, messages, size in self.folders:
            lines.append(b"* LIST (" + attributes + b') "/" ' + quoted(name) + b"\r\n")
            if b"STATUS" in arguments.upper():
                lines.append(b"* STATUS %s (MESSAGES %d SIZE %d)\r\n" % (quoted(name), messages, size))
        session.send(b"".join(lines) + tag + b" OK done\r\n")

    def _id(self, session: Session, tag: bytes, _: bytes) -> None:
        session.send(b"* ID NIL\r\n" + tag + b" OK done\r\n")

    def _enable(self, session: Session, tag: bytes, _: bytes) -> None:
        session.send(b"* ENABLED\r\n" + tag + b" OK done\r\n")

    def _noop(self, session: Session, tag: bytes, _: bytes) -> None:
        session.send(tag + b" OK done\r\n")

    def _logout(self, session: Session, tag: bytes, _: bytes) -> bool:
        session.send(b"* BYE bye\r\n" + tag + b" OK done\r\n")
        session.finish()
        return False
