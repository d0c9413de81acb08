"""The servers that the other tests rely on do what is claimed of them; needs no mailquotad."""

import imaplib
import os
import poplib
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import unittest
from pathlib import Path

from support import CLUB, MIB, PRIVATE, WEBMASTER, Dovecot, ServerTest, private_folder, wait_for

KIM = f"kim@{CLUB}"
HOME = f"kim.muster@{PRIVATE}"


class Servers(ServerTest):
    mechanisms = ("plain", "login", "cram-md5", "scram-sha-256")
    with_smtp = True

    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(KIM, "pw", storage=30 * MIB, messages=5000)
        cls.dovecot.add(HOME, "at home")
        cls.dovecot.add_master("warden", "of all")
        cls.dovecot.fill_to(KIM, 0.86)

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.dovecot.authority.certificate))

    def test_a_mailbox_is_filled_to_the_byte_and_has_folders_with_special_use(self) -> None:
        folders = self.dovecot.folders(KIM)
        self.assertEqual(sum(size for _, size in folders.values()), int(30 * MIB * 0.86))
        self.assertLessEqual({"INBOX", "Sent", "Trash", "Junk", "Archive/2023", "Drafts", "Fahrtenbücher"}, set(folders))
        connection = self.dovecot.connect(KIM)
        listed = b"\n".join(connection.list()[1])
        quota = connection.getquotaroot("INBOX")[1]
        connection.logout()
        for use in (b"\\Sent", b"\\Trash", b"\\Junk", b"\\Archive", b"\\Drafts"):
            self.assertIn(use, listed)
        used = -(-int(30 * MIB * 0.86) // 1024)
        self.assertIn(f"STORAGE {used} {30 * 1024}", quota[1][0].decode())

    def test_an_account_without_a_limit_tells_none(self) -> None:
        self.assertEqual(self.dovecot.quota_get(HOME)["STORAGE"][1], None)
        connection = self.dovecot.connect(HOME)
        self.assertEqual(connection.getquotaroot("INBOX")[1], [[None], [None]])
        connection.logout()

    def test_passwords_and_limits_change_while_it_runs(self) -> None:
        other = f"other@{CLUB}"
        self.dovecot.add(other, "old", storage=MIB)
        self.dovecot.set_password(other, "new")
        with self.assertRaises(imaplib.IMAP4.error):
            self.dovecot.connect(other, "old")
        self.dovecot.connect(other, "new").logout()
        self.dovecot.set_storage(other, 2 * MIB)
        self.assertEqual(self.dovecot.quota_get(other)["STORAGE"], (0, 2 * MIB))

    def test_starttls_master_user_cram_md5_and_pop3(self) -> None:
        connection = imaplib.IMAP4("localhost", self.dovecot.imap)
        connection.starttls(self.context())
        connection.authenticate("PLAIN", lambda _: f"{KIM}\0warden\0of all".encode())
        self.assertEqual(connection.getquotaroot("INBOX")[0], "OK")
        connection.logout()
        connection = imaplib.IMAP4_SSL("localhost", self.dovecot.imaps, ssl_context=self.context())
        connection.login_cram_md5(KIM, "pw")
        connection.logout()
        pop3 = poplib.POP3_SSL("localhost", self.dovecot.pop3s, context=self.context())
        pop3.user(KIM)
        pop3.pass_("pw")
        self.assertEqual(pop3.stat(), self.dovecot.folders(KIM)["INBOX"])
        pop3.quit()

    def test_mail_goes_by_submission_and_lmtp_into_the_mailbox(self) -> None:
        text = b"From: The Webmaster <webmaster@verein.example>\r\nTo: Kim\r\nSubject: hello\r\n\r\nThe body.\r\n"
        self.smtp.send(WEBMASTER, "of-the-club", HOME, text)
        wait_for(lambda: bool(self.dovecot.messages(HOME)), "the mail")
        mail = self.dovecot.messages(HOME)[0]
        self.assertEqual((mail["Subject"], mail.get_content().strip()), ("hello", "The body."))
        self.assertEqual(mail["Return-Path"], f"<{WEBMASTER}>")

    def test_the_smtp_server_refuses_wrong_passwords_and_unknown_recipients(self) -> None:
        with self.assertRaises(smtplib.SMTPAuthenticationError):
            self.smtp.send(WEBMASTER, "not this one", HOME, b"Subject: x\r\n\r\n")
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            self.smtp.send(WEBMASTER, "of-the-club", f"nobody@{PRIVATE}", b"Subject: x\r\n\r\n")
        with smtplib.SMTP("localhost", self.smtp.submission) as connection:
            self.assertFalse(connection.ehlo() and connection.has_extn("auth"))
            connection.starttls(context=self.context())
            connection.login(WEBMASTER, "of-the-club")


class Certificates(ServerTest):
    def verdict(self, certificate) -> str:
        """What a careful client says of a Dovecot with this certificate."""
        dovecot = Dovecot(self.dovecot.authority, certificate=certificate)
        self.addCleanup(dovecot.stop)
        dovecot.start()
        context = ssl.create_default_context(cafile=str(self.dovecot.authority.certificate))
        try:
            with socket.create_connection(("127.0.0.1", dovecot.imaps)) as plain:
                with context.wrap_socket(plain, server_hostname="localhost"):
                    return "good"
        except ssl.SSLCertVerificationError as error:
            return error.verify_message

    def test_each_kind_is_what_it_says(self) -> None:
        authority = self.dovecot.authority
        self.assertEqual(self.verdict(authority.good()), "good")
        self.assertIn("mismatch", self.verdict(authority.wrong_host()))
        self.assertIn("expired", self.verdict(authority.expired()))
        self.assertIn("not yet valid", self.verdict(authority.not_yet_valid()))


class Processes(unittest.TestCase):
    def test_a_child_ends_when_the_program_that_started_it_is_killed(self) -> None:
        folder = private_folder("child")
        self.addCleanup(shutil.rmtree, folder)
        code = ("import sys, time; from pathlib import Path; from servers.processes import Child\n"
                f"print(Child(['sleep', '600'], Path({str(folder / 'log')!r})).pid, flush=True)\n"
                "time.sleep(600)\n")
        parent = subprocess.Popen([sys.executable, "-B", "-c", code], stdout=subprocess.PIPE, text=True,
                                  cwd=Path(__file__).resolve().parents[1])
        child = int(parent.stdout.readline())
        parent.stdout.close()
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        wait_for(lambda: not runs(child), "the child has ended")


def runs(pid: int) -> bool:
    """Whether a process exists and has not ended yet."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


if __name__ == "__main__":
    unittest.main()
