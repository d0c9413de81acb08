"""Mailboxes from a list, a master user in both of Dovecot's ways, and what is kept of failed probes."""

import json
import signal
import unittest

from one_login import OneLogin
from support import CLUB, MIB, Mailbox, Running, ServerTest, Settings, mailquotad, quoted, server, wait_for

HEAD = "address;slug;owner_name\n"


class MailboxList(OneLogin):
    def listed(self, *names: str, login: tuple[str, str] = ("{address}*warden", ""), password: str = "of all",
               interval: str = "1h") -> Settings:
        """Settings whose mailboxes stand in a list; the login is a master user's."""
        username, authorize_as = login
        settings = self.of_one_login(self.folder, interval, username=username, authorize_as=authorize_as,
                                     password=password)
        self.list = self.folder / "mailboxes.csv"
        self.write_list(*names)
        with settings.file.open("a") as file:
            file.write(f'\n[[mailbox_list]]\nfile = {quoted(self.list)}\nserver = "club"\n')
        return settings

    def write_list(self, *names: str) -> None:
        """Replaces the list as a careful script does."""
        new = self.folder / "mailboxes.new"
        new.write_text(HEAD + "".join(f'{name}@{CLUB};{name};"Muster; {name}"\n' for name in names))
        new.replace(self.list)

    def test_one_password_reads_every_mailbox_in_both_ways(self) -> None:
        for login in (("{address}*warden", ""), ("warden", "{address}")):
            with self.subTest(login):
                code, boxes = self.check(self.listed("kim", "uli", "ute", login=login))
                self.assertEqual(code, 2)
                self.assertEqual([box["stage"] for box in boxes], ["warning", "ok", "urgent"])
                for box in boxes:
                    self.assertEqual(box["quota"][0]["used"], self.dovecot.quota_get(box["address"])["STORAGE"][0])

    def test_a_shared_login_stops_after_three_refusals_until_its_password_changes(self) -> None:
        settings = self.listed("kim", "uli", "ute", "a", "b", "c", password="wrong")
        settings.file.write_text(settings.file.read_text().replace("[poll]", "[poll]\nper_server = 1\nworkers = 1"))
        for name in ("a", "b", "c", "kim", "uli", "ute"):
            self.check(settings, "--mailbox", f"{name}@{CLUB}")
        refused = [box["failure"]["detail"] for box in self.check(settings)[1]]
        self.assertEqual(sum("three times in a row" in detail for detail in refused), 3, refused)
        settings.password_file("master", "of all")
        self.assertEqual(self.check(settings, "--mailbox", f"kim@{CLUB}")[1][0]["stage"], "warning")

    def test_a_changed_list_is_taken_over_at_the_next_round_and_a_broken_one_changes_nothing(self) -> None:
        with Running(self.listed("kim", interval="2s")) as running:
            running.wait_until_ready()
            self.write_list("kim", "uli")
            running.wait_for_metric("probe_success", 'mailbox="uli"', value=1)
            self.list.write_text(HEAD + "uli;uli;x\n")
            running.wait_for_metric("config_last_reload_successful", value=0)
            self.assertIn(f"{self.list}:2:1: address: is \"uli\" but must be a mail address", running.log.read_text())
            for name in ("kim", "uli"):
                self.assertEqual(running.metric("probe_success", f'mailbox="{name}"'), 1)
            self.write_list("uli", "ute")
            running.wait_for_metric("probe_success", 'mailbox="ute"', value=1)
            running.wait_for_metric("config_last_reload_successful", value=1)
            wait_for(lambda: running.metric("probe_success", 'mailbox="kim"') is None, "kim is no longer watched")

    def test_sighup_reads_the_list_at_once(self) -> None:
        with Running(self.listed("kim")) as running:
            running.wait_until_ready()
            self.write_list("kim", "uli")
            running.child.send(signal.SIGHUP)
            running.wait_for_metric("probe_success", 'mailbox="uli"', value=1)

    def test_a_broken_list_is_told_by_check_config_and_ends_the_start(self) -> None:
        settings = self.listed("kim")
        self.list.write_text("adress\nkim\n")
        done = mailquotad("check-config", settings.file)
        self.assertEqual(done.returncode, 78)
        self.assertIn(f'{self.list}:1:1: adress: is no column; did you mean "address"?', done.stderr)
        self.assertEqual(mailquotad("run", "--config", settings.file).returncode, 78)


class Evidence(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(f"kim.muster@{CLUB}", "right", storage=20 * MIB)

    def test_the_page_shows_what_was_said_and_explain_all_of_it(self) -> None:
        box = Mailbox(f"kim.muster@{CLUB}", "the wrong secret", lines=['slug = "kim"'])
        settings = self.settings()
        settings.write()
        with settings.file.open("a") as file:
            file.write(f'\n[[mailbox]]\naddress = "{box.address}"\nslug = "kim"\nserver = "club"\n'
                       f"password = {settings.password_file('kim', box.password)}\n")
        with Running(settings) as running:
            running.wait_until_ready()
            page = running.get("/mailbox/kim")[1]
            self.assertIn("<pre", page)
            self.assertIn("CAPABILITY", page)
            self.assertIn("NO [AUTHENTICATIONFAILED]", page)
            for text in (page, running.get("/")[1], running.get("/api/v1/status")[1], running.log.read_text()):
                for hidden in ("kim.muster", box.password, "wrong secret"):
                    self.assertNotIn(hidden, text)
        plain = mailquotad("explain", "--config", settings.file, box.address)
        self.assertNotIn("AUTHENTICATE", plain.stdout)
        self.assertIn("--evidence", plain.stdout)
        told = mailquotad("explain", "--config", settings.file, box.address, "--evidence")
        self.assertIn("C: A1 AUTHENTICATE" if "C: A1 AUTH" in told.stdout else "secret bytes]", told.stdout)
        self.assertNotIn(box.password, told.stdout)
        document = json.loads(mailquotad("explain", "--config", settings.file, "--format", "json", "--evidence",
                                         box.address).stdout)
        self.assertEqual(document["evidence"][0]["kind"], "login_refused")
        self.assertTrue(document["evidence"][0]["wire_log"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
