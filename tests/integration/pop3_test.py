"""`mailquotad check` by POP3 against a real Dovecot: settings file and bare URL, TLS from the start and by STLS."""

import poplib
import ssl
import unittest

from support import CLUB, MIB, Mailbox, ServerTest, mailquotad, quoted

KIM, EMPTY = (f"{name}@{CLUB}" for name in ("kim", "empty"))


class Pop3(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(KIM, "pw", storage=40 * MIB)
        cls.dovecot.add(EMPTY, "pw")
        cls.dovecot.add_master("warden", "of all")
        cls.dovecot.fill(KIM, 10 * MIB)

    def pop3_settings(self, *mailboxes: Mailbox, scheme: str = "pop3s", server: tuple[str, ...] = ()):
        """Settings in which the server is known by POP3 alone."""
        for mailbox in mailboxes:
            mailbox.lines = [*mailbox.lines, 'protocol = "pop3"']
        settings = self.settings(*mailboxes)
        port = self.dovecot.pop3s if scheme == "pop3s" else self.dovecot.pop3
        settings.servers["club"] = [f'pop3 = "{scheme}://localhost:{port}"',
                                    f"ca_file = {quoted(self.dovecot.authority.certificate)}", *server]
        return settings.write()

    def inbox(self, address: str) -> list[dict]:
        """The inbox as Dovecot itself tells it to another client of POP3."""
        connection = poplib.POP3_SSL("localhost", self.dovecot.pop3s, timeout=20, context=ssl.create_default_context(
            cafile=str(self.dovecot.authority.certificate)))
        connection.user(address)
        connection.pass_("pw")
        messages, size = connection.stat()
        connection.quit()
        return [{"name": "INBOX", "role": "inbox", "messages": messages, "size_bytes": size}]

    def test_inbox_is_measured_and_the_limit_is_not_told(self) -> None:
        for scheme in ("pop3s", "pop3+starttls"):
            with self.subTest(scheme):
                code, mailbox = self.check_one(self.pop3_settings(Mailbox(KIM, "pw"), scheme=scheme))
                self.assertIsNone(mailbox["failure"])
                self.assertEqual(mailbox["folders"], self.inbox(KIM))
                self.assertEqual((code, mailbox["stage"], mailbox["limit_source"], mailbox["quota"]),
                                 (3, None, "not_told", []))

    def test_limit_of_the_settings_counts_against_the_inbox(self) -> None:
        size = self.inbox(KIM)[0]["size_bytes"]
        limit = int(size / 0.86)
        code, mailbox = self.check_one(self.pop3_settings(Mailbox(KIM, "pw", lines=[f'limit = "{limit}B"'])))
        self.assertEqual((code, mailbox["stage"], mailbox["limit_source"]), (1, "warning", "settings"))
        self.assertEqual([(item["root"], item["used"], item["limit"]) for item in mailbox["quota"]], [("", size, limit)])

    def test_empty_inbox_is_known_to_be_empty(self) -> None:
        code, mailbox = self.check_one(self.pop3_settings(Mailbox(EMPTY, "pw", lines=['limit = "10MiB"'])))
        self.assertEqual((code, mailbox["stage"]), (0, "ok"))
        self.assertEqual([(folder["messages"], folder["size_bytes"]) for folder in mailbox["folders"]], [(0, 0)])

    def test_bare_url_with_a_limit_needs_no_settings_file(self) -> None:
        password = self.folder / "password"
        password.write_text("pw\n")
        size = self.inbox(KIM)[0]["size_bytes"]
        for scheme, port in (("pop3s", self.dovecot.pop3s), ("pop3+starttls", self.dovecot.pop3)):
            with self.subTest(scheme):
                code, mailboxes = self.parse(mailquotad(
                    "check", f"{scheme}://{KIM.replace('@', '%40')}@localhost:{port}", "--password-file", password,
                    "--ca-file", self.dovecot.authority.certificate, "--limit", f"{int(size / 0.95)}B",
                    "--format", "json", environment={"MAILQUOTAD_CONFIG": str(self.folder / "there is none")}))
                self.assertEqual((code, mailboxes[0]["stage"], mailboxes[0]["limit_source"]), (2, "urgent", "settings"))
                self.assertEqual(mailboxes[0]["quota"][0]["used"], size)

    def test_second_look_is_one_flight_after_the_login(self) -> None:
        settings = self.pop3_settings(Mailbox(KIM, "pw"))
        self.check(settings)
        cost = self.check_one(settings)[1]["cost"]
        self.assertEqual(cost["commands"], 4)  # CAPA, AUTH, STAT, QUIT
        self.assertLessEqual(cost["round_trips"], 6)

    def test_messages_and_their_flags_stay_as_they_are(self) -> None:
        def flags() -> str:
            return self.dovecot.doveadm("fetch", "-u", KIM, "uid flags", "mailbox", "INBOX", "all")
        before = flags()
        self.check(self.pop3_settings(Mailbox(KIM, "pw")))
        self.assertEqual(flags(), before)

    def test_maildrop_is_free_again_after_a_look(self) -> None:
        settings = self.pop3_settings(Mailbox(KIM, "pw"))
        for _ in range(3):
            self.assertIsNone(self.check_one(settings)[1]["failure"])
        self.inbox(KIM)

    def test_master_user_and_mechanism_login(self) -> None:
        code, mailbox = self.check_one(self.pop3_settings(
            Mailbox(KIM, "of all", lines=['username = "warden"', f'authorize_as = "{KIM}"', 'limit = "1GB"'])))
        self.assertEqual((code, mailbox["stage"]), (0, "ok"))
        self.assertEqual(mailbox["folders"], self.inbox(KIM))
        code, mailbox = self.check_one(self.pop3_settings(Mailbox(KIM, "pw", lines=['limit = "1GB"']),
                                                          server=('mechanism = "login"',)))
        self.assertEqual((code, mailbox["stage"]), (0, "ok"))

    def test_wrong_password_is_a_refused_login(self) -> None:
        code, mailbox = self.check_one(self.pop3_settings(Mailbox(KIM, "not this one")))
        self.assertEqual((code, mailbox["failure"]["kind"], mailbox["folders"]), (3, "login_refused", []))

    def test_certificate_of_nobody_known_ends_before_the_login(self) -> None:
        settings = self.pop3_settings(Mailbox(KIM, "pw"))
        settings.servers["club"] = settings.servers["club"][:1]
        code, mailbox = self.check_one(settings.write())
        self.assertEqual((code, mailbox["failure"]["kind"]), (3, "tls"))


if __name__ == "__main__":
    unittest.main()
