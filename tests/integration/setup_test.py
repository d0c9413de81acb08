"""`mailquotad setup` against a real Dovecot and a real SMTP server: by options, and at a real terminal."""

import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
import unittest
from pathlib import Path

from support import BINARY, CLUB, MIB, PRIVATE, WEBMASTER, Running, ServerTest, Settings, mailquotad

KIM, ULI, TONI = (f"{name}@{CLUB}" for name in ("kim.muster", "uli", "toni"))
SECRET = "kim's own pässword"


class Person:
    """Somebody at a terminal who waits for a question before each answer."""

    def __init__(self, arguments: list[str | Path], environment: dict[str, str]):
        self.said = ""
        self.mark = 0  # up to where it was heard
        self.terminal, inner = pty.openpty()
        self.process = subprocess.Popen([BINARY, *arguments], stdin=inner, stdout=inner, stderr=inner,
                                        env={**os.environ, **environment}, start_new_session=True,
                                        preexec_fn=_take_terminal)
        os.close(inner)

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.terminal)

    def hear(self, text: str, seconds: float = 60) -> None:
        """Reads on until this text was said, behind all that was heard before."""
        end = time.monotonic() + seconds
        while text not in self.said[self.mark:]:
            if not self._read(end):
                raise AssertionError(f"waited in vain for {text!r}:\n{self.said}")
        self.mark = self.said.index(text, self.mark) + len(text)

    def answer(self, question: str, text: str = "") -> None:
        """Waits for the question, then types."""
        self.hear(question)
        os.write(self.terminal, text.encode() + b"\n")

    def has_echo(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def end(self) -> int:
        """Reads to the end; the exit status."""
        while self._read(time.monotonic() + 60):
            pass
        return self.process.wait(60)

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
        try:
            block = os.read(self.terminal, 4096) if ready else b""
        except OSError:  # the other side is closed
            block = b""
        self.said += block.decode(errors="replace").replace("\r\n", "\n")
        return bool(block)


def _take_terminal() -> None:
    import fcntl
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class NameServer:
    """Answers SRV questions for one name, over UDP on loopback; all other names do not exist."""

    def __init__(self, name: str, host: str, port: int):
        self._name, self._record = name, struct.pack("!HHH", 0, 0, port) + self._encoded(host)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        """Closes the socket, which ends the thread."""
        self._socket.close()

    @staticmethod
    def _encoded(name: str) -> bytes:
        return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"

    def _serve(self) -> None:
        while True:
            try:
                query, sender = self._socket.recvfrom(512)
            except OSError:
                return
            question = query[12:query.index(b"\0", 12) + 5]
            found = question.startswith(self._encoded(self._name))
            head = query[:2] + struct.pack("!HHHHH", 0x8180 if found else 0x8183, 1, int(found), 0, 0)
            answer = b"\xc0\x0c" + struct.pack("!HHIH", 33, 1, 60, len(self._record)) + self._record
            self._socket.sendto(head + question + (answer if found else b""), sender)


class Setup(ServerTest):
    with_smtp = True

    @classmethod
    def prepare(cls) -> None:
        for address, password in ((KIM, SECRET), (ULI, "pw uli"), (TONI, "pw toni")):
            cls.dovecot.add(address, password, storage=20 * MIB)
            cls.dovecot.fill_to(address, 0.5)
        cls.dovecot.add(f"kim@{PRIVATE}", "private")

    def setUp(self) -> None:
        super().setUp()
        self.file = self.folder / "mailquotad.toml"
        self.credentials = self.folder / "credentials"
        self.environment = {"MAILQUOTAD_CREDENTIALS": str(self.credentials), "LANG": "en_GB.UTF-8", "LC_ALL": "",
                            "STATE_DIRECTORY": str(self.folder / "state")}

    def password(self, text: str) -> str:
        """A file with a password."""
        file = self.folder / "typed"
        file.touch(0o600)
        file.write_text(text + "\n")
        return str(file)

    def arguments(self, *more: str) -> list[str | Path]:
        """The command line of a setup with this class's servers."""
        return ["setup", "--config", self.file, "--ca-file", str(self.dovecot.authority.certificate), *more]

    def first(self, *more: str) -> subprocess.CompletedProcess:
        """A first run by options alone, with mail."""
        return mailquotad(*self.arguments(
            "--yes", "--address", KIM, "--server", f"imaps://localhost:{self.dovecot.imaps}", "--password-file",
            self.password(SECRET), "--owner-name", "Kim", "--owner-mail", f"kim@{PRIVATE}", "--language", "en",
            "--timezone", "Europe/Berlin", "--from", WEBMASTER, "--smtp",
            f"smtps://localhost:{self.smtp.submissions}", "--smtp-password-file", self.smtp_password(), *more),
            environment=self.environment)

    def smtp_password(self) -> str:
        file = self.folder / "smtp-typed"
        file.write_text("of-the-club\n")
        return str(file)

    def person(self, *more: str) -> Person:
        """Somebody at a terminal in front of a setup."""
        return Person(self.arguments(*more), self.environment)

    def assert_nobody_else_reads(self, file: Path) -> None:
        self.assertEqual(file.stat().st_mode & 0o007, 0, file)

    def test_by_options_alone_the_daemon_then_runs_with_what_was_written(self) -> None:
        before = len(self.dovecot.messages(WEBMASTER))
        done = self.first("--test-mail")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("50.0 %", done.stderr)
        self.assertEqual(mailquotad("check-config", self.file, environment=self.environment).returncode, 0)
        mails = self.dovecot.messages(WEBMASTER)
        self.assertEqual(len(mails), before + 1)
        self.assertIn("Test", mails[-1]["Subject"])
        self.assert_nobody_else_reads(self.file)
        for file in self.credentials.iterdir():
            self.assert_nobody_else_reads(file)
        checked = mailquotad("check", "--config", self.file, "--format", "json", environment=self.environment)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        written = done.stdout + done.stderr + self.file.read_text()
        self.assertNotIn(SECRET, written)
        self.assertNotIn("of-the-club", written)

    def test_the_second_mailbox_is_one_line_and_comments_stay(self) -> None:
        self.assertEqual(self.first().returncode, 0)
        self.file.write_text("# our club\n" + self.file.read_text() + "# the end")
        self.file.chmod(0o604)
        before = self.file.read_text()
        done = mailquotad("setup", "--config", self.file, "--address", ULI, "--password-file", self.password("pw uli"),
                          "--yes", environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.file.read_text().startswith(before + "\n\n[[mailbox]]\n"))
        self.assertEqual(self.file.with_name("mailquotad.toml.bak").read_text(), before)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o604)
        checked = mailquotad("check", "--config", self.file, "--mailbox", ULI, environment=self.environment)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_a_person_at_a_terminal_is_led_through_and_the_password_is_never_shown(self) -> None:
        server = NameServer(f"_imaps._tcp.{CLUB}", "localhost", self.dovecot.imaps)
        self.addCleanup(server.stop)
        with self.person("--name-server", server.place) as person:
            person.answer("Language of mails and pages (de, en) [en]:")
            person.answer("Time zone", "Europe/Berlin")
            person.answer("Address of the mailbox", KIM)
            person.answer("does not belong to verein.example", "y")
            person.hear("not shown")
            self.wait_for_no_echo(person)
            os.write(person.terminal, b"wrong\n")
            person.answer("Login (Enter: as before)")
            person.answer("not shown", SECRET)
            person.hear("50.0 %")
            person.answer("Name of the owner", "Kim")
            person.answer("second address", f"kim@{PRIVATE}")
            person.answer("Language of the mails", "")
            person.answer("Mail program", "thunderbird")
            person.answer("May mailquotad write mails")
            person.answer("Sender of the mails [webmaster@verein.example]")
            person.answer("Server for outgoing mail", f"smtps://localhost:{self.smtp.submissions}")
            person.answer("Login for sending")
            person.answer("Address of the webmaster")
            person.answer("for sending (not shown)", "of-the-clubb")
            person.answer("Write it?")
            person.answer("Send a marked test mail")
            person.answer("for sending (not shown)", "of-the-club")
            person.hear("took the test mail")
            self.assertEqual(person.end(), 0, person.said)
            self.assertTrue(person.has_echo())
            for secret in (SECRET, "of-the-club", "wrong\n"):
                self.assertNotIn(secret, person.said)
        self.assertEqual(mailquotad("test-mail", "--config", self.file, environment=self.environment).returncode, 0)

    def wait_for_no_echo(self, person: Person) -> None:
        end = time.monotonic() + 20
        while person.has_echo() and time.monotonic() < end:
            time.sleep(0.01)
        self.assertFalse(person.has_echo())

    def test_ctrl_c_at_the_password_gives_the_terminal_back_and_changes_nothing(self) -> None:
        for number, key in ((signal.SIGINT, b"\x03"), (signal.SIGTERM, b""), (signal.SIGQUIT, b"\x1c")):
            with self.subTest(number.name), self.person(
                    "--address", KIM, "--server", f"imaps://localhost:{self.dovecot.imaps}", "--language", "en",
                    "--timezone", "Europe/Berlin") as person:
                person.hear("not shown")
                self.wait_for_no_echo(person)
                os.write(person.terminal, key) if key else person.process.send_signal(number)
                self.assertEqual(person.end(), -number)
                self.assertTrue(person.has_echo())
                self.assertFalse(self.file.exists() or self.credentials.exists())

    def test_ctrl_z_gives_the_terminal_back_until_the_setup_goes_on(self) -> None:
        with self.person("--address", KIM, "--server", f"imaps://localhost:{self.dovecot.imaps}", "--language", "en",
                         "--timezone", "Europe/Berlin", "--dry-run") as person:
            person.hear("not shown")
            self.wait_for_no_echo(person)
            # The kernel stops no orphaned process group by a key, so the signal is one that always stops.
            person.process.send_signal(signal.SIGTSTP)
            person.hear("not shown")
            self.wait_for_no_echo(person)
            os.write(person.terminal, SECRET.encode() + b"\n")
            person.hear("50.0 %")
            os.write(person.terminal, b"\x03")
            self.assertEqual(person.end(), -signal.SIGINT)
            self.assertNotIn(SECRET, person.said)

    def test_an_owner_enrols_at_the_terminal(self) -> None:
        self.assertEqual(self.first().returncode, 0)
        prepared = mailquotad("setup", "--config", self.file, "--address", TONI, "--password-later", "--yes",
                              environment=self.environment)
        self.assertEqual(prepared.returncode, 0, prepared.stderr)
        with Person(["setup", "--config", self.file, "--owner", "--address", TONI], self.environment) as person:
            while "May mailquotad look" not in person.said:
                self.assertTrue(person._read(time.monotonic() + 30), person.said)
                if person.said.endswith("-- Enter for more -- "):
                    os.write(person.terminal, b"\n")
            os.write(person.terminal, b"yes\n")
            person.hear("(not shown)")
            self.wait_for_no_echo(person)
            os.write(person.terminal, b"pw toni\n")
            self.assertEqual(person.end(), 0, person.said)
        for text in ("What is read", "Stored: the password", "withdraw", "-- Enter for more --"):
            self.assertIn(text, person.said)
        self.assertNotIn("pw toni", person.said)
        checked = mailquotad("check", "--config", self.file, "--mailbox", TONI, environment=self.environment)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_a_list_is_imported_and_broken_lines_are_told(self) -> None:
        self.assertEqual(self.first().returncode, 0)
        listed = self.folder / "list.csv"
        listed.write_text(f"address,password,owner_name\n{KIM},x,Kim\n{ULI},pw uli,Uli\nbroken\n{TONI},wrong,Toni\n")
        done = mailquotad("setup", "--config", self.file, "--import", listed, "--yes", environment=self.environment)
        self.assertEqual(done.returncode, 1)
        self.assertIn("list.csv:4:1: has 1 fields", done.stderr)
        rows = [re.split(r"\s{2,}", row.strip()) for row in done.stdout.strip().splitlines()]
        self.assertEqual([(row[1], row[-1].split(":")[0]) for row in rows[1:]],
                         [(KIM, "is in the settings already"), (ULI, "good"), (TONI, "login_refused")])
        self.assertNotIn("pw uli", done.stdout + done.stderr)
        _, mailboxes = self.parse(mailquotad("check", "--config", self.file, "--format", "json",
                                             environment=self.environment))
        self.assertEqual([mailbox["address"] for mailbox in mailboxes], [KIM, ULI])

    def test_a_changed_password_works_without_a_restart(self) -> None:
        self.assertEqual(self.first().returncode, 0)
        self.file.write_text(self.file.read_text() + '\n[poll]\ninterval = "2s"\n[http]\nlisten = "127.0.0.1:0"\n')
        self.addCleanup(self.dovecot.set_password, KIM, SECRET)
        with self.daemon() as running:
            running.wait_for_metric("probe_success", value=1)
            self.dovecot.set_password(KIM, "a new one")
            running.wait_for_metric("probe_success", value=0)
            done = mailquotad("setup", "--config", self.file, "--address", KIM, "--password-file",
                              self.password("a new one"), "--yes", environment=self.environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            running.wait_for_metric("probe_success", value=1)

    def daemon(self) -> Running:
        """`mailquotad run` with the file that setup wrote."""
        settings = Settings(self.folder, {}, [])
        self.file.write_text(self.file.read_text().replace("127.0.0.1:0", f"127.0.0.1:{settings.http}"))
        os.environ.update(self.environment)
        for name in self.environment:
            self.addCleanup(os.environ.pop, name, None)
        return Running(settings)


if __name__ == "__main__":
    unittest.main()
