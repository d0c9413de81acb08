"""Servers are treated with respect: few connections, rare logins after a refusal, long rests when they ask for it. What
the program did is counted at the server."""

import shutil
import threading
import unittest
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack

from support import CLUB, Mailbox, Running, Settings, private_folder, wait_for

from hostile.dialogue import PASSWORD, USER, Dialogue
from hostile.smtp_cases import SmtpDialogue
from hostile.wire import Listener, Session

REFUSED = b"NO [AUTHENTICATIONFAILED] Authentication failed."


class Guests(Dialogue):
    """A good server that counts who is there at the same time, and keeps everybody until it is as full as it gets."""

    def __init__(self, expected: int):
        super().__init__()
        self.expected, self.most, self.served, self.searches = expected, 0, 0, 0
        self._here: set[int] = set()
        self._changed = threading.Condition()

    def __call__(self, session: Session) -> None:
        self._enter(session)
        try:
            super().__call__(session)
        finally:
            self._leave(session)

    def _enter(self, session: Session) -> None:
        with self._changed:
            self._here.add(id(session))
            self.most = max(self.most, len(self._here))
            self._changed.notify_all()

    def _leave(self, session: Session) -> None:
        with self._changed:
            self._here.discard(id(session))
            self._changed.notify_all()

    def _getquotaroot(self, session: Session, tag: bytes, folder: bytes) -> None:
        with self._changed:  # all whom the settings allow come, and whoever is one too many has time to come, too
            self._changed.wait_for(lambda: len(self._here) >= self.expected, 2)
            self._changed.wait_for(lambda: len(self._here) > self.expected, 0.1)
        super()._getquotaroot(session, tag, folder)

    def _examine(self, session: Session, tag: bytes, _: bytes) -> None:
        session.send(b"* OK [UIDVALIDITY 1] ok\r\n" + tag + b" OK done\r\n")

    def _uid(self, session: Session, tag: bytes, _: bytes) -> None:
        self.searches += 1
        session.send(b"* SEARCH\r\n" + tag + b" OK done\r\n")

    def _logout(self, session: Session, tag: bytes, arguments: bytes) -> bool:
        self.served += 1
        self._leave(session)  # before the client hears that it may go
        return super()._logout(session, tag, arguments)


class Refusing(Dialogue):
    """Answers every login by `answer` or ends it by a BYE; with neither it is a good server."""

    def __init__(self, answer: bytes | None, *, bye: bytes = b""):
        super().__init__()
        self.answer, self.bye = answer, bye
        self.logins: Counter[bytes] = Counter()  # by what the credentials were

    def _authenticate(self, session: Session, tag: bytes, arguments: bytes) -> None:
        self.logins[arguments] += 1
        if self.bye:
            session.send(b"* BYE " + self.bye + b"\r\n")
            session.finish()
        elif self.answer is None:
            super()._authenticate(session, tag, arguments)
        else:
            session.send(tag + b" " + self.answer + b"\r\n")

    def count(self) -> int:
        """Logins so far."""
        return sum(self.logins.values())


class Politeness(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = private_folder("settings")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def settings(self, servers: dict[str, int], mailboxes: Sequence[Mailbox], *poll: str) -> Settings:
        """Settings for scripted servers on these ports."""
        lines = {key: [f'imap = "imap://127.0.0.1:{port}"', "plaintext = true"] for key, port in servers.items()}
        return Settings(self.folder, lines, list(mailboxes), poll=poll or ('interval = "1s"',)).write()

    @staticmethod
    def box(name: str, server: str = "club", password: str = PASSWORD, username: str = USER) -> Mailbox:
        """A mailbox that logs in as the scripted servers expect."""
        return Mailbox(f"{name}@{CLUB}", password, server=server, lines=[f'username = "{username}"'])

    def rounds(self, running: Running, slug: str, count: int) -> None:
        """Waits until this mailbox was looked at so often again."""
        seen: set[float] = set()

        def enough() -> bool:
            seen.add(running.metric("probe_last_success_timestamp_seconds", f'mailbox="{slug}"') or 0)
            return len(seen) > count

        wait_for(enough, f"{count} looks at {slug}:\n{running.child.words()}", 90)

    def test_forty_mailboxes_never_make_more_connections_than_allowed(self) -> None:
        for per_server in (4, 1):
            with self.subTest(per_server=per_server):
                self.setUp()
                guests = Guests(per_server)
                boxes = [self.box(f"box{number}") for number in range(40)]
                with Listener(guests) as listener:
                    settings = self.settings({"club": listener.port}, boxes, 'interval = "1h"', f"per_server = {per_server}",
                                             "workers = 16")
                    with Running(settings) as running:
                        running.wait_until_ready()
                        self.assertEqual(running.total("probe_success"), 40, running.child.words())
                self.assertEqual(guests.served, 40)
                self.assertEqual(guests.most, per_server)

    def test_the_search_for_what_came_back_is_one_of_the_connections(self) -> None:
        guests, sink = Guests(1), SmtpDialogue()
        guests.quota = b"STORAGE 970 1000"
        with Listener(guests) as imap, Listener(sink) as smtp:
            boxes = [self.box(f"box{number}") for number in range(6)]
            settings = self.settings({"club": imap.port}, boxes, 'interval = "1s"', "per_server = 1")
            settings.smtp = [f'server = "smtp://127.0.0.1:{smtp.port}"', "plaintext = true",
                             'from = "Web <webmaster@verein.example>"']
            settings.alerts = (*settings.alerts, "burst = {}")
            settings.write()
            with settings.file.open("a") as file:
                file.write(f'\n[bounces]\nserver = "imap://127.0.0.1:{imap.port}"\nplaintext = true\n'
                           f'username = "{USER}"\npassword = {settings.password_file("bounces", PASSWORD)}\n')
            for _ in range(2):
                with Running(settings) as running:
                    wait_for(lambda: len(sink.mails) >= 6, f"mails:\n{running.child.words()}", 60)
                    running.wait_for_metric("outbox_pending", value=0)
                    self.rounds(running, "box1", 3)
        self.assertGreater(guests.searches, 0)
        self.assertEqual(guests.most, 1)

    def test_a_refused_login_rests_across_a_restart_until_the_password_changes(self) -> None:
        refusing = Refusing(REFUSED)
        with ExitStack() as stack:
            bad, good = stack.enter_context(Listener(refusing)), stack.enter_context(Listener(Dialogue()))
            settings = self.settings({"bad": bad.port, "good": good.port},
                                     [self.box("refused", "bad", "wrong"), self.box("calm", "good")])
            for _ in range(2):
                with Running(settings) as running:
                    running.wait_until_ready()
                    self.rounds(running, "calm", 3)
                    self.assertEqual(refusing.count(), 1, running.child.words())
            with Running(settings) as running:
                running.wait_until_ready()
                refusing.answer = None  # the right password is what the script wants
                settings.password_file(f"refused@{CLUB}", PASSWORD)
                running.wait_for_metric("probe_success", 'mailbox="refused"', value=1)
        self.assertEqual(list(refusing.logins.values())[0], 1)

    def test_one_mailboxs_refusal_stops_no_other_of_the_same_server(self) -> None:
        with Listener(Dialogue()) as listener:
            settings = self.settings({"club": listener.port}, [self.box("wrong", password="wrong"), self.box("right")])
            with Running(settings) as running:
                running.wait_until_ready()
                self.assertEqual(running.metric("probe_success", 'mailbox="right"'), 1)
                self.assertEqual(running.metric("probe_success", 'mailbox="wrong"'), 0)
                self.rounds(running, "right", 2)

    def test_a_shared_login_is_tried_three_times_and_said_once(self) -> None:
        forms = {"template": lambda name: "{address}*master", "written out": lambda name: f"{name}@{CLUB}*master",
                 "authorisation identity": lambda name: 'master"\nauthorize_as = "{address}'}
        for form, username in forms.items():
            with self.subTest(form):
                self.setUp()
                refusing = Refusing(REFUSED)
                names = [f"box{number}" for number in range(12)]
                with Listener(refusing) as listener:
                    boxes = [self.box(name, password="", username=username(name)) for name in names]
                    settings = self.settings({"club": listener.port}, boxes, 'interval = "1s"', "workers = 1", "per_server = 1")
                    self.one_password(settings)
                    with Running(settings) as running:
                        running.wait_until_ready()
                        wait_for(lambda: refusing.count() >= 3, f"three logins:\n{running.child.words()}")
                        running.wait_for_metric("mailboxes", 'stage="unknown"', value=12)
                        self.assertEqual(refusing.count(), 3, running.child.words())

    @staticmethod
    def one_password(settings: Settings) -> None:
        """Lets all mailboxes have the same file."""
        text = settings.file.read_text()
        place = settings.password_file("master", "of all")
        lines = [f"password = {place}" if line.startswith("password = {") else line for line in text.splitlines()]
        settings.file.write_text("\n".join(lines) + "\n")

    def rests(self, refusing: Refusing, kind: str) -> None:
        """The server is left alone while another one, as often due, is looked at again and again."""
        self.setUp()
        with ExitStack() as stack:
            bad, good = stack.enter_context(Listener(refusing)), stack.enter_context(Listener(Dialogue()))
            settings = self.settings({"bad": bad.port, "good": good.port},
                                     [self.box("busy", "bad"), self.box("calm", "good")])
            with Running(settings) as running:
                running.wait_until_ready()
                self.rounds(running, "calm", 4)
                self.assertEqual(running.total("probe_failures_total", 'mailbox="busy"', f'kind="{kind}"'), 1,
                                 running.child.words())
        self.assertEqual(refusing.count(), 1)

    def test_a_server_that_asks_for_a_rest_gets_one(self) -> None:
        for answer in (b"NO [UNAVAILABLE] Temporary authentication failure.", b"NO [INUSE] Mailbox is locked by POP3",
                       b"NO [LIMIT] Too many sessions", b"NO Too many simultaneous connections",
                       b"NO Account is temporarily throttled, try again later"):
            with self.subTest(answer):
                self.rests(Refusing(answer), "throttled")
        for bye in (b"[UNAVAILABLE] going down", b"Too many connections from your IP", b"[LIMIT] enough"):
            with self.subTest(bye=bye):
                self.rests(Refusing(None, bye=bye), "throttled")

    def test_a_provider_that_is_gone_is_one_line_in_the_log(self) -> None:
        boxes = [self.box(f"box{number}") for number in range(20)]
        settings = self.settings({"club": 1}, boxes, 'interval = "1h"')
        with Running(settings) as running:
            running.wait_until_ready()
            lines = [line for line in running.log.read_text().splitlines() if "refused" in line or "connect" in line]
            self.assertEqual(len(lines), 1, lines)
            self.assertIn("server club", lines[0])


if __name__ == "__main__":
    unittest.main()
