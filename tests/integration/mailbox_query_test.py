"""Mailboxes from a query: rows that come, go, are wrong or cannot be read, with a real PostgreSQL and a real Dovecot."""

import re
import unittest
from pathlib import Path

from one_login import OneLogin
from support import CLUB, Running, Settings, mailquotad, quoted, wait_for

from servers.postgresql import Postgresql

QUERY = """SELECT p.login || '@verein.example' AS address, p.login AS slug, p.name AS owner_name,
  p.contact AS owner_mail, p.language, p.megabytes || 'MiB' AS "limit" FROM panel.people p ORDER BY p.id"""
READER = "reader"


class MailboxQuery(OneLogin):
    def setUp(self) -> None:
        super().setUp()
        self.database = Postgresql()
        self.addCleanup(self.database.close)
        self.database.make()
        self.database.start()
        self.database.rows("CREATE SCHEMA panel")
        self.database.rows("CREATE TABLE panel.people (id SERIAL, login TEXT, name VARCHAR(40), contact TEXT,"
                           " language CHAR(2), megabytes INT)")
        self.add("kim")

    def add(self, name: str, contact: str = "") -> None:
        self.database.rows("INSERT INTO panel.people (login, name, contact, language) VALUES"
                           f" ('{name}', 'Muster', '{contact}', 'en')")

    def remove(self, name: str) -> None:
        self.database.rows(f"DELETE FROM panel.people WHERE login = '{name}'")

    def listed(self, query: str = QUERY, interval: str = "2s", url: str = "", folder: Path | None = None) -> Settings:
        """Settings whose mailboxes come from the query."""
        settings = self.of_one_login(folder or self.folder, interval)
        password = settings.password_file("database", self.database.password)
        rest = settings.file.read_text()
        settings.file.write_text(f"database = {{ url = {quoted(url or self.database.url)}, password = {password} }}\n"
                                 f'{rest}\n[[mailbox_list]]\nquery = {quoted(query)}\nserver = "club"\n')
        return settings

    def test_the_mailboxes_follow_the_rows(self) -> None:
        with Running(self.listed()) as running:
            running.wait_for_metric("probe_success", 'mailbox="kim"', value=1)
            self.add("uli")
            running.wait_for_metric("probe_success", 'mailbox="uli"', value=1)
            self.remove("kim")
            wait_for(lambda: running.metric("probe_success", 'mailbox="kim"') is None, "kim is no longer watched")
            wait_for(lambda: running.get("/mailbox/kim")[0] == 404, "kim has no page")
            self.assertEqual(running.get("/mailbox/uli")[0], 200)
            self.assertIn("mailbox/uli", running.get("/")[1])
            self.assertEqual(running.metric("config_last_reload_successful"), 1)

    def test_two_daemons_share_the_rows_and_follow_them_both(self) -> None:
        self.add("uli")
        folders = [self.folder / name for name in ("first", "second")]
        for folder in folders:
            folder.mkdir()
        with Running(self.listed(folder=folders[0])) as first, Running(self.listed(folder=folders[1])) as second:

            def here(name: str) -> list[bool]:
                return [bool(daemon.metric("probe_success", f'mailbox="{name}"')) for daemon in (first, second)]

            wait_for(lambda: sorted(here("kim")) == sorted(here("uli")) == [False, True] and here("kim") != here("uli"),
                     "each looks at one of the two", 60)
            self.add("ute")
            wait_for(lambda: here("ute").count(True) == 1, "one of them looks at the new one", 60)
            for daemon in (first, second):
                wait_for(lambda one=daemon: one.get("/mailbox/ute")[0] == 200, "both know it", 60)
            self.remove("kim")
            for daemon in (first, second):
                wait_for(lambda one=daemon: one.get("/mailbox/kim")[0] == 404, "kim has no page", 60)

    def test_a_broken_row_tells_its_number_and_changes_nothing(self) -> None:
        settings = self.listed()
        with Running(settings) as running:
            running.wait_for_metric("probe_success", 'mailbox="kim"', value=1)
            self.add("uli", contact="nobody")
            running.wait_for_metric("config_last_reload_successful", value=0)
            told = 'mailbox_list[1].query: row 2, owner_mail: is "nobody" but must be a list of mail addresses'
            self.assertIn(told, running.log.read_text())
            self.assertEqual(running.metric("probe_success", 'mailbox="kim"'), 1)
            done = mailquotad("check-config", settings.file)
            self.assertEqual(done.returncode, 78)
            self.assertIn(f"{settings.file}:", done.stderr)
            self.assertIn(told, done.stderr)
            self.database.rows("UPDATE panel.people SET contact = 'uli@privat.example' WHERE login = 'uli'")
            running.wait_for_metric("probe_success", 'mailbox="uli"', value=1)
            running.wait_for_metric("config_last_reload_successful", value=1)
            self.assertEqual(running.log.read_text().count("row 2, owner_mail"), 1)

    def test_an_emptied_table_and_a_stopped_database_lose_no_mailbox(self) -> None:
        self.add("uli")
        with Running(self.listed()) as running:
            for name in ("kim", "uli"):
                running.wait_for_metric("probe_success", f'mailbox="{name}"', value=1)
            self.database.rows("CREATE TABLE panel.aside AS TABLE panel.people")
            self.database.rows("DELETE FROM panel.people")
            running.wait_for_log("mailbox_list[1].query: gives no row, but a list has at least one mailbox")
            self.database.rows("INSERT INTO panel.people SELECT * FROM panel.aside")
            running.wait_for_metric("config_last_reload_successful", value=1)
            self.database.stop()
            running.wait_for_metric("config_last_reload_successful", value=0)
            running.wait_for_log("none of those that were known is given up")
            for name in ("kim", "uli"):
                self.assertEqual(running.metric("probe_success", f'mailbox="{name}"'), 1)
            self.database.start()
            running.wait_for_metric("config_last_reload_successful", value=1)
            refused = re.findall(r"mailbox_list\[1\]\.query: PostgreSQL .* refused", running.log.read_text())
            self.assertEqual(len(refused), 1)
            for name in ("kim", "uli"):
                self.assertEqual(running.metric("probe_success", f'mailbox="{name}"'), 1)

    def test_the_start_waits_for_the_database_and_then_watches(self) -> None:
        settings = self.listed()
        self.database.stop()
        with Running(settings) as running:
            running.wait_for_log("Nothing is measured until the database can be opened")
            self.database.start()
            running.wait_for_metric("probe_success", 'mailbox="kim"', value=1)

    def test_a_query_that_cannot_be_run_is_told_by_every_command(self) -> None:
        cases = ((QUERY.replace("p.login AS", "p.logn AS"), "column p.logn does not exist"),
                 ("SELECT address FROM nowhere", 'relation "nowhere" does not exist'),
                 ("DELETE FROM panel.people", "syntax error"),
                 ("SELECT pg_sleep(0) IS NULL AS adress", 'adress: is no column; did you mean "address"?'))
        for query, told in cases:
            with self.subTest(query):
                settings = self.listed(query)
                for command in (("check-config", settings.file), ("check", "--config", settings.file),
                                ("history", "--config", settings.file, f"kim@{CLUB}")):
                    done = mailquotad(*command)
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn("mailbox_list[1].query: ", done.stderr)
                    self.assertIn(told, done.stderr)
                self.assertEqual(mailquotad("run", "--config", settings.file).returncode, 1)
        self.assertEqual(self.database.value("SELECT COUNT(*) FROM panel.people"), "1")

    def test_a_user_without_the_right_to_read_is_told_what_is_missing(self) -> None:
        self.database.rows(f"CREATE USER {READER} PASSWORD '{READER}'")
        settings = self.listed(url=self.database.url.replace("//mailquotad@", f"//{READER}@"))
        settings.password_file("database", READER)
        done = mailquotad("check-config", settings.file)
        self.assertIn("permission denied for schema panel", done.stderr)
        self.assertIn("needs the right to SELECT there (GRANT)", done.stderr)

    def test_check_measures_the_rows_and_the_daemon_is_asked_without_any_database(self) -> None:
        settings = self.listed()
        code, boxes = self.check(settings)
        self.assertEqual((code, [box["slug"] for box in boxes]), (1, ["kim"]))
        with Running(settings) as running:
            running.wait_for_metric("probe_success", 'mailbox="kim"', value=1)
            self.database.stop()
            self.assertEqual([box["slug"] for box in self.check(settings, "--from-daemon")[1]], ["kim"])

    def test_a_malformed_url_is_one_error_at_every_command(self) -> None:
        settings = self.listed(url=self.database.url + "?sslmod=require")
        for command in (("check-config", settings.file), ("check", "--config", settings.file),
                        ("run", "--config", settings.file), ("silences", "--config", settings.file)):
            done = mailquotad(*command)
            self.assertEqual(done.stderr.count("database.url"), 1, done.stderr)
            self.assertIn(f'{settings.file}:1:20: database.url: cannot be read: invalid URI query parameter: "sslmod"',
                          done.stderr)
            self.assertNotIn("mailbox_list", done.stderr)

    def test_setup_reads_the_rows_and_changes_none(self) -> None:
        settings = self.listed()
        before = self.database.rows("SELECT * FROM panel.people")
        password = self.folder / "uli"
        password.write_text("uli's own\n")
        password.chmod(0o600)
        done = mailquotad("setup", "--config", settings.file, "--address", f"uli@{CLUB}", "--server", "club",
                          "--password-file", password, "--yes",
                          environment={"MAILQUOTAD_CREDENTIALS": str(self.folder / "credentials")})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.database.rows("SELECT * FROM panel.people"), before)
        self.assertEqual(sorted(box["slug"] for box in self.check(settings)[1])[0], "kim")


if __name__ == "__main__":
    unittest.main(verbosity=2)
