"""Servers that are not who they should be, or talk in the wrong order: each ends as kind tls and sees no credential."""

import ssl
from collections.abc import Iterator
from datetime import timedelta

from hostile import acts
from hostile.case import Case, World
from hostile.dialogue import CAPABILITIES, Act, Dialogue
from hostile.program import implicit, starttls
from hostile.wire import Listener, Session, server_context
from servers.ca import Certificate

GREETING = b"* OK [CAPABILITY " + CAPABILITIES + b"] ready.\r\n"
OFFER = b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready.\r\n"
TLS = frozenset({"tls"})


def certificates(world: World) -> Iterator[tuple[str, Certificate, str, tuple[str, ...]]]:
    """Bad certificates: name, certificate, the host of the settings, words of which one must be in the detail."""
    mine = world.authority
    yield "the name of another host", mine.wrong_host(), "localhost", ("elsewhere", "name", "host")
    yield "the name of another host, by address", mine.wrong_host(), "127.0.0.1", ("elsewhere", "name", "host")
    yield "no address in it", mine.issue("named", names=("DNS:localhost",)), "127.0.0.1", ("name", "host")
    yield "a wildcard of one label", mine.issue("wild", names=("DNS:*",)), "localhost", ("name", "host")
    yield "an unknown CA", world.stranger.good(), "localhost", ("ca", "issuer", "unknown", "trust")
    yield "expired", mine.expired(), "localhost", ("expired", "ended")
    yield "not yet valid", mine.not_yet_valid(), "localhost", ("not yet", "begins", "activ", "valid")
    yield "expired and of another host", mine.issue("both", names=("DNS:mail.elsewhere.example",),
                                                    begins=timedelta(days=-9), ends=timedelta(days=-2)), "localhost", ()


def contexts(world: World) -> Iterator[tuple[str, ssl.SSLContext, str, tuple[str, ...]]]:
    """Every TLS server that must not be trusted."""
    for name, certificate, host, words in certificates(world):
        yield f"certificate: {name}", server_context(certificate.certificate, certificate.key), host, words
        yield (f"certificate over TLS 1.2: {name}",
               server_context(certificate.certificate, certificate.key, only=ssl.TLSVersion.TLSv1_2), host, words)
    good = world.authority.good()
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        yield f"only {version.name}", server_context(good.certificate, good.key, only=version), "localhost", ("tls",)


def no_handshake() -> Iterator[tuple[str, Act, set[str], bool]]:
    """What a server can do instead of a handshake."""
    yield "an IMAP greeting in plain text", acts.say(GREETING, go_on=True), {"tls"}, False
    yield "the end", acts.end, {"tls"}, False
    yield "a broken connection", acts.reset, {"tls", "connect"}, False
    yield "silence", acts.silence, {"timeout"}, True
    yield "noise", acts.endless(bytes(range(256))), {"tls"}, False
    yield "a TLS record of 16 KiB, a byte now and then", acts.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 16384), {"timeout", "tls"}, True
    yield "endless alerts", acts.endless(b"\x15\x03\x03\x00\x02\x01\x00"), {"tls", "limit", "timeout"}, True
    yield "endless empty records", acts.endless(b"\x16\x03\x03\x00\x00"), {"tls", "limit", "timeout"}, True


def wait_for_hello(act: Act) -> Act:
    """The act, but only after the client has said something."""

    def later(session: Session, tag: bytes) -> bool | None:
        session.read(1)
        return act(session, tag)

    return later


def implicit_cases(world: World) -> Iterator[Case]:
    """TLS from the first byte."""
    good = world.authority.good()
    context = server_context(good.certificate, good.key)
    for name, bad, host, words in contexts(world):
        yield Case(f"tls: {name}", lambda bad=bad: Listener(Dialogue(), tls=bad),
                   lambda key, port, host=host: implicit(key, port, world.authority.certificate, host), TLS,
                   secrecy=True, wrong_words=words)
    for name, act, kinds, hangs in no_handshake():
        for when, timed in (("at once", act), ("after the hello", wait_for_hello(act))):
            yield Case(f"tls: instead of a handshake, {when}: {name}",
                       lambda timed=timed: Listener(lambda session: timed(session, b"")),
                       lambda key, port: implicit(key, port, world.authority.certificate), frozenset(kinds), hangs,
                       secrecy=True)
    for count in range(0, 1500, 67):
        yield Case(f"tls: the end after {count} bytes",
                   lambda count=count: Listener(lambda session: session.cut_tls(context, count, GREETING)),
                   lambda key, port: implicit(key, port, world.authority.certificate),
                   frozenset({"tls", "protocol", "greeting", "connect"}), secrecy=count < 700)


def inject(text: bytes, context: ssl.SSLContext) -> Act:
    """OK to STARTTLS with plain text behind it in the same packet, then a proper handshake."""

    def answer(session: Session, tag: bytes) -> bool:
        session.send(tag + b" OK begin\r\n" + text)
        session.start_tls(context)
        return True

    return answer


def starttls_rows(context: ssl.SSLContext) -> Iterator[tuple[str, dict[str, Act], set[str], bool]]:
    """What can go wrong before TLS begins."""
    tls = {"tls"}
    stripped = acts.say(GREETING, go_on=True)
    yield "stripped", {"greeting": stripped}, tls, False
    yield "stripped, offered to LOGIN", {"greeting": acts.say(b"* OK [CAPABILITY IMAP4rev1] ready.\r\n", go_on=True)}, tls, False
    yield "PREAUTH before it", {"greeting": acts.say(b"* PREAUTH [CAPABILITY IMAP4rev1 QUOTA] welcome\r\n", go_on=True)}, tls, False
    yield "PREAUTH with STARTTLS", {"greeting": acts.say(b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\r\n", go_on=True)}, tls, False
    offered = {"greeting": acts.say(OFFER, go_on=True)}
    for name, text in (("a capability line", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED\r\n"),
                       ("an OK for the next tag", b"A2 OK [CAPABILITY IMAP4rev1] Logged in\r\n"),
                       ("PREAUTH", b"* PREAUTH welcome\r\n"), ("half a line", b"* OK"), ("one byte", b"\n"),
                       ("a quota", b'* QUOTA "" (STORAGE 1 100)\r\n'), ("64 KiB", b"* OK x\r\n" * 8192)):
        yield f"plain text after OK: {name}", offered | {"STARTTLS": inject(text, context)}, tls, False
    yield "NO", offered | {"STARTTLS": acts.say(b"TAG NO not now\r\n", go_on=True)}, tls, False
    yield "BAD", offered | {"STARTTLS": acts.say(b"TAG BAD never\r\n", go_on=True)}, tls, False
    yield "the end", offered | {"STARTTLS": acts.end}, tls | {"protocol"}, False
    yield "BYE", offered | {"STARTTLS": acts.say(b"* BYE gone\r\n")}, tls | {"protocol", "throttled"}, False
    yield "silence", offered | {"STARTTLS": acts.silence}, {"timeout"}, True
    yield "OK, then silence", offered | {"STARTTLS": acts.then_silence(b"TAG OK begin\r\n")}, {"timeout"}, True
    yield "OK, then the end", offered | {"STARTTLS": acts.say(b"TAG OK begin\r\n")}, tls, False
    yield "OK, then plain text", offered | {"STARTTLS": plain_after_hello}, tls, False
    yield "OK of another tag", offered | {"STARTTLS": acts.then_silence(b"zz OK begin\r\n")}, tls | {"protocol", "timeout"}, True
    yield "endless lines before OK", offered | {"STARTTLS": acts.endless(b"* OK wait\r\n")}, {"limit", "timeout", "protocol"}, True
    yield "a line of 300 MB", offered | {"STARTTLS": acts.long_line(300_000_000, b"* OK ")}, {"limit"}, False


def plain_after_hello(session: Session, tag: bytes) -> None:
    """Says OK, waits for the client's hello and answers in plain text."""
    session.send(tag + b" OK begin\r\n")
    session.read(16)
    session.send(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] all is well\r\n" * 20)
    session.finish()


def starttls_cases(world: World) -> Iterator[Case]:
    """TLS on request."""
    good = world.authority.good()
    context = server_context(good.certificate, good.key)

    def address(host: str):
        return lambda key, port: starttls(key, port, world.authority.certificate, host)

    for name, bad, host, words in contexts(world):
        yield Case(f"starttls: {name}", lambda bad=bad: Listener(Dialogue(starttls=bad)), address(host), TLS,
                   secrecy=True, wrong_words=words)
    for name, table, kinds, hangs in starttls_rows(context):
        yield Case(f"starttls: {name}", lambda table=table: Listener(Dialogue(acts=table)), address("127.0.0.1"),
                   frozenset(kinds), hangs, secrecy=True)
    yield Case("starttls: done properly", lambda: Listener(Dialogue(starttls=context)), address("127.0.0.1"),
               frozenset({"good"}))
    yield Case("tls: done properly", lambda: Listener(Dialogue(), tls=context),
               lambda key, port: implicit(key, port, world.authority.certificate), frozenset({"good"}))


def cases(world: World) -> Iterator[Case]:
    """The whole table."""
    yield from implicit_cases(world)
    yield from starttls_cases(world)
