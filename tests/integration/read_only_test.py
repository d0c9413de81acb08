"""Mailboxes are never changed. Everything that the program can do is done here over a proxy that records: each command
is one of the read-only ones, all of them are seen, and a real Dovecot holds the same messages, flags and modification
sequences before and after each of these looks."""

import re
import ssl
import unittest
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from support import CLUB, MIB, PRIVATE, Mailbox, Running, ServerTest, Settings, mailquotad, quoted, wait_for

from bench.proxy import Proxy
from servers.cyrus import ADMINISTRATOR, Cyrus

KIM = f"kim@{CLUB}"
FULL = f"full@{CLUB}"
ODD, UMLAUTS = f"odd@{CLUB}", "päss \"w\\ord"
SENDER = f"webmaster@{CLUB}"
ITEMS = r"(UID|RFC822\.SIZE|INTERNALDATE|FLAGS)"
UIDS = "[0-9:,*]+"
BASE64 = "[A-Za-z0-9+/]+=*"
# Every command that may ever be sent, and what it is called below.
IMAP_COMMANDS = {
    "CAPABILITY": "CAPABILITY", "LOGOUT": "LOGOUT", "NAMESPACE": "NAMESPACE",
    "LOGIN": "LOGIN .*", "AUTHENTICATE": rf"AUTHENTICATE [A-Z0-9-]+( (=|{BASE64}))?",
    "LIST": r'LIST "" "\*"', "LIST-STATUS": r'LIST "" "\*" RETURN \((SPECIAL-USE )?STATUS \([A-Z ]+\)\)',
    "separator": 'LIST "" ""', "STATUS": r'STATUS "[^\r\n]*" \([A-Z ]+\)',
    "GETQUOTAROOT": 'GETQUOTAROOT ".*"', "GETQUOTA": 'GETQUOTA ".*"', "EXAMINE": 'EXAMINE ".*"',
    "sizes": rf"UID FETCH {UIDS} \(UID RFC822\.SIZE\)",
    "numbers": rf"UID FETCH {UIDS} \(UID RFC822\.SIZE INTERNALDATE FLAGS\)",
    "changed flags": rf"UID FETCH {UIDS} \(UID FLAGS\) \(CHANGEDSINCE [0-9]+\)",
    "reports": rf'UID SEARCH UID {UIDS} SINCE \d+-\w+-\d+ OR HEADER Content-Type "delivery-status" FROM "mailer-daemon"'
               r' NOT BODY "Action: delayed" NOT SUBJECT "delayed"',
    "text": rf'UID SEARCH UID {UIDS} TEXT "[^"]*"', "no room": rf'UID SEARCH UID {UIDS} OR BODY "5\.2\.2" BODY "4\.2\.2"'}
POP3_COMMANDS = {"CAPA": "CAPA", "USER": "USER .*", "PASS": "PASS .*", "AUTH": rf"AUTH [A-Z0-9-]+( {BASE64})?",
                 "STAT": "STAT", "LIST": "LIST", "UIDL": "UIDL", "NOOP": "NOOP", "QUIT": "QUIT"}
OPTIONAL = {"UIDL", "NOOP"}  # allowed, and not needed against any of these servers
REPORT = """From: MAILER-DAEMON@{club}
To: {sender}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.2.2

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>
--b--
"""


def without(*capabilities: bytes) -> Callable[[bytes], bytes]:
    """Makes a Dovecot one that cannot do this."""

    def rewrite(data: bytes) -> bytes:
        for capability in capabilities:
            data = data.replace(capability, b"X" * len(capability))
        return data

    return rewrite


NO_SIZES = (b"LIST-STATUS", b"STATUS=SIZE")
BARE = (*NO_SIZES, b"SPECIAL-USE", b"LIST-EXTENDED", b"NAMESPACE", b"QUOTA", b"SASL-IR")


class ReadOnly(ServerTest):
    mechanisms = ("plain", "login", "cram-md5", "scram-sha-256")
    with_smtp = True
    seen: set[str] = set()  # names of commands, over all tests of the class

    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(KIM, "pw", storage=20 * MIB)
        cls.dovecot.add(FULL, "pw", storage=MIB)
        cls.dovecot.add(ODD, UMLAUTS)
        cls.dovecot.add(f"kim@{PRIVATE}", "at home")
        cls.dovecot.add_master("warden", "of all")
        cls.dovecot.fill(KIM, 4 * MIB)
        cls.dovecot.fill_to(FULL, 0.9)

    @classmethod
    def tearDownClass(cls) -> None:
        missing = (set(IMAP_COMMANDS) | {f"POP3 {name}" for name in POP3_COMMANDS}) - cls.seen
        if missing - {f"POP3 {name}" for name in OPTIONAL}:
            raise AssertionError(f"these commands exist, and no test has driven the program to them: {sorted(missing)}")

    # --- the recorder

    @contextmanager
    def recorded(self, protocol: str = "imap", rewrite: Callable[[bytes], bytes | None] | None = None,
                 target: int = 0) -> Iterator[Proxy]:
        """A server in front of Dovecot (or of this port): all that was said to it is judged at the end, and the mailbox
        must be as it was."""
        certificate = self.dovecot.authority.good()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.certificate, certificate.key)
        before = self.state(protocol)
        with Proxy(target or (self.dovecot.imap if protocol == "imap" else self.dovecot.pop3), rewrite=rewrite,
                   tls=context) as proxy:
            yield proxy
            connections = proxy.take()
        self.assertTrue(connections, "nobody came")
        self.said = []
        for one in connections:
            self.assertLess(len(one.said), 1 << 16, "more was said than is recorded")
            self.said += self.judge(bytes(one.said).decode(errors="replace"), protocol)
        after = self.state(protocol)
        self.assertEqual(before.keys(), after.keys())
        for key, value in before.items():
            self.assertEqual(value, after[key], key)

    def judge(self, said: str, protocol: str) -> list[str]:
        """The commands of one conversation by name; fails at the first that is not allowed."""
        names, may_continue = [], ""
        for line in filter(None, said.splitlines()):
            allowed, command = (IMAP_COMMANDS, line.partition(" ")[2]) if protocol == "imap" else (POP3_COMMANDS, line)
            name = next((name for name, form in allowed.items() if re.fullmatch(form, command)), None)
            is_continuation = may_continue == "sasl" and re.fullmatch(f"{BASE64}|=", line) or may_continue == "literal"
            self.assertTrue(name or is_continuation, f"{line!r} was sent")
            if name is not None:
                names.append(name)
                ReadOnly.seen.add(name if protocol == "imap" else f"POP3 {name}")
                may_continue = "sasl" if name in ("AUTHENTICATE", "AUTH") else ""
            if line.endswith("}"):
                may_continue = "literal"
        return names

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
        self.assertGreater(len(found["files"]), 30)
        return found

    # --- what the program is told

    def settings_for(self, proxy: Proxy, protocol: str = "imap", *lines: str, server_lines: tuple[str, ...] = (),
                     password: str = "pw", address: str = KIM, **changes: object) -> Settings:
        """Settings whose only server is the recorder."""
        settings = self.settings(Mailbox(address, password, lines=[f'protocol = "{protocol}"', *lines]), **changes)
        settings.servers["club"] = [f'{protocol} = "{protocol}s://localhost:{proxy.port}"',
                                    f"ca_file = {quoted(self.dovecot.authority.certificate)}", *server_lines]
        return settings.write()

    def look(self, settings: Settings, *arguments: str, fails: bool = False) -> None:
        """One `check` that must succeed, or fail."""
        done = mailquotad("check", "--config", settings.file, "--format", "json", *arguments)
        self.assertEqual('"failure": null' in done.stdout, not fails, done.stdout + done.stderr)

    # --- the paths

    def test_looks_at_servers_of_every_shape(self) -> None:
        shapes = {"everything": (), "no STATUS=SIZE": (b"STATUS=SIZE",), "no LIST-STATUS": (b"LIST-STATUS",),
                  "neither": NO_SIZES, "bare IMAP4rev1": BARE, "no AUTH": (*BARE, b"AUTH="),
                  "capabilities only when asked": (b"[CAPABILITY",)}
        for name, capabilities in shapes.items():
            with self.subTest(name):
                self.setUp()
                with self.recorded(rewrite=without(*capabilities)) as proxy:
                    settings = self.settings_for(proxy)
                    self.look(settings)
                    self.look(settings)
                self.assertEqual(self.said.count("LOGOUT"), 2)
                self.assertEqual("sizes" in self.said, b"STATUS=SIZE" in capabilities)

    def test_an_unchanged_folder_is_not_fetched_twice(self) -> None:
        fetches = []
        for looks in (1, 3):
            self.setUp()
            with self.recorded(rewrite=without(*NO_SIZES)) as proxy:
                settings = self.settings_for(proxy)
                for _ in range(looks):
                    self.look(settings)
            fetches.append(self.said.count("sizes"))
        self.assertGreater(fetches[0], 0)
        self.assertEqual(fetches[0], fetches[1])

    def test_sizing_that_ends_in_the_middle_goes_on_the_next_time(self) -> None:
        left = [1500]  # bytes of the FETCH lines that arrive; then the server says nothing more

        def stall(data: bytes) -> bytes | None:
            data = without(*NO_SIZES)(data)
            if b" FETCH (UID " in data or left[0] <= 0:
                left[0] -= len(data)
                return data if left[0] > 0 else None
            return data

        with self.recorded(rewrite=stall) as proxy:
            settings = self.settings_for(proxy, poll=('interval = "1h"', 'timeout = "3s"'))
            self.look(settings)  # the folders that were not sized in time are simply without a size
            left[0] = 1 << 30
            self.look(settings)
        self.assertIn("sizes", self.said)

    def test_every_way_to_log_in_by_imap(self) -> None:
        for mechanism in ("auto", "plain", "login", "cram-md5", "scram-sha-256"):
            with self.subTest(mechanism), self.recorded() as proxy:
                self.look(self.settings_for(proxy, server_lines=(f'mechanism = "{mechanism}"',)))
        for capabilities in ((b"AUTH=",), (b"AUTH=", b"LITERAL+")):
            with self.recorded(rewrite=without(*capabilities)) as proxy:
                self.look(self.settings_for(proxy, password=UMLAUTS, address=ODD))
            self.assertIn("LOGIN", self.said)

    def test_a_refused_login(self) -> None:
        for protocol in ("imap", "pop3"):
            with self.subTest(protocol), self.recorded(protocol) as proxy:
                self.look(self.settings_for(proxy, protocol, password="wrong"), "--force", fails=True)

    def test_a_master_user_in_both_forms(self) -> None:
        for form in (('username = "{address}*warden"',), ('username = "warden"', 'authorize_as = "{address}"')):
            with self.subTest(form), self.recorded() as proxy:
                self.look(self.settings_for(proxy, "imap", *form, password="of all"))

    def test_pop3_with_every_mechanism(self) -> None:
        for mechanism in ("auto", "plain", "login", "cram-md5", "scram-sha-256", "USER and PASS"):
            with self.subTest(mechanism):
                has_sasl = mechanism != "USER and PASS"
                with self.recorded("pop3", rewrite=None if has_sasl else without(b"SASL")) as proxy:
                    lines = (f'mechanism = "{mechanism}"',) if has_sasl else ()
                    settings = self.settings_for(proxy, "pop3", server_lines=lines)
                    self.look(settings)
                    self.look(settings)
                self.assertEqual(self.said[-1], "QUIT")

    def test_pop3_where_stat_tells_nothing(self) -> None:
        with self.recorded("pop3", rewrite=lambda data: re.sub(rb"\+OK \d+ \d+\r\n", b"-ERR not now\r\n", data)) as proxy:
            self.look(self.settings_for(proxy, "pop3"))
        self.assertIn("LIST", self.said)

    def test_a_url_without_settings(self) -> None:
        password = self.folder / "password"
        for protocol in ("imap", "pop3"):
            with self.subTest(protocol), self.recorded(protocol) as proxy:
                password.write_text("pw\n")
                done = mailquotad("check", f"{protocol}s://kim%40{CLUB}@localhost:{proxy.port}", "--password-file", password,
                                  "--ca-file", self.dovecot.authority.certificate, "--format", "json")
                self.assertIn('"failure": null', done.stdout, done.stderr)

    def test_survey_preview_explain_and_history(self) -> None:
        for capabilities in ((), NO_SIZES):
            with self.subTest(capabilities):
                self.setUp()
                with self.recorded(rewrite=without(*capabilities)) as proxy:
                    settings = self.settings_for(proxy, "imap", 'depth = "sizes"')
                    for command in ("survey", "preview", "explain", "history", "survey"):
                        done = mailquotad(command, KIM, "--config", settings.file)
                        self.assertEqual(done.returncode, 0, command + done.stdout + done.stderr)
                self.assertIn("numbers", self.said)

    def test_a_survey_after_the_owner_read_something_asks_for_the_flags_alone(self) -> None:
        with self.recorded() as proxy:
            settings = self.settings_for(proxy, "imap", 'depth = "sizes"')
            mailquotad("survey", KIM, "--config", settings.file)
        connection = self.dovecot.connect(KIM)
        connection.select("INBOX")
        connection.store("1:3", "-FLAGS", "\\Seen")
        connection.store("1:3", "+FLAGS", "\\Seen")
        connection.logout()
        with self.recorded() as proxy:
            self.settings_for(proxy, "imap", 'depth = "sizes"')
            mailquotad("survey", KIM, "--config", settings.file)
        self.assertIn("changed flags", self.said)

    def test_the_daemon_in_both_depths_and_protocols(self) -> None:
        for protocol, depth in (("imap", "totals"), ("imap", "sizes"), ("pop3", "totals"), ("pop3", "sizes")):
            with self.subTest(protocol=protocol, depth=depth):
                self.setUp()
                with self.recorded(protocol) as proxy:
                    with Running(self.settings_for(proxy, protocol, f'depth = "{depth}"')) as running:
                        running.wait_until_ready()
                        if (protocol, depth) == ("imap", "sizes"):
                            running.wait_for_metric("mailbox_reclaimable_bytes", at_least=1)

    def test_the_search_for_what_came_back(self) -> None:
        home = f"kim@{PRIVATE}"
        with ExitStack() as stack:
            proxy = stack.enter_context(self.recorded())
            settings = self.settings_for(proxy)
            settings.mailboxes = [Mailbox(FULL, "pw", owner=home)]
            settings.write()
            with settings.file.open("a") as file:
                file.write(f'\n[bounces]\nserver = "imaps://localhost:{proxy.port}"\nusername = "{SENDER}"\n'
                           f'password = {settings.password_file("bounces", "of-the-club")}\n'
                           f"ca_file = {quoted(self.dovecot.authority.certificate)}\n")
            with Running(settings) as running:
                wait_for(lambda: bool(self.dovecot.messages(home)), f"a notice:\n{running.child.words()}", 60)
                running.wait_for_metric("outbox_pending", value=0)
            message_id = self.dovecot.messages(home)[-1]["Message-ID"].strip("<> ")
            text = REPORT.format(club=CLUB, sender=SENDER, recipient=home, message_id=message_id)
            connection = self.dovecot.connect(SENDER)
            connection.append("INBOX", None, None, text.replace("\n", "\r\n").encode())
            with Running(settings) as running:
                running.wait_for_log("came back")
            connection.select("INBOX", readonly=True)
            self.assertNotIn(b"\\Seen", b"".join(connection.fetch("1:*", "(FLAGS)")[1]))
            connection.logout()
        self.assertLessEqual({"reports", "text", "no room"}, set(self.said))

    def test_a_quota_administrator(self) -> None:
        with Cyrus(self.dovecot.authority) as cyrus:
            for name, storage in (("kim", 100), ("free", None)):
                cyrus.add(name, storage)
            with self.recorded(target=cyrus.imap) as proxy:
                settings = self.settings_for(proxy)
                place = settings.password_file("administrator", "of all")
                settings.mailboxes = []
                settings.servers["club"] = [
                    *settings.servers["club"], f'quota_administrator = {{ username = "{ADMINISTRATOR}", '
                    f'password = {place}, root = "user{{separator}}{{local_part}}" }}']
                settings.write()
                with settings.file.open("a") as file:
                    for name in ("kim", "free", "gone"):
                        file.write(f'\n[[mailbox]]\naddress = "{name}@{CLUB}"\nslug = "{name}"\nserver = "club"\n')
                done = mailquotad("check", "--config", settings.file, "--format", "json")
                self.assertEqual(done.stdout.count('"failure": null'), 2, done.stdout + done.stderr)
        login = {"AUTHENTICATE", "LOGIN"} # Cyrus offers PLAIN where Debian's plugins for SASL are installed
        self.assertTrue(login & set(self.said))
        self.assertEqual(set(self.said) - login, {"separator", "GETQUOTA", "GETQUOTAROOT", "LOGOUT"})


if __name__ == "__main__":
    unittest.main()
