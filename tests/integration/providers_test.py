"""The five providers of whom owners' help pages are known: servers set up like theirs, and the daemon run through.

Each class is one row: ports and TLS modes, form of the login, mechanisms, certificate, the preset's own file (only its
hosts become loopback). Asked are both protocols in every TLS mode that the page names, then the daemon warns by SMTP in
every mode that it names. Prints the table.
"""

import os
import re
import shutil
import unittest
from pathlib import Path

from support import (CLUB, MIB, PRIVATE, WEBMASTER, Authority, Chasquid, Dovecot, Mailbox, Running, ServerTest, Settings,
                     private_folder, quoted, wait_for)

CONFIG = Path(__file__).resolve().parents[2] / "config"
LIMIT = 20 * MIB
TABLE: list[tuple[str, ...]] = []


def tearDownModule() -> None:
    rows = [("setting", "probe", "warn", "SMTP", "result"), *TABLE]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


class Provider(ServerTest):
    """A row of the table; subclasses say what is particular about it."""

    preset = ""
    setting = ""
    imap: tuple[str, ...] = ("imaps",)
    pop3: tuple[str, ...] = ("pop3s",)
    smtp_schemes: tuple[str, ...] = ("smtps",)
    login = ""  # where it is not the address
    pinned = False  # nobody knows the certificate's authority
    mechanism = ""
    address = f"vorname.nachname@{CLUB}"

    @classmethod
    def setUpClass(cls) -> None:
        files = private_folder("ca")
        cls.addClassCleanup(shutil.rmtree, files, ignore_errors=True)
        authority = Authority(files)
        cls.certificate = authority.good()
        cls.dovecot = Dovecot(authority, certificate=cls.certificate, mechanisms=cls.offered())
        cls.addClassCleanup(cls.dovecot.stop)
        cls.user = cls.login or cls.address
        cls.dovecot.add(cls.user, "initial password", storage=LIMIT)
        cls.dovecot.add(WEBMASTER, "of-the-club")
        cls.owner = f"vorname@{PRIVATE}"
        cls.dovecot.add(cls.owner, "private")
        cls.dovecot.start()
        cls.dovecot.fill_to(cls.user, 0.95)
        cls.smtp = Chasquid(cls.dovecot, (CLUB, PRIVATE), certificate=cls.certificate)
        cls.addClassCleanup(cls.smtp.stop)
        cls.smtp.start()
        cls.use_preset()

    @classmethod
    def offered(cls) -> tuple[str, ...]:
        """The mechanisms of this provider's server."""
        return ("plain", "login")

    @classmethod
    def use_preset(cls) -> None:
        """The program reads a copy of the presets in which this one's hosts are loopback; all else is as shipped."""
        data = private_folder("data")
        cls.addClassCleanup(shutil.rmtree, data, ignore_errors=True)
        shutil.copytree(CONFIG, data / "config")
        file = data / "config/providers" / f"{cls.preset}.toml"
        file.write_text(re.sub(r'^(\w+) = "([a-z0-9+]+)://[^"]+"$',
                               lambda found: f'{found[1]} = "{cls.url(found[2])}"', file.read_text(), flags=re.MULTILINE))
        os.environ["MAILQUOTAD_DATA"] = str(data / "config")
        cls.addClassCleanup(os.environ.pop, "MAILQUOTAD_DATA", None)

    @classmethod
    def url(cls, scheme: str) -> str:
        """This provider's server under that scheme."""
        ports = {"imaps": cls.dovecot.imaps, "imap+starttls": cls.dovecot.imap, "pop3s": cls.dovecot.pop3s,
                 "pop3+starttls": cls.dovecot.pop3, "smtps": cls.smtp.submissions,
                 "smtp+starttls": cls.smtp.submission}
        return f"{scheme}://localhost:{ports[scheme]}"

    def trust(self) -> str:
        """What the settings say of the certificate."""
        if self.pinned:
            return f'pin = ["{self.certificate.pin()}"]'
        return f"ca_file = {quoted(self.dovecot.authority.certificate)}"

    def row_settings(self, *more: str, smtp: str = "", trusts: bool = True, protocol: str = "imap",
                     password: str = "initial password", owner: str = "") -> Settings:
        """Settings of a webmaster at this provider: the preset, and `more` lines of the server."""
        mailbox = Mailbox(self.address, password, owner=owner)
        mailbox.lines = ([f'username = "{self.login}"'] if self.login else []) + [f'protocol = "{protocol}"']
        lines = [f'preset = "{self.preset}"', *([self.trust()] if trusts else []), *more,
                 *([f'mechanism = "{self.mechanism}"'] if self.mechanism else [])]
        settings = Settings(self.folder, {"club": lines}, [mailbox])
        if smtp:
            settings.smtp = [f'server = "{self.url(smtp)}"', f'username = "{WEBMASTER}"', self.trust(),
                             f'password = {settings.password_file("smtp", "of-the-club")}',
                             f'from = "Webmaster*in <{WEBMASTER}>"', f'admin = ["{WEBMASTER}"]']
        return settings.write()

    def note(self, setting: str, probe: str, warn: str, smtp: str, result: str) -> None:
        """A line of the table."""
        TABLE.append((f"{self.setting} ({self.preset})" + (f", {setting}" if setting else ""), probe, warn, smtp, result))

    def test_preset_names_a_scheme_that_the_page_names(self) -> None:
        text = (CONFIG / "providers" / f"{self.preset}.toml").read_text()
        schemes = dict(re.findall(r'^(imap|pop3|smtp) = "([a-z0-9+]+)://', text, re.MULTILINE))
        self.assertIn(schemes["imap"], self.imap)
        self.assertIn(schemes["pop3"], self.pop3)
        self.assertIn(schemes["smtp"], self.smtp_schemes)

    def test_every_way_to_ask_gives_the_servers_own_numbers(self) -> None:
        used = self.dovecot.quota_get(self.user)["STORAGE"][0]
        _, mailbox = self.check_one(self.row_settings())
        self.assertIsNone(mailbox["failure"], "by the preset alone")
        for scheme in self.imap:
            with self.subTest(scheme):
                code, mailbox = self.check_one(self.row_settings(f'imap = "{self.url(scheme)}"'))
                self.assertIsNone(mailbox["failure"])
                self.assertEqual((code, mailbox["stage"]), (2, "urgent"))
                self.assertEqual([(item["used"], item["limit"]) for item in mailbox["quota"]
                                  if item["resource"] == "STORAGE"], [(used, LIMIT)])
                self.note("", scheme, "", "", f"urgent, {used >> 10} of {LIMIT >> 10} KiB")
        inbox = self.dovecot.folders(self.user)["INBOX"]
        for scheme in self.pop3:
            with self.subTest(scheme):
                _, mailbox = self.check_one(self.row_settings(f'pop3 = "{self.url(scheme)}"', protocol="pop3"))
                self.assertIsNone(mailbox["failure"])
                self.assertEqual([(folder["messages"], folder["size_bytes"]) for folder in mailbox["folders"]], [inbox])
                self.note("", scheme, "", "", f"inbox alone, {inbox[0]} messages")

    def test_the_daemon_warns_by_every_way_to_send(self) -> None:
        for scheme in self.smtp_schemes:
            with self.subTest(scheme):
                shutil.rmtree(self.folder / "state", ignore_errors=True)
                before = len(self.dovecot.messages(self.owner))
                with Running(self.row_settings(smtp=scheme, owner=self.owner)) as running:
                    wait_for(lambda: len(self.dovecot.messages(self.owner)) > before,
                             f"a mail by {scheme}:\n{running.child.words()}", 90)
                    running.wait_for_metric("outbox_pending", value=0)
                mails = self.dovecot.messages(self.owner)
                self.assertEqual(len(mails), before + 1)
                self.assertIn("95", mails[-1].get_body(("plain",)).get_content())
                self.note("", self.imap[0], "urgent", scheme, "one mail at the private address")


class Qloc(Provider):
    preset, setting = "qloc", "1 scouts' association"

    @classmethod
    def offered(cls) -> tuple[str, ...]:
        return ("plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256")

    def test_the_encrypted_password_of_its_page_works_in_each_form(self) -> None:
        for mechanism in ("cram-md5", "scram-sha-1", "scram-sha-256", "plain", "login", "auto"):
            for protocol in ("imap", "pop3"):
                with self.subTest(mechanism, protocol=protocol):
                    settings = self.row_settings(f'mechanism = "{mechanism}"', protocol=protocol)
                    self.assertIsNone(self.check_one(settings)[1]["failure"])
            self.note(mechanism, "imaps, pop3s", "", "", "logged in")


class QlocWithoutPlain(Provider):
    preset, setting = "qloc", "1 the same, encrypted passwords alone"
    smtp_schemes = ()  # chasquid asks this Dovecot by PLAIN

    @classmethod
    def offered(cls) -> tuple[str, ...]:
        return ("cram-md5", "scram-sha-256")

    def test_preset_names_a_scheme_that_the_page_names(self) -> None:
        """As with the other class of this provider."""


class HosterPage(Provider):
    preset, setting = "subdomains", "2 hoster with a page to change passwords"

    def test_a_password_changed_between_two_polls_is_noticed_and_its_successor_used_at_once(self) -> None:
        self.dovecot.set_password(self.user, "initial password")
        settings = self.row_settings()
        settings.poll = ('interval = "1s"',)
        with Running(settings.write()) as running:
            running.wait_for_metric("probe_success", value=1)
            self.dovecot.set_password(self.user, "changed on the page")
            running.wait_for_metric("probe_failures_total", 'kind="login_refused"', at_least=1)
            self.assertEqual(running.metric("probe_success"), 0)
            settings.password_file(self.address, "changed on the page")
            running.wait_for_metric("probe_success", value=1)
            self.assertEqual(running.metric("probe_failures_total", 'kind="login_refused"'), 1)
        self.dovecot.set_password(self.user, "initial password")
        self.note("password changed between two polls", "imaps", "", "", "refused once, then the new one")


class Active24(Provider):
    preset, setting, smtp_schemes = "active24", "3 Active24", ("smtps", "smtp+starttls")


class OwnDomain(Provider):
    preset, setting, pinned, login = "own-domain", "4 the customer's own domain", True, "web123p4"
    imap, pop3 = ("imaps", "imap+starttls"), ("pop3s", "pop3+starttls")
    smtp_schemes = ("smtps", "smtp+starttls")

    def test_an_unknown_certificate_is_refused_and_its_pin_shown(self) -> None:
        for protocol, schemes in (("imap", self.imap), ("pop3", self.pop3)):
            for scheme in schemes:
                with self.subTest(scheme):
                    settings = self.row_settings(f'{protocol} = "{self.url(scheme)}"', trusts=False, protocol=protocol)
                    failure = self.check_one(settings)[1]["failure"]
                    self.assertEqual(failure["kind"], "tls")
                    self.assertIn(self.certificate.pin(), failure["detail"])
                    self.note("without a pin", scheme, "", "", "refused, pin shown")


class Subdomains(Provider):
    preset, setting, smtp_schemes = "subdomains", "5 hoster with imap. pop. smtp.", ("smtps", "smtp+starttls")


def load_tests(loader: unittest.TestLoader, _: unittest.TestSuite, __: object) -> unittest.TestSuite:
    """The rows, without what they share."""
    rows = (Qloc, QlocWithoutPlain, HosterPage, Active24, OwnDomain, Subdomains)
    return unittest.TestSuite(loader.loadTestsFromTestCase(row) for row in rows)


if __name__ == "__main__":
    unittest.main()
