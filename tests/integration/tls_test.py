"""Certificates and pins against a real Dovecot: what is not trusted never sees a password."""

import shutil
import unittest

from support import CLUB, MIB, Authority, Dovecot, Mailbox, Settings, ServerTest, private_folder, quoted, server

KIM = f"kim@{CLUB}"


class Tls(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.authority = cls.dovecot.authority
        cls.dovecot.add(KIM, "pw", storage=20 * MIB)

    def other_dovecot(self, certificate) -> Dovecot:
        """One more server, with this certificate."""
        dovecot = Dovecot(self.authority, certificate=certificate)
        self.addCleanup(dovecot.stop)
        dovecot.add(KIM, "pw", storage=20 * MIB)
        dovecot.start()
        return dovecot

    def ask(self, lines: list[str]) -> dict:
        """The mailbox as `check` tells it for a server described so."""
        return self.check_one(Settings(self.folder, {"club": lines}, [Mailbox(KIM, "pw")]).write())[1]

    def assert_refused(self, mailbox: dict, dovecot: Dovecot) -> None:
        """The TLS failure was seen, and nobody tried to log in."""
        self.assertEqual((mailbox["failure"] or {}).get("kind"), "tls", mailbox)
        self.assertIsNone(mailbox["stage"])
        self.assertNotIn(KIM, dovecot.log.read_text())

    def test_a_certificate_that_is_wrong_never_sees_the_password(self) -> None:
        for certificate in (self.authority.wrong_host(), self.authority.expired(), self.authority.not_yet_valid()):
            dovecot = self.other_dovecot(certificate)
            for scheme in ("imaps", "imap+starttls"):
                with self.subTest(certificate.certificate.stem, scheme=scheme):
                    self.assert_refused(self.ask(server(dovecot, scheme=scheme)), dovecot)

    def test_an_unknown_authority_is_refused(self) -> None:
        dovecot = self.other_dovecot(self.authority.good())
        self.assert_refused(self.ask(server(dovecot, ca_file=False)), dovecot)
        folder = private_folder("stranger")
        self.addCleanup(shutil.rmtree, folder)
        stranger = Authority(folder, "somebody else's CA").certificate
        lines = [*server(dovecot, ca_file=False), f"ca_file = {quoted(stranger)}"]
        self.assert_refused(self.ask(lines), dovecot)

    def test_a_pin_replaces_chain_name_and_date(self) -> None:
        for certificate in (self.authority.good(), self.authority.wrong_host(), self.authority.expired()):
            dovecot = self.other_dovecot(certificate)
            for scheme in ("imaps", "imap+starttls"):
                with self.subTest(certificate.certificate.stem, scheme=scheme):
                    lines = server(dovecot, f'pin = ["{certificate.pin()}"]', scheme=scheme, ca_file=False)
                    self.assertEqual(self.ask(lines)["stage"], "ok")

    def test_another_key_than_the_pinned_is_refused_and_shown(self) -> None:
        dovecot = self.other_dovecot(self.authority.good())
        other = self.authority.wrong_host().pin()
        mailbox = self.ask(server(dovecot, f'pin = ["{other}"]'))
        self.assert_refused(mailbox, dovecot)
        self.assertIn(self.authority.good().pin(), mailbox["failure"]["detail"])

    def test_starttls_reads_the_same_numbers(self) -> None:
        mailbox = self.ask(server(self.dovecot, scheme="imap+starttls"))
        self.assertEqual(mailbox["stage"], "ok")
        self.assertEqual(mailbox["quota"][0]["limit"], 20 * MIB)

    def test_a_server_without_tls_gets_no_password(self) -> None:
        dovecot = Dovecot(self.authority, tls=False)
        self.addCleanup(dovecot.stop)
        dovecot.add(KIM, "pw", storage=20 * MIB)
        dovecot.start()
        self.assert_refused(self.ask(server(dovecot, scheme="imap+starttls")), dovecot)


if __name__ == "__main__":
    unittest.main()
