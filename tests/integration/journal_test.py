"""What the daemon writes to the journal: fields, one line for what is news, levels at run time, no personal data."""

import json
import os
import re
import signal
import unittest
from pathlib import Path

from support import BINARY, CLUB, MIB, PRIVATE, Child, Mailbox, ServerTest, wait_for

KEEPER = Path(__file__).resolve().parents[1] / "fakes" / "journal_keeper.py"
CALM, FILLING, REFUSED = (f"{name}@{CLUB}" for name in ("calm", "filling", "refused"))
OWNER = f"owner@{PRIVATE}"


class Journal(ServerTest):
    with_smtp = True

    @classmethod
    def prepare(cls) -> None:
        for address in (CALM, FILLING):
            cls.dovecot.add(address, "pw", storage=20 * MIB)
            cls.dovecot.fill_to(address, 0.4)
        cls.dovecot.add(OWNER, "private")

    def setUp(self) -> None:
        super().setUp()
        self.file = self.folder / "entries"
        self.config = self.settings(Mailbox(CALM, "pw"), Mailbox(FILLING, "pw", owner=OWNER),
                                    Mailbox(REFUSED, "sesame"), poll=('interval = "1s"',))

    def start(self) -> None:
        """The daemon, with a journal that we own. Who is not root becomes it in a namespace of users."""
        apart = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        child = Child([*apart, "/usr/bin/python3", "-B", KEEPER, self.file, BINARY, "run", "--config", self.config.file],
                      self.folder / "keeper.log", name="mailquotad run")
        self.addCleanup(child.stop)
        self.child = child

    def entries(self, **wanted: str) -> list[dict[str, str]]:
        """All entries so far with these fields."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        found = [json.loads(line) for line in lines if line.endswith("}")]
        return [entry for entry in found if all(entry.get(name) == value for name, value in wanted.items())]

    def wait_for_entry(self, **wanted: str) -> dict[str, str]:
        wait_for(lambda: bool(self.entries(**wanted)), f"an entry {wanted}:\n{self.child.words()}", 60)
        return self.entries(**wanted)[0]

    def reload(self, level: str) -> None:
        text = re.sub(r"\n\[log\]\nlevel = .*\n", "\n", self.config.file.read_text())
        self.config.file.write_text(f'{text}\n[log]\nlevel = "{level}"\n')
        os.kill(self.child.process.pid, signal.SIGHUP)

    def test_events_have_fields_and_what_is_no_news_is_quiet(self) -> None:
        self.start()
        self.wait_for_entry(MAILQUOTAD_EVENT="started", SYSLOG_IDENTIFIER="mailquotad")
        measured = self.wait_for_entry(MAILQUOTAD_EVENT="measured", MAILQUOTAD_MAILBOX="calm")
        self.assertEqual((measured["MAILQUOTAD_SERVER"], measured["PRIORITY"]), ("club", "6"))
        self.assertRegex(measured["MESSAGE_ID"], "^[0-9a-f]{32}$")
        failed = self.wait_for_entry(MAILQUOTAD_EVENT="probe_failed", MAILQUOTAD_MAILBOX="refused")
        self.assertIn("login_refused", failed["MESSAGE"])
        self.assertEqual(failed["PRIORITY"], "4")
        self.dovecot.fill(FILLING, 11 * MIB, seed=2)
        self.wait_for_entry(MAILQUOTAD_EVENT="mail_accepted", MAILQUOTAD_MAILBOX="filling")
        self.reload("debug")
        self.wait_for_entry(MAILQUOTAD_EVENT="measured", MAILQUOTAD_MAILBOX="calm", PRIORITY="7")
        calm = self.entries(MAILQUOTAD_EVENT="measured", MAILQUOTAD_MAILBOX="calm", PRIORITY="6")
        self.assertEqual(len(calm), 1, calm)  # measured every second, and told once
        for entry in self.entries():
            self.assertNotIn("CODE_FILE", entry)
            self.assertNotIn("CODE_LINE", entry)
        told = [entry for entry in self.entries() if entry["PRIORITY"] != "7"]
        self.assertGreater(len(told), 4)
        for secret in (CALM, FILLING, REFUSED, OWNER, "sesame", "INBOX"):
            self.assertEqual([entry for entry in told if secret in json.dumps(entry)], [], secret)

    def test_the_level_changes_at_a_reload(self) -> None:
        self.start()
        self.wait_for_entry(MAILQUOTAD_EVENT="measured", MAILQUOTAD_MAILBOX="filling")
        self.assertEqual(self.entries(PRIORITY="7"), [])
        self.reload("debug")
        self.wait_for_entry(PRIORITY="7", MAILQUOTAD_MAILBOX="calm")
        self.assertEqual(len(self.entries(MAILQUOTAD_EVENT="settings_read")), 1)
        self.reload("loud")  # refused: the old level stays
        self.wait_for_entry(MAILQUOTAD_EVENT="settings_refused", PRIORITY="3")
        before = len(self.entries(PRIORITY="7"))
        wait_for(lambda: len(self.entries(PRIORITY="7")) > before + 2, "more lines at debug", 30)


if __name__ == "__main__":
    unittest.main()
