"""Servers that break IMAP: at the greeting, at the login and in the middle of the measuring."""

from collections.abc import Iterator

from hostile import acts
from hostile.case import Case, World
from hostile.dialogue import Act, Dialogue
from hostile.program import implicit, plain
from hostile.wire import Listener, server_context

PLACES = ("greeting", "AUTH", "GETQUOTAROOT", "LIST")
# The line with which a server would begin its answer at each place, cut before the first string.
BEGINNINGS = {
    "greeting": b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ",
    "AUTH": b"* CAPABILITY IMAP4rev1 ",
    "GETQUOTAROOT": b"* QUOTA ",
    "LIST": b'* LIST (\\HasNoChildren) "/" ',
}
MANY = 300_000_000

Row = tuple[str, Act, set[str], bool]  # name, act, kinds, whether only the deadline ends it


def everywhere(place: str) -> Iterator[Row]:
    """What a server can do at any place of the conversation."""
    begin = BEGINNINGS[place]
    over = {"limit"}
    broken = {"protocol", "greeting"} if place == "greeting" else {"protocol"}
    yield "silence", acts.silence, {"timeout"}, True
    yield "a byte now and then", acts.drip(begin.replace(b" ", b"x")), {"timeout"}, True
    yield "half a line, then silence", acts.then_silence(begin), {"timeout"}, True
    yield "half a line, then the end", acts.say(begin), broken, False
    yield "CR without LF, then the end", acts.say(begin + b"x\r"), broken, False
    yield "the end without a word", acts.end, broken, False
    yield "a broken connection", acts.reset, broken | {"connect"}, False
    yield "a line of 300 MB", acts.long_line(MANY, begin), over, False
    yield "a line of 300 MB of NULs", acts.long_line(MANY, begin, fill=b"\0"), over | broken, False
    yield "a huge literal, announced only", acts.then_silence(begin + b"{4294967295}\r\n"), over | broken, False
    yield "a literal of 2^64, announced only", acts.then_silence(begin + b"{18446744073709551616}\r\n"), over | broken, False
    yield "a literal of 30 digits", acts.then_silence(begin + b"{9" + b"9" * 30 + b"}\r\n"), over | broken, False
    yield "a small literal, announced only", acts.then_silence(begin + b"{20}\r\n"), {"timeout"} | broken, True
    yield "a literal, cut short", acts.say(begin + b"{20}\r\nabc"), broken, False
    yield "a negative literal", acts.say(begin + b"{-1}\r\n\r\n"), broken, False
    yield "literal after literal", acts.endless(b"x" * 60000 + b" {60000}\r\n", begin + b"{60000}\r\n"), over | broken, False
    yield "endless empty lines", acts.endless(b"\r\n"), over | broken | {"timeout"}, True
    yield "NUL bytes for ever", acts.endless(b"\0"), over | broken, False
    yield "noise", acts.endless(bytes(range(256))), over | broken | {"timeout"}, True
    yield "HTTP", acts.say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n"), broken, False


def while_asked(place: str) -> Iterator[Row]:
    """What a server can do in an answer."""
    begin = BEGINNINGS[place]
    over, broken = {"limit"}, {"protocol"}
    yield "endless untagged lines", acts.endless(b"* OK still here\r\n"), over | {"timeout"}, True
    yield "endless unknown untagged lines", acts.endless(b"* NEWS %d from the server\r\n"), over | {"timeout"}, True
    yield "endless EXPUNGE", acts.endless(b"* 1 EXPUNGE\r\n"), over | {"timeout"}, True
    yield "endless continuation requests", acts.endless(b"+ go on\r\n"), over | broken, False
    yield "tags of others for ever", acts.endless(b"zz%d OK done\r\n"), over | broken, False
    yield "the tag of another, then silence", acts.then_silence(b"zz1 OK done\r\n"), broken | {"timeout"}, True
    yield "BYE", acts.say(b"* BYE Server shutting down\r\n"), broken | {"throttled"}, False
    yield "BYE without a line end", acts.say(b"* BYE"), broken, False
    yield "BAD", acts.say(b"TAG BAD what?\r\n", go_on=True), broken, False
    yield "a second greeting", acts.say(b"* PREAUTH welcome\r\n* OK again\r\n"), broken, False
    yield "2 MB of open brackets", acts.nested(2_000_000, begin, close=False), over | broken, False
    yield "nested brackets, closed", acts.nested(900_000, begin, close=True), over | broken, False
    yield "brackets in BODYSTRUCTURE", acts.nested(2_000_000, b"* 1 FETCH (BODYSTRUCTURE ", close=False), over | broken, False
    yield "a tagged line without a word", acts.say(b"TAG\r\n"), broken, False
    yield "a tagged line of an unknown word", acts.say(b"TAG MAYBE\r\n"), broken, False
    yield "64 KiB of text in the answer", acts.long_line(1 << 16, b"* OK ", b"\r\nTAG NO later\r\n"), \
        over | broken | {"login_refused", "throttled"}, False


def measuring() -> Iterator[tuple[str, Row]]:
    """Answers of the right kind, without measure."""
    over = {"limit"}
    yield "GETQUOTAROOT", ("endless roots", acts.endless(b'* QUOTA "r%d" (STORAGE 1 2)\r\n'), over, False)
    yield "GETQUOTAROOT", ("endless resources", acts.endless(b"R%d 1 2 ", b'* QUOTA "User quota" ('), over, False)
    yield "GETQUOTAROOT", ("endless root names", acts.endless(b'"r%d" ', b"* QUOTAROOT INBOX "), over, False)
    yield "LIST", ("endless folders", acts.endless(b'* LIST () "/" "folder %d"\r\n'), over, False)
    yield "LIST", ("endless attributes", acts.endless(b"\\Flag%d ", b"* LIST ("), over, False)
    yield "LIST", ("endless sizes", acts.endless(b'* STATUS "folder %d" (MESSAGES 1 SIZE 1)\r\n'), over, False)
    yield "LIST", ("endless status items", acts.endless(b"ITEM%d 1 ", b'* STATUS "INBOX" ('), over, False)
    yield "CAPABILITY", ("endless capabilities", acts.endless(b"X%d ", b"* CAPABILITY "), over, False)
    yield "NAMESPACE", ("endless namespaces", acts.endless(b'("n%d" "/")', b"* NAMESPACE ("), over, False)


def odd_but_whole() -> Iterator[tuple[str, Row]]:
    """Strange things after which the numbers are still there: they are told rightly, or none is told."""
    fine = {"good", "protocol"}
    greeting = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR QUOTA LIST-EXTENDED LIST-STATUS STATUS=SIZE NAMESPACE] hi\r\n"
    early = b"".join(b"A%d OK done\r\na%d OK done\r\n%d OK done\r\n" % (n, n, n) for n in range(1, 9))
    yield "greeting", ("answers before questions", acts.say(greeting + early, go_on=True), {"protocol"}, False)
    yield "greeting", ("quota before the login", acts.say(greeting + b'* QUOTA "Fake" (STORAGE 99 100)\r\n', go_on=True), fine, False)
    yield "greeting", ("folders before the login", acts.say(greeting + b'* LIST () "/" "Fake"\r\n', go_on=True), fine, False)
    yield "greeting", ("a greeting in lower case", acts.say(greeting.replace(b"OK", b"ok"), go_on=True), fine, False)
    yield "LOGOUT", ("no answer to LOGOUT", acts.end, {"good"}, False)
    yield "LOGOUT", ("a broken connection at LOGOUT", acts.reset, {"good", "connect", "protocol"}, False)
    yield "LOGOUT", ("BAD to LOGOUT", acts.say(b"TAG BAD stay\r\n"), {"good"}, False)
    yield "LOGOUT", ("silence at LOGOUT", acts.silence, {"good", "timeout"}, True)
    yield "LOGOUT", ("endless lines at LOGOUT", acts.endless(b"* OK and another thing\r\n"), {"good", "limit", "timeout"}, True)


def at_greeting_and_login() -> Iterator[tuple[str, Row]]:
    """Ends that have a name."""
    yield "greeting", ("BYE", acts.say(b"* BYE not today\r\n"), {"greeting"}, False)
    yield "greeting", ("BYE, too many", acts.say(b"* BYE [UNAVAILABLE] Too many connections\r\n"), {"throttled"}, False)
    yield "greeting", ("NO", acts.say(b"* NO not today\r\n"), {"greeting", "protocol"}, False)
    yield "greeting", ("a tag", acts.say(b"A1 OK hello\r\n"), {"greeting", "protocol"}, False)
    yield "greeting", ("endless untagged lines", acts.endless(b"* FLAGS ()\r\n"), {"limit", "greeting", "protocol"}, False)
    yield "greeting", ("2 MB of open brackets", acts.nested(2_000_000, b"* OK [CAPABILITY ", close=False),
                       {"limit", "greeting", "protocol"}, False)
    yield "AUTH", ("NO", acts.say(b"TAG NO [AUTHENTICATIONFAILED] wrong\r\n"), {"login_refused"}, False)
    yield "AUTH", ("NO, later", acts.say(b"TAG NO [UNAVAILABLE] later\r\n"), {"throttled"}, False)
    yield "AUTH", ("challenges for ever", challenges, {"protocol", "limit", "timeout"}, True)


def challenges(session, _: bytes) -> None:
    """A continuation request after every line of the client's."""
    while True:
        session.send(b"+ c2F5IG1vcmU=\r\n")
        session.line()


def rows() -> Iterator[tuple[str, Row]]:
    """Every place with every act."""
    for place in PLACES:
        for row in everywhere(place):
            yield place, row
        for row in while_asked(place) if place != "greeting" else ():
            yield place, row
    yield from measuring()
    yield from odd_but_whole()
    yield from at_greeting_and_login()


def dialogue_for(place: str, act: Act) -> Dialogue:
    """A server with this act. CAPABILITY is only asked of a server that did not tell in time."""
    if place != "CAPABILITY":
        return Dialogue(acts={place: act})
    quiet = acts.say(b"* OK hello\r\n", go_on=True)
    return Dialogue(acts={place: act, "greeting": quiet})


def cases(world: World) -> Iterator[Case]:
    """The whole table in plain text, and what the measuring brings over TLS too."""
    good = world.authority.good()
    for place, (name, act, kinds, hangs) in rows():
        dialogue = dialogue_for(place, act)
        yield Case(f"protocol: {place}: {name}", lambda dialogue=dialogue: Listener(dialogue), plain, frozenset(kinds), hangs)
    context = server_context(good.certificate, good.key)
    for name, act, kinds, hangs in [*everywhere("LIST"), *while_asked("LIST")]:
        yield Case(f"protocol: over TLS: {name}",
                   lambda act=act: Listener(Dialogue(acts={"LIST": act}), tls=context),
                   lambda key, port: implicit(key, port, world.authority.certificate), frozenset(kinds), hangs)
