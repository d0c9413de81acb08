"""What becomes of a mail that is refused or comes back, with real servers: the webmaster hears of it, by mail and by
webhook, once; and a mail that came back is no longer told."""

import json
import sqlite3
import unittest
from pathlib import Path

from support import CLUB, MIB, PRIVATE, WEBMASTER, Mailbox, Running, ServerTest, Settings, mailquotad, quoted, wait_for

from servers.hook import Hook

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you.

--b
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}

--b
Content-Type: {part}

From: {to}
Message-ID: <{message_id}>
Subject: returned

--b--
"""

ANSWER_OF_ABSENCE = """\
From: {recipient}
To: {to}
Subject: Away until Monday
Auto-Submitted: auto-replied
In-Reply-To: <{message_id}>
References: <{message_id}>

I am away.
"""


class Delivery(ServerTest):
    with_smtp = True
    count = 0

    def member(self, owner: str = "") -> Mailbox:
        """A mailbox that is nearly full; the owner's address exists unless it is named."""
        Delivery.count += 1
        mailbox = Mailbox(f"sam{Delivery.count}@{CLUB}", "pw", owner=owner or f"sam{Delivery.count}@{PRIVATE}")
        self.dovecot.add(mailbox.address, "pw", storage=20 * MIB)
        if not owner:
            self.dovecot.add(mailbox.owner, "private")
        self.dovecot.fill_to(mailbox.address, 0.96)
        return mailbox

    def extended(self, settings: Settings, *tables: str) -> Settings:
        """The same settings with more tables at the end."""
        settings.file.write_text("\n\n".join([settings.file.read_text(), *tables]) + "\n")
        return settings

    def hook(self, settings: Settings, hook: Hook, *lines: str) -> str:
        """A [[webhook]] for this server."""
        secret = settings.password_file("hook", "Bearer sesame")
        return "\n".join(["[[webhook]]", 'name = "chat"', f'url = "https://localhost:{hook.port}/room/{{key}}"',
                          f"ca_file = {quoted(self.dovecot.authority.certificate)}",
                          f'headers = [{{ name = "Authorization", secret = {secret} }}]', *lines])

    def bounces(self, settings: Settings) -> str:
        """A [bounces] that watches the webmaster's mailbox."""
        return "\n".join(["[bounces]", f'server = "imaps://localhost:{self.dovecot.imaps}"',
                          f'username = "{WEBMASTER}"', f'password = {settings.password_file("bounces", "of-the-club")}',
                          f"ca_file = {quoted(self.dovecot.authority.certificate)}"])

    def news(self, slug: str) -> list:
        """The mails to the webmaster about a mailbox."""
        return [mail for mail in self.dovecot.messages(WEBMASTER)
                if (mail["Message-ID"] or "").startswith("<news.") and slug in mail["Subject"]]

    def state(self, settings: Settings, mailbox: Mailbox) -> dict:
        """What was decided about a mailbox, as the database has it after the daemon ended."""
        database = sqlite3.connect(settings.folder / "state" / "mailquotad.sqlite")
        try:
            row = database.execute("SELECT state FROM alert_state a JOIN mailbox m ON m.id = a.mailbox_id"
                                   " WHERE slug = ?", (mailbox.slug,)).fetchone()
            return json.loads(row[0])
        finally:
            database.close()

    def test_a_refused_notice_is_told_to_the_webmaster_once_by_mail_and_webhook(self) -> None:
        mailbox = self.member(owner=f"nobody@{PRIVATE}")
        with Hook(self.dovecot.authority.good(), answers=[503, 302]) as hook:
            settings = self.settings(mailbox)
            self.extended(settings, self.hook(settings, hook))
            for number in range(1, 4):  # a server in trouble and a redirect: tried again at the next start
                with Running(settings) as running:
                    wait_for(lambda wanted=number: len(hook.requests) >= wanted,
                             f"request {number} to the webhook:\n{running.child.words()}", 60)
                    wait_for(lambda: bool(self.news(mailbox.slug)), f"news by mail:\n{running.child.words()}", 60)
            with Running(settings) as running:
                running.wait_for_metric("outbox_pending", value=0)
        self.assertEqual([request.path for request in hook.requests], [hook.requests[0].path] * 3)
        request = hook.requests[2]
        self.assertEqual(request.method, "POST")
        self.assertEqual(request.headers["authorization"], "Bearer sesame")
        body = json.loads(request.body)
        self.assertEqual((body["event"], body["mailbox"], body["stage"]), ("mail_refused", mailbox.slug, "urgent"))
        self.assertIn(body["key"], request.path)
        for secret in (mailbox.address, mailbox.owner):
            self.assertNotIn(secret, request.body)
        self.assertNotIn("sesame", Path(settings.folder / "mailquotad.log").read_text())
        self.assertEqual(len(self.news(mailbox.slug)), 1)
        self.assertIn("smtp_5xx", self.news(mailbox.slug)[0].get_content())

    def test_a_webhook_with_another_certificate_gets_nothing(self) -> None:
        mailbox = self.member(owner=f"nobody@{PRIVATE}")
        with Hook(self.dovecot.authority.wrong_host()) as hook:
            settings = self.settings(mailbox)
            self.extended(settings, self.hook(settings, hook))
            with Running(settings) as running:
                running.wait_for_metric("notifications_failed_total", 'reason="tls"', at_least=1)
        self.assertEqual(hook.requests, [])

    def test_a_wrong_body_is_named_by_check_config(self) -> None:
        settings = self.settings(self.member())
        with Hook() as hook:
            self.extended(settings, self.hook(settings, hook, 'body = "{{folder}}"'))
        done = mailquotad("check-config", "--config", settings.file)
        self.assertEqual(done.returncode, 78)
        self.assertIn("webhook[1].body", done.stderr)

    def came_back(self, mail: str, *, heard: bool, **values: str) -> tuple[dict, str, list, Mailbox]:
        """A notice goes out; then this mail about it lies in the webmaster's mailbox. State, log, news, mailbox."""
        self.setUp()  # a folder and a database of its own
        mailbox = self.member()
        settings = self.settings(mailbox)
        self.extended(settings, self.bounces(settings))
        with Running(settings) as running:
            wait_for(lambda: bool(self.dovecot.messages(mailbox.owner)), f"a notice:\n{running.child.words()}")
            running.wait_for_metric("outbox_pending", value=0)
        self.assertIsNotNone(self.state(settings, mailbox)["episode"]["told"])
        message_id = self.dovecot.messages(mailbox.owner)[0]["Message-ID"].strip("<> ")
        if values.get("recipient") == "copy":
            message_id, values["recipient"] = message_id.replace("@", ".copy@"), mailbox.address
        text = mail.format(to=WEBMASTER, message_id=message_id, **{"recipient": mailbox.owner, **values})
        connection = self.dovecot.connect(WEBMASTER)
        connection.append("INBOX", None, None, text.replace("\n", "\r\n").encode())
        before = self.flags(connection)
        with Running(settings) as running:
            running.wait_until_ready()
            running.wait_for_metric("outbox_pending", value=0)
            wait_for(lambda: self.searched(settings, connection), f"a search:\n{running.child.words()}")
            if heard:
                wait_for(lambda: bool(self.news(mailbox.slug)), f"news by mail:\n{running.child.words()}", 60)
            self.assertEqual(self.flags(connection)[:len(before)], before)
            log = running.log.read_text()
        connection.logout()
        return self.state(settings, mailbox), log, self.news(mailbox.slug), mailbox

    def searched(self, settings: Settings, connection) -> bool:
        """Whether the search has seen the newest mail: it remembers how far it came, or there was nothing for it."""
        database = sqlite3.connect(f"file:{settings.folder}/state/mailquotad.sqlite?mode=ro", uri=True)
        try:
            return bool(database.execute("SELECT 1 FROM note n JOIN mailbox m ON m.id = n.mailbox_id"
                                         " WHERE slug = '*' AND name = 'bounces'").fetchone())
        finally:
            database.close()

    @staticmethod
    def flags(connection) -> list:
        """The flags of all mails: nothing may be marked as read."""
        connection.select("INBOX", readonly=True)
        return connection.fetch("1:*", "(FLAGS)")[1]

    def test_a_notice_that_came_back_is_no_longer_told_and_the_webmaster_hears_it(self) -> None:
        for part in ("text/rfc822-headers", "message/rfc822"):
            state, log, news, _ = self.came_back(REPORT, heard=True, kind="delivery-status", action="failed",
                                                 status="5.1.1", part=part)
            self.assertIsNone(state["episode"].get("told"), part)
            self.assertIn("came back", log)
            self.assertEqual(len(news), 1)
            self.assertIn("came back", news[0]["Subject"])

    def test_a_delay_a_receipt_and_an_answer_of_absence_change_nothing(self) -> None:
        delayed = {"kind": "delivery-status", "action": "delayed", "status": "4.4.1", "part": "text/rfc822-headers"}
        receipt = {"kind": "disposition-notification", "action": "displayed", "status": "2.0.0",
                   "part": "text/rfc822-headers"}
        for mail, values in ((REPORT, delayed), (REPORT.replace("MAILER-DAEMON", "kim"), receipt),
                             (ANSWER_OF_ABSENCE, {})):
            state, log, news, _ = self.came_back(mail, heard=False, **values)
            self.assertIsNotNone(state["episode"].get("told"), values)
            self.assertNotIn("came back", log)
            self.assertEqual(news, [])

    def test_a_copy_that_came_back_for_lack_of_space_is_noted_and_tells_nobody(self) -> None:
        state, _, news, mailbox = self.came_back(REPORT, heard=False, kind="delivery-status", action="failed",
                                                 status="5.2.2", part="message/rfc822", recipient="copy")
        self.assertIsNotNone(state["episode"].get("told"))
        self.assertEqual(news, [])
        database = sqlite3.connect(self.folder / "state" / "mailquotad.sqlite")
        note = database.execute("SELECT content FROM note n JOIN mailbox m ON m.id = n.mailbox_id"
                                " WHERE slug = ? AND name = 'refused'", (mailbox.slug,)).fetchone()
        database.close()
        self.assertIsNotNone(note)


if __name__ == "__main__":
    unittest.main()
