"""PostgreSQL instead of the file: every command works with it, and what is wrong with it is said plainly."""

import json
import unittest

from support import CLUB, MIB, PRIVATE, Mailbox, Running, ServerTest, mailquotad

from servers.postgresql import Postgresql


class OnPostgresql(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(f"kim@{CLUB}", "pw", storage=20 * MIB)

    def setUp(self) -> None:
        super().setUp()
        self.database = Postgresql()
        self.addCleanup(self.database.__exit__, None, None, None)
        self.database.__enter__()
        self.set_up = self.settings(Mailbox(f"kim@{CLUB}", "pw", owner=f"kim@{PRIVATE}"))
        self.use(self.database.url, self.database.password)

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
