"""Mailboxes are never changed: every command on the wire is one of the read-only ones, and a real Dovecot holds the
same messages, flags and modification sequences before and after."""

import imaplib
import re
import shutil
import unittest
from collections.abc import Callable
from pathlib import Path

from support import CLUB, MIB, Authority, Dovecot, Mailbox, Running, ServerTest, Settings, mailquotad, private_folder

from bench.proxy import Proxy

KIM = f"kim@{CLUB}"
ITEMS = r"(UID|RFC822\.SIZE|INTERNALDATE|FLAGS)"
IMAP_COMMANDS = re.compile(
    r'\w+ (CAPABILITY|ID NIL|STARTTLS|NAMESPACE|ENABLE [A-Z0-9= ]+|UNSELECT|NOOP|LOGOUT|LOGIN .*|AUTHENTICATE \S+( \S+)?'
    r'|LIST "" "\*"( RETURN \(.*\))?|STATUS ".*" \([A-Z ]+\)|GETQUOTA ".*"|GETQUOTAROOT ".*"|EXAMINE ".*"'
    rf"|(UID )?SEARCH [A-Z0-9 ().:-]+|UID FETCH [0-9:,*]+ \({ITEMS}( {ITEMS})*\)( \(CHANGEDSINCE [0-9]+\))?)"
    r"|[A-Za-z0-9+/]+=*")
POP3_COMMANDS = re.compile(r"CAPA|STLS|USER .*|PASS .*|AUTH \S+( \S+)?|STAT|LIST|UIDL|NOOP|QUIT|[A-Za-z0-9+/]+=*")


def without(*capabilities: bytes) -> Callable[[bytes], bytes]:
    """Makes a Dovecot one that cannot do this."""

    def rewrite(data: bytes) -> bytes:
        for capability in capabilities:
            data = data.replace(capability, b"X" * len(capability))
        return data

    return rewrite


class OnTheWire(unittest.TestCase):
    """Dovecot without TLS behind a proxy that records; the shapes are made by taking capabilities away."""

    @classmethod
    def setUpClass(cls) -> None:
        files = private_folder("ca")
        cls.addClassCleanup(shutil.rmtree, files, ignore_errors=True)
        cls.dovecot = Dovecot(Authority(files), tls=False, mechanisms=("plain", "login", "cram-md5", "scram-sha-256"))
        cls.addClassCleanup(cls.dovecot.stop)
        cls.dovecot.add(KIM, "pw", storage=20 * MIB)
        cls.dovecot.start()
        cls.dovecot.fill(KIM, 2 * MIB)

    def setUp(self) -> None:
        self.folder = private_folder("settings")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def said(self, protocol: str, looks: int = 2, rewrite: Callable[[bytes], bytes] | None = None, depth: str = "totals",
             commands: tuple[str, ...] = (), mechanism: str = "plain") -> list[str]:
        """All lines that the program sent in so many looks and in these commands."""
        port = self.dovecot.imap if protocol == "imap" else self.dovecot.pop3
        with Proxy(port, rewrite=rewrite) as proxy:
            lines = [f'{protocol} = "{protocol}://localhost:{proxy.port}"', "plaintext = true",
                     f'mechanism = "{mechanism}"']
            mailbox = Mailbox(KIM, "pw", lines=[f'protocol = "{protocol}"', f'depth = "{depth}"'])
            settings = Settings(self.folder, {"club": lines}, [mailbox]).write()
            for _ in range(looks):
                done = mailquotad("check", "--config", settings.file, "--format", "json")
                self.assertIn('"failure": null', done.stdout, done.stdout + done.stderr)
            for command in commands:
                mailquotad(command, KIM, "--config", settings.file)
            connections = proxy.take()
        return [line for one in connections for line in bytes(one.said).decode(errors="replace").splitlines()]

    def assert_all_allowed(self, lines: list[str], allowed: re.Pattern) -> None:
        self.assertEqual([line for line in lines if not allowed.fullmatch(line)], [])

    def test_imap_says_nothing_but_the_commands_of_its_list(self) -> None:
        shapes = {"everything": None, "no STATUS=SIZE": without(b"STATUS=SIZE"),
                  "no LIST-STATUS": without(b"LIST-STATUS"), "neither": without(b"LIST-STATUS", b"STATUS=SIZE"),
                  "bare IMAP4rev1": without(b"LIST-STATUS", b"STATUS=SIZE", b"SPECIAL-USE", b"LIST-EXTENDED",
                                            b"NAMESPACE", b"QUOTA", b"SASL-IR")}
        for name, rewrite in shapes.items():
            with self.subTest(name):
                lines = self.said("imap", rewrite=rewrite)
                self.assertTrue(any(" LOGOUT" in line for line in lines))
                self.assertEqual(any(" UID FETCH " in line for line in lines), "SIZE" in name or "IMAP4" in name
                                 or name == "neither")
                self.assert_all_allowed(lines, IMAP_COMMANDS)

    def test_an_unchanged_folder_is_not_fetched_twice(self) -> None:
        rewrite = without(b"LIST-STATUS", b"STATUS=SIZE")
        first = self.said("imap", looks=1, rewrite=rewrite)
        both = self.said("imap", looks=3, rewrite=rewrite)
        fetches = [sum(" UID FETCH " in line for line in lines) for lines in (first, both)]
        self.assertGreater(fetches[0], 0)
        self.assertEqual(fetches[0], fetches[1])

    def test_deeper_looks_say_nothing_else(self) -> None:
        told = mailquotad("--help").stdout
        commands = tuple(name for name in ("survey", "preview", "explain", "history") if re.search(rf"^ +{name}\b", told,
                                                                                                   re.MULTILINE))
        self.assertIn("preview", commands)
        self.assert_all_allowed(self.said("imap", depth="sizes", commands=commands), IMAP_COMMANDS)

    def test_pop3_says_nothing_but_the_commands_of_its_list(self) -> None:
        for mechanism in ("plain", "login", "cram-md5", "scram-sha-256"):
            with self.subTest(mechanism):
                lines = self.said("pop3", mechanism=mechanism)
                self.assertEqual(lines[-1], "QUIT")
                self.assert_all_allowed([line for line in lines if line], POP3_COMMANDS)
                self.assertFalse({"DELE", "RETR", "RSET", "TOP"} & {line.split(" ")[0] for line in lines})


class InTheMailbox(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(KIM, "pw", storage=20 * MIB)
        cls.dovecot.fill(KIM, 2 * MIB)

    def state(self, protocol: str) -> dict[str, object]:
        """Every folder's counters, every message's flags and modification sequence, and the names of the files.

        Whoever logs in by POP3 makes Dovecot take the inbox's \\Recent away, which is no flag that it stores (RFC 3501
        section 2.3.2): there neither \\Recent nor the folder that it moves a file to is compared.
        """
        is_imap = protocol == "imap"
        counters = "(MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)"
        found: dict[str, object] = {}
        connection = self.dovecot.connect(KIM)
        try:
            connection.enable("CONDSTORE")
            for line in connection.list()[1]:
                name = line.decode().rpartition(' "/" ')[2]
                found[name] = connection.status(name, counters if is_imap else counters.replace("RECENT ", ""))[1]
                connection.select(name, readonly=True)
                messages = connection.uid("FETCH", "1:*", "(FLAGS MODSEQ)")[1]
                found[f"{name} messages"] = (messages if is_imap else
                                             [re.sub(rb" ?\\Recent", b"", message or b"") for message in messages])
                connection.unselect()
        finally:
            connection.logout()
        mail = Path(self.dovecot.maildir(KIM))
        found["files"] = sorted(str(path.relative_to(mail)) if is_imap else path.name.partition(":")[0]
                                for kind in ("new", "cur") for path in mail.glob(f"**/{kind}/*"))
        return found

    def assert_unchanged(self, before: dict[str, object], protocol: str) -> None:
        after = self.state(protocol)
        self.assertGreater(len(before["files"]), 20)
        self.assertEqual(before.keys(), after.keys())
        for key, value in before.items():
            self.assertEqual(value, after[key], key)

    def test_looks_surveys_and_the_daemon_leave_everything_as_it_is(self) -> None:
        imaplib.Commands.setdefault("UNSELECT", ("SELECTED",))
        self.state("imap")  # Dovecot makes its indexes at the first look
        for protocol in ("imap", "pop3"):
            for depth in ("totals", "sizes"):
                before = self.state(protocol)
                with self.subTest(depth=depth, protocol=protocol):
                    settings = self.settings(Mailbox(KIM, "pw", lines=[f'depth = "{depth}"', f'protocol = "{protocol}"']))
                    settings.servers["club"] += [f'pop3 = "pop3s://localhost:{self.dovecot.pop3s}"']
                    settings.write()
                    self.check(settings)
                    if " survey " in mailquotad("--help").stdout and protocol == "imap":
                        mailquotad("survey", KIM, "--config", settings.file)
                    with Running(settings) as running:
                        running.wait_until_ready()
                    self.assert_unchanged(before, protocol)


if __name__ == "__main__":
    unittest.main()
