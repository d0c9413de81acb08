"""`check-config` finds what `run` would trip over, and SIGHUP takes new settings over whole or not at all."""

import shutil
import signal
import sqlite3
import unittest
from pathlib import Path

from support import (CLUB, MIB, PRIVATE, Mailbox, Running, ServerTest, Settings, free_port, mailquotad, private_folder,
                     quoted, wait_for)
from servers.hook import Hook

KIM, ULI = f"kim@{CLUB}", f"uli@{CLUB}"
CONFIG = Path(__file__).resolve().parents[2] / "config"


class CheckConfig(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = private_folder("settings")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.settings = Settings(self.folder, {"club": ['imap = "imaps://localhost"']}, [Mailbox(KIM, "pw")]).write()

    def check(self, code: int, **environment: str) -> list[str]:
        """The lines of `check-config`, the folder left out."""
        done = mailquotad("check-config", self.settings.file, environment=environment)
        self.assertEqual(done.returncode, code, done.stderr)
        return [line.removeprefix(f"{self.folder}/") for line in (done.stderr + done.stdout).splitlines()]

    def line_of(self, text: str) -> int:
        """The number of the line of the settings file that holds this text."""
        lines = self.settings.file.read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def assert_told(self, lines: list[str], *parts: str) -> None:
        self.assertTrue(any(all(part in line for part in parts) for line in lines), f"{parts} in {lines}")

    def change(self, old: str, new: str) -> None:
        text = self.settings.file.read_text()
        self.assertIn(old, text)
        self.settings.file.write_text(text.replace(old, new))

    def test_good_settings_are_called_good_and_nothing_is_made(self) -> None:
        self.assertIn("good, 1 mailboxes at 1 servers", self.check(0)[-1])
        self.assertEqual(list((self.folder / "state").iterdir()), [])

    def test_all_problems_are_told_at_once_with_line_and_key(self) -> None:
        (self.folder / f"{KIM}.password").unlink()
        (self.folder / "broken.pem").write_text("no certificate\n")
        self.change('imap = "imaps://localhost"',
                    f'imap = "imaps://localhost"\nca_file = {quoted(self.folder / "broken.pem")}')
        self.change(quoted(self.folder / "state"), quoted(self.settings.file / "below"))
        lines = self.check(78)
        for text, key in (("state_directory", "state_directory"), ("ca_file", "server.club.ca_file"),
                          ("password =", "mailbox[1].password")):
            self.assert_told(lines, f"mailquotad.toml:{self.line_of(text)}:", f" {key}: ")
        self.assert_told(lines, KIM, "does not exist")

    def test_mistakes_in_the_settings_do_not_hide_broken_texts(self) -> None:
        data = self.broken_texts()
        self.change("interval", "intervall")
        lines = self.check(78, MAILQUOTAD_DATA=data)
        self.assert_told(lines, "poll.intervall")
        self.assert_told(lines, "notice.txt")

    def broken_texts(self) -> str:
        """A copy of the texts with a template that is none."""
        data = self.folder / "config"
        shutil.copytree(CONFIG, data)
        (data / "messages/de/notice.txt").write_text("{{#open}}\n")
        return str(data)

    def test_a_broken_template_is_told_by_file(self) -> None:
        self.assert_told(self.check(78, MAILQUOTAD_DATA=self.broken_texts()), "messages", "notice.txt")

    def test_an_address_that_somebody_else_uses_is_told_and_the_daemons_own_is_not(self) -> None:
        with Hook() as stranger:
            self.settings.http = stranger.port
            self.settings.write()
            self.assert_told(self.check(78), f"mailquotad.toml:{self.line_of('listen')}:", " http.listen: ",
                             "no mailquotad answers there")
        self.settings.http = free_port()
        with Running(self.settings.write()) as running:
            running.child.wait_until(lambda: running.get("/healthz")[0] == 200)
            wait_for(lambda: running.get("/api/v1/status")[0] == 200, "a status")
            self.check(0)

    def test_what_every_user_can_read_or_change_is_warned_of(self) -> None:
        (self.folder / f"{KIM}.password").chmod(0o644)
        self.settings.file.chmod(0o646)
        lines = self.check(0)
        self.assert_told(lines, f":{self.line_of('password =')}:", "warning: mailbox[1].password:", "chmod o=")
        self.assert_told(lines, "warning: the settings file", "chmod o-w")

    def test_a_database_of_a_newer_version_is_told_and_one_of_an_older_is_good(self) -> None:
        with Running(self.settings) as running:
            running.child.wait_until(lambda: running.get("/healthz")[0] == 200)
        database = self.folder / "state" / "mailquotad.sqlite"
        self.check(0)
        self.steps(database, "INSERT INTO schema_step (number, name) VALUES (999, 'later')")
        self.assert_told(self.check(78), " state_directory: ", "newer version")
        self.steps(database, "DELETE FROM schema_step WHERE number > 1")
        self.check(0)

    @staticmethod
    def steps(database: Path, statement: str) -> None:
        connection = sqlite3.connect(database)
        with connection:
            connection.execute(statement)
        connection.close()


class Reload(ServerTest):
    with_smtp = True

    @classmethod
    def prepare(cls) -> None:
        for address, share in ((KIM, 0.4), (ULI, 0.96)):
            cls.dovecot.add(address, "pw", storage=20 * MIB)
            cls.dovecot.fill_to(address, share)
        cls.dovecot.add(f"uli@{PRIVATE}", "private")

    def boxes(self) -> Settings:
        return self.settings(Mailbox(KIM, "pw"), Mailbox(ULI, "pw", owner=f"uli@{PRIVATE}"))

    def test_a_mailbox_that_is_taken_out_vanishes_from_metrics_and_pages(self) -> None:
        settings = self.boxes()
        with Running(settings) as running:
            running.wait_until_ready()
            self.assertIn('mailbox="kim"', running.get("/metrics")[1])
            settings.mailboxes.pop(0)
            settings.write()
            running.child.send(signal.SIGHUP)
            wait_for(lambda: 'mailbox="kim"' not in running.get("/metrics")[1], "kim has gone from the metrics")
            self.assertNotIn("kim", running.get("/")[1])
            self.assertNotIn('"kim"', running.get("/api/v1/status")[1])
            self.assertEqual(running.get("/mailbox/kim")[0], 404)
            self.assertEqual(running.metric("probe_success", 'mailbox="uli"'), 1)
            running.wait_for_log("settings read anew: 1 mailboxes")

    def test_broken_settings_change_nothing_and_are_told_until_they_are_mended(self) -> None:
        settings = self.boxes()
        good = settings.file.read_text()
        with Running(settings) as running:
            running.wait_until_ready()
            before = running.metric("config_last_reload_success_timestamp_seconds")
            # A mailbox less and a mistake behind it: nothing of it is taken over.
            settings.file.write_text(good.partition("[[mailbox]]")[0] + "[[mailbox]]\naddress = 1\n")
            running.child.send(signal.SIGHUP)
            running.wait_for_metric("config_last_reload_successful", value=0)
            running.wait_for_log("the settings have errors: the old ones stay in force")
            running.wait_for_log(f"{settings.file}:")
            self.assertEqual([running.metric("probe_success", f'mailbox="{slug}"') for slug in ("kim", "uli")], [1, 1])
            self.assertEqual(running.metric("config_last_reload_success_timestamp_seconds"), before)
            settings.file.write_text(good)
            running.child.send(signal.SIGHUP)
            running.wait_for_metric("config_last_reload_successful", value=1)

    def test_mail_that_waits_and_what_was_told_outlive_a_reload(self) -> None:
        settings = self.boxes()
        before = len(self.dovecot.messages(f"uli@{PRIVATE}"))
        self.smtp.halt()
        self.addCleanup(lambda: self.smtp.child is None and self.smtp.start())
        with Running(settings) as running:
            running.wait_for_metric("notifications_failed_total", 'reason="connect"', at_least=1)
            settings.poll = ('interval = "2s"',)
            settings.write()
            running.child.send(signal.SIGHUP)
            running.wait_for_log("settings read anew")
            running.wait_for_metric("outbox_pending", at_least=1)
            self.smtp.start()
            wait_for(lambda: len(self.dovecot.messages(f"uli@{PRIVATE}")) > before, "the mail that waited", 150)
            running.wait_for_metric("outbox_pending", value=0)
            running.child.send(signal.SIGHUP)
            rounds = running.metric("probe_last_success_timestamp_seconds", 'mailbox="uli"')
            running.wait_for_metric("probe_last_success_timestamp_seconds", 'mailbox="uli"', at_least=rounds + 3)
        self.assertEqual(len(self.dovecot.messages(f"uli@{PRIVATE}")), before + 1)


if __name__ == "__main__":
    unittest.main()
