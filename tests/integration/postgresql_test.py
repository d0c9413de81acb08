"""PostgreSQL instead of the file: every command works with it, and what is wrong with it is said plainly."""

import json
import signal
import sys
import time
import unittest
from pathlib import Path

from memory import environment, found_in, with_the_right_to_read
from support import CLUB, MIB, PRIVATE, Mailbox, Running, ServerTest, mailquotad, wait_for

from servers.ca import Certificate
from servers.postgresql import Postgresql


class OnPostgresql(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(f"kim@{CLUB}", "pw", storage=20 * MIB)

    def setUp(self) -> None:
        super().setUp()
        self.database = self.postgresql()
        self.set_up = self.settings(Mailbox(f"kim@{CLUB}", "pw", owner=f"kim@{PRIVATE}"))
        self.use(self.database.url, self.database.password)

    def postgresql(self, certificate: Certificate | None = None) -> Postgresql:
        database = Postgresql(certificate)
        self.addCleanup(database.__exit__, None, None, None)
        return database.__enter__()

    def use(self, url: str, password: str) -> None:
        self.set_up.top = [f'database = {{ url = "{url}", password = '
                           f'{self.set_up.password_file("database", password)} }}']
        self.set_up.write()

    def command(self, *words: str, expect: int = 0) -> str:
        """What a command prints; with both streams where it is to fail."""
        done = mailquotad(words[0], "--config", self.set_up.file, *words[1:])
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        self.assertNotIn(self.database.password, done.stdout + done.stderr)
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def test_every_command_works_with_it(self) -> None:
        self.dovecot.fill_to(f"kim@{CLUB}", 0.9)
        self.assertIn("nothing was measured", self.command("history", "kim", expect=3))
        self.command("check-config")
        with Running(self.set_up) as running:
            running.wait_until_ready()
            self.assertEqual(running.metric("daemons"), 1)
            self.assertEqual(running.metric("database_writable"), 1)
            status = json.loads(running.get("/api/v1/status")[1])
            self.assertEqual((status["daemons"], status["mailboxes"][0]["here"]), (1, True))
            self.assertEqual(running.get("/mailbox/kim")[0], 200)
            self.assertIn("warning", self.command("explain", "kim"))
            self.assertIn("kim", self.command("history", "kim"))
            self.command("silence", "kim", "--until", "1d", "--reason", "away")
            self.assertIn("away", self.command("silences"))
            self.command("silence", "kim", "--end")
            self.assertNotIn(self.database.password, running.log.read_text())
        self.assertEqual(self.database.value("SELECT COUNT(*) FROM daemon"), "0")
        self.assertGreaterEqual(int(self.database.value("SELECT COUNT(*) FROM sample")), 1)
        self.assertIn("pg_dump", self.command("backup", str(self.folder / "copy"), expect=1))
        self.command("forget", "kim")
        self.assertEqual(self.database.value("SELECT COUNT(*) FROM mailbox WHERE slug = 'kim'"), "0")
        self.assertEqual(self.database.value("SELECT COUNT(*) FROM claim WHERE unit = 'kim'"), "0")

    def test_a_wrong_password_and_a_server_that_is_away_are_told(self) -> None:
        self.use(self.database.url, "wrong")
        self.assertIn("the user and the password of the setting database", self.command("check-config", expect=78))
        self.use(self.database.url, self.database.password)
        self.database.stop()
        self.assertIn("Connection refused", self.command("check-config", expect=78))
        with Running(self.set_up) as running:
            running.wait_for_log("Nothing is measured until the database can be opened")
            self.database.start()
            running.wait_until_ready()

    def test_a_database_of_a_newer_version_is_left_alone(self) -> None:
        with Running(self.set_up) as running:
            running.wait_until_ready()
        self.database.rows("INSERT INTO schema_step (number, name) VALUES (99, 'from the future')")
        self.assertIn("newer version of mailquotad", self.command("check-config", expect=78))

    def test_it_may_stop_answering_without_a_word(self) -> None:
        self.set_up.poll = ('interval = "1s"', 'timeout = "5s"')
        self.set_up.write()
        with Running(self.set_up) as running:
            running.wait_until_ready()
            running.wait_for_metric("probe_success", 'mailbox="kim"', at_least=1)
            self.database.freeze()
            running.wait_for_metric("database_writable", value=0)
            running.wait_for_log("did not answer for 15 s")
            self.assertEqual(running.get("/healthz")[0], 200)
            running.child.send(signal.SIGHUP)
            running.wait_for_log("settings read anew")
            thawed = time.time()
            self.database.thaw()
            running.wait_for_metric("database_writable", value=1)
            wait_for(lambda: int(self.database.value("SELECT MAX(measured_at) FROM sample")) > thawed,
                     "measuring goes on", 60)
            self.assertEqual(running.metric("daemons"), 1)
        self.assertEqual(self.database.value("SELECT COUNT(*) FROM daemon"), "0")

    def test_tls_is_spoken_and_the_server_s_name_checked_as_the_url_says(self) -> None:
        database = self.postgresql(self.dovecot.authority.good())
        by_name = database.url.replace("127.0.0.1", "localhost")
        checked = f"{by_name}?sslmode=verify-full&sslrootcert={self.dovecot.authority.certificate}"
        self.use(checked, database.password)
        self.command("check-config")
        with Running(self.set_up) as running:
            running.wait_until_ready()
            self.assertEqual(database.value("SELECT COUNT(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)"
                                            " WHERE s.ssl AND a.pid <> pg_backend_pid()"), "1")
        self.use(f"{by_name}?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt", database.password)
        self.assertIn("certificate verify failed", self.command("check-config", expect=78))
        other = self.postgresql(self.dovecot.authority.wrong_host())
        self.use(f"{other.url.replace('127.0.0.1', 'localhost')}?sslmode=verify-full"
                 f"&sslrootcert={self.dovecot.authority.certificate}", other.password)
        self.assertIn("does not match host name", self.command("check-config", expect=78))
        self.use(f"{by_name}?sslmode=disable", database.password)
        self.assertIn("no encryption", self.command("check-config", expect=78))

    def test_its_password_is_not_shown_anywhere(self) -> None:
        # Memory is left out: what libpq signs in with (SCRAM) stays there, out of reach, as long as its connection.
        secrets = {"database": self.database.password}
        with Running(self.set_up) as running:
            running.wait_until_ready()
            running.wait_for_metric("probe_success", 'mailbox="kim"', at_least=1)
            process = Path(f"/proc/{running.child.pid}")
            shown = {path: running.get(path)[1].encode() for path in ("/", "/metrics", "/api/v1/status")}
            shown |= {"command line": (process / "cmdline").read_bytes(), "log": running.log.read_bytes(),
                      "environment": environment(running.child.pid)}
        self.assertEqual([], [f"{place}: {what}" for place, content in shown.items()
                              for what in found_in(content, secrets)])


if __name__ == "__main__":
    with_the_right_to_read([sys.executable, "-B", *sys.argv])
    unittest.main(verbosity=2)
