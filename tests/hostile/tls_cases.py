"""Servers that are not who they should be, or talk in the wrong order: each ends as kind tls and sees no credential."""

import ssl
from collections.abc import Iterator
from datetime import timedelta

from hostile import acts
from hostile.case import Case, Row, World
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


def no_handshake() -> Iterator[Row]:
    """What a server can do instead of a handshake."""
    yield Row("an IMAP greeting in plain text", acts.say(GREETING, go_on=True), {"tls"})
    yield Row("the end", acts.end, {"tls"})
    yield Row("a broken connection", acts.reset, {"tls", "connect"})
    yield Row("silence", acts.silence, {"timeout"}, hangs=True)
    yield Row("noise", acts.endless(bytes(range(256))), {"tls"})
    yield Row("a TLS record, a byte now and then", acts.drip(acts.TLS_RECORD), {"timeout", "tls"}, hangs=True)
    yield Row("endless alerts", acts.endless(b"\x15\x03\x03\x00\x02\x01\x00"), {"tls", "limit", "timeout"}, hangs=True)
    yield Row("endless empty records", acts.endless(b"\x16\x03\x03\x00\x00"), {"tls", "limit", "timeout"}, hangs=True)


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
    for row in no_handshake():
        for when, timed in (("at once", row.act), ("after the hello", wait_for_hello(row.act))):
            yield row.case(f"tls: instead of a handshake, {when}",
                           lambda timed=timed: Listener(lambda session: timed(session, b"")),
                           lambda key, port: implicit(key, port, world.authority.certificate), secrecy=True)
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


def before_starttls() -> Iterator[Row]:
    """Greetings that leave no way to TLS."""
    greetings = (("stripped", GREETING), ("stripped, offered to LOGIN", b"* OK [CAPABILITY IMAP4rev1] ready.\r\n"),
                 ("PREAUTH before it", b"* PREAUTH [CAPABILITY IMAP4rev1 QUOTA] welcome\r\n"),
                 ("PREAUTH with STARTTLS", b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\r\n"))
    for name, text in greetings:
        yield Row(name, acts.say(text, go_on=True), {"tls"})


def at_starttls(context: ssl.SSLContext) -> Iterator[Row]:
    """Answers to STARTTLS."""
    tls = {"tls"}
    for name, text in (("a capability line", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED\r\n"),
                       ("an OK for the next tag", b"A2 OK [CAPABILITY IMAP4rev1] Logged in\r\n"),
                       ("PREAUTH", b"* PREAUTH welcome\r\n"), ("half a line", b"* OK"), ("one byte", b"\n"),
                       ("a quota", b'* QUOTA "" (STORAGE 1 100)\r\n'), ("64 KiB", b"* OK x\r\n" * 8192)):
        yield Row(f"plain text after OK: {name}", inject(text, context), tls)
    yield Row("NO", acts.say(b"TAG NO not now\r\n", go_on=True), tls)
    yield Row("BAD", acts.say(b"TAG BAD never\r\n", go_on=True), tls)
    yield Row("the end", acts.end, tls | {"protocol"})
    yield Row("BYE", acts.say(b"* BYE gone\r\n"), tls | {"protocol", "throttled"})
    yield Row("silence", acts.silence, {"timeout"}, hangs=True)
    yield Row("OK, then silence", acts.then_silence(b"TAG OK begin\r\n"), {"timeout"}, hangs=True)
    yield Row("OK, then the end", acts.say(b"TAG OK begin\r\n"), tls)
    yield Row("OK, then plain text", plain_after_hello, tls)
    yield Row("OK of another tag", acts.then_silence(b"zz OK begin\r\n"), tls | {"protocol", "timeout"}, hangs=True)
    yield Row("endless lines before OK", acts.endless(b"* OK wait\r\n"), {"limit", "timeout", "protocol"}, hangs=True)
    yield Row("a line of 300 MB", acts.long_line(300_000_000, b"* OK "), {"limit"})


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
    for row in before_starttls():
        yield row.case("starttls", lambda row=row: Listener(Dialogue(acts={"greeting": row.act})), address("127.0.0.1"),
                       secrecy=True)
    offer = acts.say(OFFER, go_on=True)
    for row in at_starttls(context):
        yield row.case("starttls", lambda row=row: Listener(Dialogue(acts={"greeting": offer, "STARTTLS": row.act})),
                       address("127.0.0.1"), secrecy=True)
    yield Case("starttls: done properly", lambda: Listener(Dialogue(starttls=context)), address("127.0.0.1"),
               frozenset({"good"}))
    yield Case("tls: done properly", lambda: Listener(Dialogue(), tls=context),
               lambda key, port: implicit(key, port, world.authority.certificate), frozenset({"good"}))


def cases(world: World) -> Iterator[Case]:
    """The whole table."""
    yield from implicit_cases(world)
    yield from starttls_cases(world)
