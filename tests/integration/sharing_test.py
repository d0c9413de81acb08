"""Three daemons on one PostgreSQL: whoever of them is killed, ended, stopped or added, and even while the database is away,
each mailbox is looked at by one at a time, connections stay within the limit, and each decision is one mail."""

import os
import signal
import threading
import time
import unittest
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

from support import CLUB, MIB, PRIVATE, WEBMASTER, Mailbox, Running, ServerTest, Settings, quoted, server, wait_for

from servers.postgresql import Postgresql, SqlFailed

PER_SERVER = 4
MAILBOXES = 24
ESTABLISHED = "01"
LIVES = 20.0  # seconds after which a daemon that is not heard of is dead to the others, with this poll.timeout


class Connections(threading.Thread):
    """Counts the connections to a port that are open at the same time, as the kernel has them."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self._there = f":{port:04X}"
        self._ends = threading.Event()
        self.most = self.looks = 0

    def run(self) -> None:
        # The kernel's table is not read at one moment: a connection that ends meanwhile and the one that follows it may
        # both be in it. What two readings in a row have was open from the end of the first to the begin of the second.
        before: set[str] = set()
        while not self._ends.wait(0.02):
            now = self.open()
            self.looks += 1
            self.most = max(self.most, len(before & now))
            before = now

    def open(self) -> set[str]:
        """The sockets that are connected to the port, on the client's side, each by its inode."""
        return {inode for table in ("/proc/net/tcp", "/proc/net/tcp6")
                for _, _, remote, state, _, _, _, _, _, inode, *_ in map(str.split, table_lines(table))
                if remote.endswith(self._there) and state == ESTABLISHED}

    def end(self) -> None:
        """Stops counting."""
        self._ends.set()
        self.join()


def table_lines(table: str) -> list[str]:
    return Path(table).read_text().splitlines()[1:]


def sockets_of(pid: int) -> set[str]:
    """The inodes of the sockets that a process has."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            kind, _, number = os.readlink(descriptor).partition(":")
            if kind == "socket":
                found.add(number.strip("[]"))
    return found


class Sharing(ServerTest):
    with_smtp = True
    connections_per_user = 1  # a second one at the same time is refused

    @classmethod
    def prepare(cls) -> None:
        for number in range(MAILBOXES):
            cls.dovecot.add(f"box{number}@{CLUB}", "pw", storage=20 * MIB)
            cls.dovecot.add(f"box{number}@{PRIVATE}", "private")

    def setUp(self) -> None:
        super().setUp()
        self.database = self.enterContext(Postgresql()) if hasattr(self, "enterContext") else self._enter(Postgresql())
        self.boxes = [Mailbox(f"box{number}@{CLUB}", "pw", owner=f"box{number}@{PRIVATE}")
                      for number in range(MAILBOXES)]
        self.stack = ExitStack()
        self.addCleanup(self.stack.close)
        self.daemons: list[Running] = []

    def _enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def daemon(self, boxes: list[Mailbox] | None = None) -> Running:
        """One more daemon, with a folder of its own."""
        folder = self.folder / f"daemon{len(self.daemons)}"
        folder.mkdir()
        settings = Settings(folder, {"club": server(self.dovecot, scheme="imap+starttls")}, boxes or self.boxes,
                            poll=('interval = "2s"', 'timeout = "5s"', f"per_server = {PER_SERVER}"),
                            alerts=('confirm_after = "0s"', "quiet_hours = []", "per_hour = 1000",
                                    'burst = { mailboxes = 10000, share = "100%" }'))
        secret = settings.password_file("database", self.database.password)
        settings.top = [f'database = {{ url = "{self.database.url}", password = {secret} }}']
        settings.smtp = [
            f'server = "smtps://localhost:{self.smtp.submissions}"', f'username = "{WEBMASTER}"',
            f'password = {settings.password_file("smtp", "of-the-club")}', f'from = "The Webmaster <{WEBMASTER}>"',
            f'admin = ["{WEBMASTER}"]', f"ca_file = {quoted(self.dovecot.authority.certificate)}"]
        self.daemons.append(self.stack.enter_context(Running(settings.write())))
        return self.daemons[-1]

    def holders(self) -> Counter:
        """How many mailboxes each living daemon holds."""
        rows = self.database.rows("SELECT c.holder, COUNT(*) FROM claim c JOIN daemon d ON d.name = c.holder"
                                  " WHERE c.unit <> '*' GROUP BY c.holder")
        return Counter({name: int(count) for name, count in rows})

    def wait_for_shares(self, daemons: int, seconds: float = 90) -> None:
        """Until so many daemons hold all mailboxes among them, none of them more than its part."""

        def fair() -> bool:
            try:
                held = self.holders()
            except SqlFailed:  # no tables yet
                return False
            return len(held) == daemons and held.total() == MAILBOXES

        try:
            wait_for(fair, "", seconds)
        except TimeoutError:
            raise AssertionError(f"{daemons} daemons should share {MAILBOXES} mailboxes: {self.holders()}\n" +
                                 "\n".join(one.child.words() for one in self.daemons)) from None

    def name_of_speaker(self) -> str:
        return self.database.value("SELECT holder FROM claim WHERE unit = '*'")

    def running(self, daemons: list[Running], holder: str) -> Running:
        """The daemon of this name: its process id is part of it."""
        return next(one for one in daemons if f"-{one.child.pid}-" in holder)

    def fill(self, numbers: range) -> None:
        for number in numbers:
            self.dovecot.fill_to(self.boxes[number].address, 0.96)

    def warned(self, numbers: range) -> list[int]:
        return [number for number in numbers if self.dovecot.messages(self.boxes[number].owner)]

    def wait_for_warnings(self, numbers: range, daemons: list[Running], seconds: float = 120) -> None:
        words = "\n".join(one.child.words() for one in daemons if one.child.runs())
        wait_for(lambda: len(self.warned(numbers)) == len(numbers),
                 f"warnings about {numbers}, not only {self.warned(numbers)}:\n{words}", seconds)

    def test_one_is_killed_one_ended_one_added_one_stopped_and_the_database_goes_away(self) -> None:
        self.boxes[20].password = "wrong"
        connections = Connections(self.dovecot.imap)  # the test itself reads by the other port
        connections.start()
        self.fill(range(0, 4))
        daemons = [self.daemon() for _ in range(3)]
        self.wait_for_shares(3)
        self.wait_for_warnings(range(0, 4), daemons)
        self.assertLessEqual(max(self.holders().values()), MAILBOXES // 2)

        self.fill(range(4, 8))
        dead = self.running(daemons, self.name_of_speaker())
        dead.child.send(signal.SIGKILL)
        killed_at = time.monotonic()
        daemons.remove(dead)
        self.wait_for_shares(2)
        took_over = time.monotonic() - killed_at
        self.wait_for_warnings(range(4, 8), daemons)

        self.database.stop(signal.SIGQUIT)
        for one in daemons:
            one.wait_for_log("Until the database can be written")
        self.fill(range(8, 12))
        time.sleep(LIVES + 5)  # longer than a daemon lives without the database
        self.assertEqual(self.warned(range(8, 12)), [])
        self.database.start()
        self.wait_for_warnings(range(8, 12), daemons)
        for one in daemons:
            one.wait_for_log("the database can be written again")
        self.wait_for_shares(2)

        daemons.append(self.daemon())
        self.wait_for_shares(3)
        ended = daemons.pop(0)
        self.assertEqual(ended.child.stop(), 0)
        self.fill(range(12, 16))
        self.wait_for_shares(2, seconds=LIVES)
        self.wait_for_warnings(range(12, 16), daemons)

        # One that stands still while the others take over, and then goes on as if nothing had been.
        sleeper = daemons.pop(0)
        self.stop_between_looks(sleeper, connections)
        self.fill(range(16, 20))
        self.wait_for_shares(1)
        self.wait_for_warnings(range(16, 20), daemons)
        sleeper.child.send(signal.SIGCONT)
        sleeper.wait_for_log("others have taken over its mailboxes")
        self.wait_for_shares(2)

        wait_for(lambda: bool(self.news()), "the webmaster hears of the refused login")
        connections.end()
        self.assert_nothing_twice(daemons)
        self.assertLessEqual(connections.most, PER_SERVER)
        print(f"sharing: a killed daemon's mailboxes were taken over after {took_over:.1f} s; at most "
              f"{connections.most} connections in {connections.looks} looks, {PER_SERVER} allowed; "
              f"{self.database.value('SELECT COUNT(*) FROM outbox')} mails for 20 decisions and one refused login, "
              f"{self.again} handed over again under its Message-ID after the kill")

    def stop_between_looks(self, daemon: Running, connections: Connections) -> None:
        """Nobody but the mail server can end the connections of a process that stands still; so it has none."""

        def stands_idle() -> bool:
            daemon.child.send(signal.SIGSTOP)
            if not connections.open() & sockets_of(daemon.child.pid):
                return True
            daemon.child.send(signal.SIGCONT)
            return False

        wait_for(stands_idle, "a moment without a connection", 30)

    def news(self) -> list:
        """Mails to the webmaster about the refused login."""
        return [mail for mail in self.dovecot.messages(WEBMASTER)
                if "box20" in mail.get_body(("plain",)).get_content()]

    def assert_nothing_twice(self, daemons: list[Running]) -> None:
        decisions = [[mail["Message-ID"] for mail in mails]
                     for mails in (self.news(), *(self.dovecot.messages(box.owner) for box in self.boxes))]
        self.assertEqual([len(set(mails)) for mails in decisions], [1] + [1] * 20 + [0] * (MAILBOXES - 20), decisions)
        # The mail that the killed daemon was handing over: SMTP cannot tell the next one whether it was taken.
        self.again = sum(len(mails) - len(set(mails)) for mails in decisions)
        self.assertLessEqual(self.again, 1, decisions)
        self.assertEqual(self.database.rows("SELECT message_id FROM outbox WHERE status = 'waiting'"), [])
        log = self.dovecot.child.log.read_text() if self.dovecot.child is not None else ""
        self.assertNotIn("Maximum number of connections", log)
        for one in daemons:
            self.assertNotIn("throttled", one.log.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
