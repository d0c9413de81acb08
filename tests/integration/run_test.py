"""`mailquotad run` with a real Dovecot and a real SMTP server: the mail arrives, once, whatever happens between."""

import signal
import unittest

from support import CLUB, MIB, PRIVATE, Mailbox, Running, ServerTest, SilentServer, free_port, quoted, wait_for


class Run(ServerTest):
    with_smtp = True
    count = 0

    def member(self, share: float) -> Mailbox:
        """A mailbox filled so far, and its owner's second mailbox, both fresh."""
        Run.count += 1
        mailbox = Mailbox(f"kim{Run.count}@{CLUB}", "pw", owner=f"kim{Run.count}@{PRIVATE}")
        self.dovecot.add(mailbox.address, "pw", storage=20 * MIB)
        self.dovecot.add(mailbox.owner, "private")
        self.dovecot.fill_to(mailbox.address, share)
        return mailbox

    def mails(self, mailbox: Mailbox) -> list:
        return self.dovecot.messages(mailbox.owner)

    def wait_for_mail(self, mailbox: Mailbox, running: Running, seconds: float = 60) -> None:
        wait_for(lambda: bool(self.mails(mailbox)), f"a mail to {mailbox.owner}:\n{running.child.words()}", seconds)
        running.wait_for_metric("outbox_pending", value=0)

    def test_first_round_warns_the_owner_and_nobody_else(self) -> None:
        full, calm = self.member(0.96), self.member(0.4)
        wrong = Mailbox(f"wrong@{CLUB}", "not the password", owner=calm.owner)
        used = self.dovecot.quota_get(full.address)["STORAGE"][0]
        with Running(self.settings(full, calm, wrong)) as running:
            running.wait_until_ready()
            self.wait_for_mail(full, running)
            self.assertEqual(running.metric("probe_success", f'mailbox="{full.slug}"'), 1)
            self.assertEqual(running.metric("probe_success", 'mailbox="wrong"'), 0)
            self.assertEqual(running.metric("mailbox_stage", f'mailbox="{full.slug}"', 'stage="urgent"'), 1)
            self.assertEqual(running.metric("mailbox_used_bytes", f'mailbox="{full.slug}"'), used)
            page = running.get("/")
            self.assertEqual(page[0], 200)
            for text in (page[1], running.get("/metrics")[1], running.get("/api/v1/status")[1]):
                self.assertNotIn(full.address, text)
                self.assertNotIn(full.owner, text)
            self.assertEqual(running.get("/healthz")[0], 200)
            self.assertEqual(running.get("/../etc/passwd")[0], 404)
            self.assertEqual(running.child.stop(), 0)
        self.assertEqual(len(self.mails(full)), 1)
        self.assertEqual(self.mails(calm), [])

    def test_the_mail_says_the_numbers_and_holds_no_link(self) -> None:
        mailbox = self.member(0.96)
        with Running(self.settings(mailbox)) as running:
            self.wait_for_mail(mailbox, running)
        mail = self.mails(mailbox)[0]
        plain, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
        for text in (plain, html):
            self.assertIn("96", text)
            self.assertIn(mailbox.address, text)
        self.assertNotIn("://", plain)
        self.assertNotIn("<a ", html)
        self.assertNotIn("<img", html)
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertIn(f"webmaster@{CLUB}", mail["From"])
        self.assertEqual(mail["Return-Path"], f"<webmaster@{CLUB}>")

    def test_a_restart_does_not_repeat_the_mail(self) -> None:
        mailbox = self.member(0.96)
        settings = self.settings(mailbox)
        with Running(settings) as running:
            self.wait_for_mail(mailbox, running)
        for _ in range(2):
            with Running(settings) as running:
                running.wait_until_ready()
                running.wait_for_metric("outbox_pending", value=0)
                self.assertEqual(running.metric("mailbox_stage", f'mailbox="{mailbox.slug}"', 'stage="urgent"'), 1)
        self.assertEqual(len(self.mails(mailbox)), 1)

    def test_a_full_mailbox_refuses_its_copy_and_the_owner_is_told_all_the_same(self) -> None:
        mailbox = self.member(1.0)
        settings = self.settings(mailbox)
        with Running(settings) as running:
            self.wait_for_mail(mailbox, running)
            wait_for(lambda: running.total("notifications_sent_total", f'mailbox="{mailbox.slug}"') >= 1, "a mail sent")
        with Running(settings) as running:
            running.wait_until_ready()
            running.wait_for_metric("outbox_pending", value=0)
        self.assertEqual(len(self.mails(mailbox)), 1)

    def test_a_higher_stage_is_mailed_at_once(self) -> None:
        mailbox = self.member(0.86)
        settings = self.settings(mailbox)
        with Running(settings) as running:
            self.wait_for_mail(mailbox, running)
        self.dovecot.fill(mailbox.address, 2 * MIB, seed=2)
        with Running(settings) as running:
            running.wait_until_ready()
            running.wait_for_metric("mailbox_stage", f'mailbox="{mailbox.slug}"', 'stage="urgent"', value=1)
            running.wait_for_metric("outbox_pending", value=0)
        self.assertEqual(len(self.mails(mailbox)), 2)

    def test_a_mail_waits_while_the_smtp_server_is_down_and_arrives_once(self) -> None:
        mailbox = self.member(0.96)
        settings = self.settings(mailbox)
        self.smtp.halt()
        self.addCleanup(self.ensure_smtp)
        with Running(settings) as running:
            running.wait_for_metric("notifications_failed_total", 'reason="connect"', at_least=1)
            self.assertGreaterEqual(running.metric("outbox_pending"), 1)
            self.assertEqual(running.total("notifications_sent_total", f'mailbox="{mailbox.slug}"'), 0)
            self.smtp.start()
            self.wait_for_mail(mailbox, running, seconds=150)
            wait_for(lambda: running.total("notifications_sent_total", f'mailbox="{mailbox.slug}"') >= 1, "a mail sent")
        self.assertEqual(len(self.mails(mailbox)), 1)

    def test_a_daemon_that_is_killed_with_unsent_mail_sends_it_at_the_next_start(self) -> None:
        mailbox = self.member(0.96)
        settings = self.settings(mailbox)
        self.smtp.halt()
        self.addCleanup(self.ensure_smtp)
        with Running(settings) as running:
            running.wait_for_metric("outbox_pending", at_least=1)
            running.child.stop(number=signal.SIGKILL)
        self.smtp.start()
        with Running(settings) as running:
            self.wait_for_mail(mailbox, running)
        self.assertEqual(len(self.mails(mailbox)), 1)

    def ensure_smtp(self) -> None:
        """The other tests need it, whatever became of this one."""
        if self.smtp.child is None:
            self.smtp.start()

    def test_sighup_reads_the_settings_anew(self) -> None:
        first, second = self.member(0.4), self.member(0.86)
        settings = self.settings(first)
        with Running(settings) as running:
            running.wait_until_ready()
            self.assertIsNone(running.metric("probe_success", f'mailbox="{second.slug}"'))
            settings.mailboxes.append(second)
            settings.write()
            running.child.send(signal.SIGHUP)
            running.wait_for_metric("probe_success", f'mailbox="{second.slug}"', value=1)
            self.wait_for_mail(second, running)
            settings.file.write_text("nonsense = 1\n")
            running.child.send(signal.SIGHUP)
            running.wait_for_metric("config_last_reload_successful", value=0)
            self.assertEqual(running.metric("probe_success", f'mailbox="{first.slug}"'), 1)
            self.assertTrue(running.child.runs())

    def test_a_reload_that_moves_a_mailbox_to_another_server_looks_at_it_at_once(self) -> None:
        moved, other = self.member(0.4), self.member(0.4)
        settings = self.settings(moved, other) # every hour
        settings.servers["new"] = settings.servers["club"]
        settings.servers["club"] = [line.replace(str(self.dovecot.imaps), str(free_port()))
                                    for line in settings.servers["club"]]
        other.server = "new"
        with Running(settings.write()) as running:
            running.wait_until_ready()
            self.assertEqual(running.metric("probe_success", f'mailbox="{moved.slug}"'), 0)
            measured = running.metric("probe_last_success_timestamp_seconds", f'mailbox="{other.slug}"')
            moved.server = "new"
            settings.write()
            running.child.send(signal.SIGHUP)
            running.wait_for_metric("probe_success", f'mailbox="{moved.slug}"', value=1)
            self.assertEqual(running.metric("probe_last_success_timestamp_seconds", f'mailbox="{other.slug}"'), measured)

    def test_sigterm_ends_it_within_10_s_while_a_server_hangs(self) -> None:
        with SilentServer() as silent:
            settings = self.settings(self.member(0.4), Mailbox(f"hang@{CLUB}", "pw", server="silent"))
            settings.servers["silent"] = [f'imap = "imaps://localhost:{silent.port}"',
                                          f"ca_file = {quoted(self.dovecot.authority.certificate)}"]
            settings.poll = ('interval = "1h"', 'timeout = "5min"')
            with Running(settings.write()) as running:
                wait_for(lambda: silent.visitors > 0, "the daemon connects")
                self.assertEqual(running.child.stop(10), 0, running.child.words())

    def test_a_hanging_server_holds_up_no_other_mailbox(self) -> None:
        with SilentServer(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n") as silent:
            full = self.member(0.96)
            hanging = [Mailbox(f"hang{number}@{CLUB}", "pw", server="silent") for number in range(6)]
            settings = self.settings(*hanging, full)
            settings.servers["silent"] = [f'imap = "imap+starttls://localhost:{silent.port}"']
            settings.poll = ('interval = "1h"', 'timeout = "5min"')
            with Running(settings.write()) as running:
                self.wait_for_mail(full, running)
                self.assertNotEqual(running.get("/readyz")[0], 200)
                self.assertEqual(running.get("/healthz")[0], 200)
                self.assertEqual(running.child.stop(10), 0, running.child.words())

    def test_without_smtp_it_runs_and_says_whom_it_cannot_mail(self) -> None:
        settings = self.settings(self.member(0.96))
        settings.smtp = ()
        with Running(settings.write()) as running:
            running.wait_until_ready()
            self.assertIn("smtp", running.log.read_text())
            self.assertEqual(running.metric("outbox_pending"), 0)


if __name__ == "__main__":
    unittest.main()
