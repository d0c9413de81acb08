"""What must never be kept or shown: a run over planted mail, then everything it wrote and served is searched."""

import re
import sys
import unittest
from pathlib import Path

from memory import environment, with_the_right_to_read
from support import CLUB, MIB, PRIVATE, Mailbox, Running, ServerTest, mailquotad, wait_for

PASSWORD = "Zaunkoenig-4711-Planted"
SENDER = "geheim.absender@planted-sender.example"
SUBJECT = "Planted-Subject-Eisvogel"
BODY = "planted-body-goldammer"
FOLDER = "Planted-Folder-Wiedehopf"
MESSAGE = f"From: <{SENDER}>\r\nTo: <kim@{CLUB}>\r\nSubject: {SUBJECT}\r\n\r\n{BODY}\r\n".encode()


class Privacy(ServerTest):
    with_smtp = True

    def planted(self, name: str, *lines: str) -> Mailbox:
        """A mailbox near its limit with a mail and a folder that tell much about somebody."""
        mailbox = Mailbox(f"{name}@{CLUB}", PASSWORD, owner=f"{name}@{PRIVATE}", lines=lines)
        self.dovecot.add(mailbox.address, PASSWORD, storage=10 * MIB)
        self.dovecot.add(mailbox.owner, "private")
        self.dovecot.fill_to(mailbox.address, 0.95)
        with self.dovecot.connect(mailbox.address, PASSWORD) as client:
            client.create(FOLDER)
            client.append(FOLDER, None, None, MESSAGE)
            client.append("INBOX", None, None, MESSAGE)
        return mailbox

    def run_once(self, mailbox: Mailbox) -> dict[str, str]:
        """All that a run leaves and shows, by where it was found."""
        settings = self.settings(mailbox)
        found = {}
        with Running(settings) as running:
            running.wait_until_ready()
            wait_for(lambda: bool(self.dovecot.messages(mailbox.owner)), "the warning", 90)
            running.wait_for_metric("outbox_pending", value=0)
            for path in ("/", f"/mailbox/{mailbox.slug}", "/metrics", "/api/v1/status", "/healthz"):
                found[path] = running.get(path)[1]
            process = Path(f"/proc/{running.child.process.pid}")
            found["command line"] = (process / "cmdline").read_text(errors="replace")
            found["environment"] = environment(running.child.pid).decode(errors="replace")
        for file in (settings.folder / "state").iterdir():
            found[file.name] = file.read_bytes().decode("latin-1")
        found["log"] = running.log.read_text()
        return found

    def assert_nowhere(self, found: dict[str, str], *planted: str) -> None:
        for place, content in found.items():
            for word in planted:
                self.assertNotIn(word.lower(), content.lower(), place)

    def test_nothing_of_the_mails_and_no_password_is_kept_or_shown_with_totals(self) -> None:
        mailbox = self.planted("kim")
        found = self.run_once(mailbox)
        self.assertIn("mailquotad.sqlite", found)
        self.assertIn("mailquotad_", found["/metrics"])
        self.assert_nowhere(found, PASSWORD, SENDER, SUBJECT, BODY, FOLDER)
        shown = {place: found[place] for place in ("/", "/mailbox/kim", "/metrics", "/api/v1/status", "log")}
        self.assert_nowhere(shown, mailbox.address, mailbox.owner)

    def test_nothing_of_the_mails_and_no_password_is_kept_or_shown_with_sizes(self) -> None:
        found = self.run_once(self.planted("alex", 'depth = "sizes"'))
        self.assert_nowhere(found, PASSWORD, SENDER, SUBJECT, BODY, FOLDER)

    def test_forget_prints_what_is_stored_and_leaves_nothing(self) -> None:
        mailbox = self.planted("robin")
        self.run_once(mailbox)
        settings = self.settings(mailbox)
        done = mailquotad("forget", "--config", settings.file, mailbox.address)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"sample"', done.stdout)
        self.assertIn('"alert_state"', done.stdout)
        self.assert_nowhere({"forget": done.stdout}, PASSWORD, SENDER, SUBJECT, BODY, FOLDER)
        left = b"".join(file.read_bytes() for file in (settings.folder / "state").iterdir())
        self.assertNotIn(b"robin", left)
        again = mailquotad("forget", "--config", settings.file, mailbox.address)
        self.assertEqual((again.returncode, again.stdout), (0, "{}\n"))

    def test_privacy_notice_and_announcement_say_what_the_settings_say(self) -> None:
        settings = self.settings(self.planted("toni"), self.planted("uli", 'depth = "sizes"'))
        everyone = mailquotad("privacy-notice", "--config", settings.file, "--language", "de").stdout
        self.assertIn("alle 2 Postfächer", everyone)
        self.assertIn("„sizes“ (Zahl: 1)", re.sub(r"\s+", " ", everyone))
        one = mailquotad("privacy-notice", "--config", settings.file, f"toni@{CLUB}").stdout
        self.assertIn(f"toni@{CLUB}", one)
        self.assertNotIn("20 largest", one)
        deep = mailquotad("privacy-notice", "--config", settings.file, f"uli@{CLUB}").stdout
        self.assertIn("20 largest", deep)
        announced = mailquotad("announce", "--config", settings.file).stdout
        self.assertIn("[Mailbox kim.muster] 83% full", announced)
        enrolled = mailquotad("announce", "--config", settings.file, f"uli@{CLUB}").stdout
        self.assertIn(f"uli@{PRIVATE}", enrolled)
        self.assertIn("size and date of single mails", re.sub(r"\s+", " ", enrolled))
        for text in (everyone, one, deep, announced, enrolled):
            self.assertNotIn("://", text)
            self.assertNotIn("{{", text)
            self.assertTrue(all(len(line) <= 78 for line in text.splitlines()), text)


if __name__ == "__main__":
    with_the_right_to_read([sys.executable, "-B", *sys.argv])
    unittest.main()
