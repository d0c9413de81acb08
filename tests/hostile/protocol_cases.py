"""Servers that break IMAP: at the greeting, at the login and in the middle of the measuring."""

from collections.abc import Iterator

from hostile import acts
from hostile.case import Case, Row, World
from hostile.dialogue import CAPABILITIES, Act, Dialogue
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
# What an answer without any data means, told honestly.
EMPTY = {"AUTH": {"good"}, "GETQUOTAROOT": {"none"}, "LIST": {"no folders"}}
MANY = 300_000_000



def everywhere(place: str) -> Iterator[Row]:
    """What a server can do at any place of the conversation."""
    begin = BEGINNINGS[place]
    over = {"limit"}
    broken = {"protocol", "greeting"} if place == "greeting" else {"protocol"}
    either = over | broken
    # A greeting ends with free text, where {20} is no literal: the login follows and is never answered.
    free_text = place == "greeting"
    announced = either | ({"timeout"} if free_text else set())
    yield Row("silence", acts.silence, {"timeout"}, hangs=True)
    yield Row("a byte now and then", acts.drip(begin.replace(b" ", b"x")), {"timeout"}, hangs=True)
    yield Row("half a line, then silence", acts.then_silence(begin), {"timeout"}, hangs=True)
    yield Row("half a line, then the end", acts.say(begin), broken)
    yield Row("CR without LF, then the end", acts.say(begin + b"x\r"), broken)
    yield Row("the end without a word", acts.end, broken)
    yield Row("a broken connection", acts.reset, broken | {"connect"})
    yield Row("a line of 300 MB", acts.long_line(MANY, begin), over)
    yield Row("a line of 300 MB of NULs", acts.long_line(MANY, begin, fill=b"\0"), either)
    yield Row("a huge literal, announced only", acts.then_silence(begin + b"{4294967295}\r\n"), announced, free_text)
    yield Row("a literal of 2^64, announced only", acts.then_silence(begin + b"{18446744073709551616}\r\n"), announced,
              free_text)
    yield Row("a literal of 30 digits", acts.then_silence(begin + b"{9" + b"9" * 30 + b"}\r\n"), announced, free_text)
    yield Row("20 bytes, announced only", acts.then_silence(begin + b"{20}\r\n"), {"timeout"} | broken, hangs=True)
    yield Row("a literal, cut short", acts.say(begin + b"{20}\r\nabc"), broken)
    yield Row("a negative literal", acts.say(begin + b"{-1}\r\n\r\n"), broken)
    yield Row("literal after literal", acts.endless(b"x" * 60000 + b" {60000}\r\n", begin + b"{60000}\r\n"), either)
    yield Row("endless empty lines", acts.endless(b"\r\n"), either | {"timeout"}, hangs=True)
    yield Row("NUL bytes for ever", acts.endless(b"\0"), either)
    yield Row("noise", acts.endless(bytes(range(256))), either | {"timeout"}, hangs=True)
    yield Row("HTTP", acts.say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n"), broken)


def while_asked(place: str) -> Iterator[Row]:
    """What a server can do in an answer."""
    begin = BEGINNINGS[place]
    over, broken = {"limit"}, {"protocol"}
    either, flood = over | broken, over | {"timeout"}
    yield Row("endless untagged lines", acts.endless(b"* OK still here\r\n"), flood, hangs=True)
    yield Row("endless unknown untagged lines", acts.endless(b"* NEWS %d from the server\r\n"), flood, hangs=True)
    yield Row("endless EXPUNGE", acts.endless(b"* 1 EXPUNGE\r\n"), flood, hangs=True)
    yield Row("endless continuation requests", acts.endless(b"+ go on\r\n"), either)
    yield Row("tags of others for ever", acts.endless(b"zz%d OK done\r\n"), either)
    yield Row("the tag of another, then silence", acts.then_silence(b"zz1 OK done\r\n"), broken | {"timeout"},
              hangs=True)
    yield Row("BYE", acts.say(b"* BYE Server shutting down\r\n"), broken | {"throttled"})
    yield Row("BYE without a line end", acts.say(b"* BYE"), broken)
    yield Row("BAD", acts.say(b"TAG BAD what?\r\n", go_on=True), {"not_told"} if place == "GETQUOTAROOT" else broken)
    yield Row("an empty tagged OK", acts.say(b"TAG OK\r\n", go_on=True), broken | EMPTY[place])
    yield Row("a second greeting", acts.say(b"* PREAUTH welcome\r\n* OK again\r\n"), broken)
    yield Row("2 MB of open brackets", acts.nested(2_000_000, begin, close=False), either)
    yield Row("nested brackets, closed", acts.nested(900_000, begin, close=True), either)
    yield Row("brackets in BODYSTRUCTURE", acts.nested(2_000_000, b"* 1 FETCH (BODYSTRUCTURE ", close=False), either)
    yield Row("a tagged line without a word", acts.say(b"TAG\r\n"), broken)
    yield Row("a tagged line of an unknown word", acts.say(b"TAG MAYBE\r\n"), broken)
    yield Row("64 KiB of text in the answer", acts.long_line(1 << 16, b"* OK ", b"\r\nTAG NO later\r\n"),
              either | {"login_refused", "throttled"})


def measuring() -> Iterator[tuple[str, Row]]:
    """Answers of the right kind, without measure."""
    over = {"limit"}
    yield "GETQUOTAROOT", Row("endless roots", acts.endless(b'* QUOTA "r%d" (STORAGE 1 2)\r\n'), over)
    yield "GETQUOTAROOT", Row("endless resources", acts.endless(b"R%d 1 2 ", b'* QUOTA "User quota" ('), over)
    yield "GETQUOTAROOT", Row("endless root names", acts.endless(b'"r%d" ', b"* QUOTAROOT INBOX "), over)
    yield "LIST", Row("endless folders", acts.endless(b'* LIST () "/" "folder %d"\r\n'), over)
    yield "LIST", Row("endless attributes", acts.endless(b"\\Flag%d ", b"* LIST ("), over)
    yield "LIST", Row("endless sizes", acts.endless(b'* STATUS "folder %d" (MESSAGES 1 SIZE 1)\r\n'), over)
    yield "LIST", Row("endless status items", acts.endless(b"ITEM%d 1 ", b'* STATUS "INBOX" ('), over)
    yield "CAPABILITY", Row("endless capabilities", acts.endless(b"X%d ", b"* CAPABILITY "), over)
    yield "NAMESPACE", Row("endless namespaces", acts.endless(b'("n%d" "/")', b"* NAMESPACE ("), over)


def odd_but_whole() -> Iterator[tuple[str, Row]]:
    """Strange things after which the numbers are still there: they are told rightly, or none is told."""
    fine = {"good", "protocol"}
    greeting = b"* OK [CAPABILITY " + CAPABILITIES + b"] hi\r\n"
    fake_quota, fake_folder = b'* QUOTA "Fake" (STORAGE 99 100)\r\n', b'* LIST () "/" "Fake"\r\n'
    early = b"".join(b"A%d OK done\r\na%d OK done\r\n%d OK done\r\n" % (n, n, n) for n in range(1, 9))
    yield "greeting", Row("answers before questions", acts.say(greeting + early, go_on=True), {"protocol"})
    yield "greeting", Row("quota before the login", acts.say(greeting + fake_quota, go_on=True), fine)
    yield "greeting", Row("folders before the login", acts.say(greeting + fake_folder, go_on=True), fine)
    yield "greeting", Row("a greeting in lower case", acts.say(greeting.replace(b"OK", b"ok"), go_on=True), fine)
    yield "LOGOUT", Row("no answer to LOGOUT", acts.end, {"good"})
    yield "LOGOUT", Row("a broken connection at LOGOUT", acts.reset, {"good", "connect", "protocol"})
    yield "LOGOUT", Row("BAD to LOGOUT", acts.say(b"TAG BAD stay\r\n"), {"good"})
    yield "LOGOUT", Row("silence at LOGOUT", acts.silence, {"good", "timeout"}, hangs=True)
    yield "LOGOUT", Row("endless lines at LOGOUT", acts.endless(b"* OK and another thing\r\n"),
                        {"good", "limit", "timeout"}, hangs=True)


def at_greeting_and_login() -> Iterator[tuple[str, Row]]:
    """Ends that have a name."""
    yield "greeting", Row("BYE", acts.say(b"* BYE not today\r\n"), {"greeting"})
    yield "greeting", Row("BYE, too many", acts.say(b"* BYE [UNAVAILABLE] Too many connections\r\n"), {"throttled"})
    yield "greeting", Row("NO", acts.say(b"* NO not today\r\n"), {"greeting", "protocol"})
    yield "greeting", Row("a tag", acts.say(b"A1 OK hello\r\n"), {"greeting", "protocol"})
    yield "greeting", Row("endless untagged lines", acts.endless(b"* FLAGS ()\r\n"), {"limit", "greeting", "protocol"})
    yield "greeting", Row("2 MB of open brackets", acts.nested(2_000_000, b"* OK [CAPABILITY ", close=False),
                          {"limit", "greeting", "protocol"})
    yield "AUTH", Row("NO", acts.say(b"TAG NO [AUTHENTICATIONFAILED] wrong\r\n"), {"login_refused"})
    yield "AUTH", Row("NO, later", acts.say(b"TAG NO [UNAVAILABLE] later\r\n"), {"throttled"})
    yield "AUTH", Row("challenges for ever", challenges, {"protocol", "limit", "timeout"}, hangs=True)


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
    for place, row in rows():
        dialogue = dialogue_for(place, row.act)
        yield row.case(f"protocol: {place}", lambda dialogue=dialogue: Listener(dialogue), plain)
    context = server_context(good.certificate, good.key)
    for row in [*everywhere("LIST"), *while_asked("LIST")]:
        yield row.case("protocol: over TLS", lambda row=row: Listener(Dialogue(acts={"LIST": row.act}), tls=context),
                       lambda key, port: implicit(key, port, world.authority.certificate))
