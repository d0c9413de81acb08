"""What servers call their folders and roots, and what they say when they refuse, is made harmless at each place where it
is shown: a table of places, for a scripted server that says anything and for a real Dovecot with such folders."""

import email
import email.message
import email.policy
import html.parser
import json
import re
import shutil
import unittest
from collections.abc import Iterator
from contextlib import ExitStack

from support import (CLUB, MIB, Authority, Dovecot, Mailbox, Running, ServerTest, Settings, mailquotad, private_folder,
                     server, wait_for)

from hostile import acts
from hostile.dialogue import PASSWORD, USER, Dialogue
from hostile.smtp_cases import SmtpDialogue
from hostile.text_cases import EVIL, NAMES, ROOT, judge_harmless, judge_nagios
from hostile.wire import Listener, Session

HEADERS = {"from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted", "precedence",
           "content-language", "content-transfer-encoding", "in-reply-to", "references", "x-auto-response-suppress",
           "list-id", "reply-to", "x-mailquotad-mailbox", "x-mailquotad-stage", "x-mailquotad-kind", "x-mailquotad-episode", "importance",
           "x-priority", "feedback-id", "content-disposition"}
SAMPLE = re.compile(r'\w+(\{\w+="([^"\\\n]|\\[\\n"])*"(,\w+="([^"\\\n]|\\[\\n"])*")*\})? (NaN|[+-]Inf|[-+0-9.e]+)')


class Page(html.parser.HTMLParser):
    """The tags and attributes of a page or of a mail."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data: str) -> None:
        self.text += data


def judge_html(name: str, text: str) -> list[str]:
    """No tag, attribute or hidden character but our own."""
    page = Page(text)
    wrong = judge_harmless(name, text.replace("\r\n", "\n").replace("\t", " ").encode())
    own = {"form"} if name == "/" else set()  # its filter
    wrong += [f"{name} has <{tag}>"
              for tag in page.tags & {"script", "i", "img", "iframe", "object", "form"} - own]
    wrong += [f"{name} has the server's <b>"] if "<b>bold" in text else []
    wrong += [f"{name} has {attribute}=" for attribute in page.attributes if attribute.startswith("on")]
    return wrong


def parts(message: email.message.EmailMessage) -> Iterator[tuple[str, str]]:
    """Type and text of each part."""
    for part in message.walk():
        if not part.is_multipart():
            yield part.get_content_type(), part.get_content()


def judge_mail(name: str, raw: bytes) -> list[str]:
    """Only the headers that we write, none with a hidden character, and harmless parts."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    foreign = {key.lower() for key in message.keys()} - HEADERS
    wrong = [f"{name} has the headers {foreign}"] if foreign else []
    for key, value in message.items():
        wrong += judge_harmless(f"{key} of {name}", str(value).encode())
    for kind, text in parts(message):
        wrong += (judge_html if kind == "text/html" else judge_text)(f"{kind} of {name}", text)
    return wrong


def judge_text(name: str, text: str) -> list[str]:
    """Text for people."""
    return judge_harmless(name, text.replace("\r\n", "\n").encode(errors="surrogatepass"))


def judge_metrics(text: str) -> list[str]:
    """Every line is a comment or a sample; nobody else's sample is among them."""
    return [f"/metrics has the line {line!r}" for line in text.splitlines()
            if line and not line.startswith("#") and not SAMPLE.fullmatch(line)]


def judge_log(text: str) -> list[str]:
    """Nothing that a terminal obeys; and no line that the server began."""
    wrong = judge_text("the log", text)
    return wrong + [f"the log has the line {line!r}" for line in text.splitlines() if line.startswith(("lines", "Bcc"))]


class HarmlessText(ServerTest):
    @classmethod
    def setUpClass(cls) -> None:
        """The scripted servers need no Dovecot; the test with a real one starts it."""

    def settings_of(self, lines: list[str], smtp: int, *mailboxes: Mailbox) -> Settings:
        """Settings with one server, and mail over a scripted one."""
        settings = Settings(self.folder, {"club": lines}, list(mailboxes))
        settings.smtp = [f'server = "smtp://127.0.0.1:{smtp}"', "plaintext = true", 'from = "Web <webmaster@verein.example>"',
                         'admin = ["webmaster@verein.example"]']
        return settings.write()

    def places(self, settings: Settings, mailbox: Mailbox, sink: SmtpDialogue, mails: int) -> list[str]:
        """What is wrong at any place where something of this mailbox is shown."""
        wrong: list[str] = []
        with Running(settings) as running:
            running.wait_until_ready()
            wait_for(lambda: len(sink.mails) >= mails, f"{mails} mails:\n{running.child.words()}", 120)
            for path in ("/", f"/mailbox/{mailbox.slug}"):
                wrong += judge_html(path, running.get(path)[1])
            wrong += judge_metrics(running.get("/metrics")[1])
            json.loads(running.get("/api/v1/status")[1])  # which keeps every word as it was
        wrong += judge_log(running.log.read_text())
        for number, mail in enumerate(sink.mails):
            wrong += judge_mail(f"mail {number}", mail)
        for command in (("check", "--mailbox"), ("check", "--format", "nagios", "--mailbox"), ("survey",), ("explain",),
                        ("explain", "--evidence"), ("history",), ("history", "--format", "csv"), ("preview",)):
            done = mailquotad(*command, mailbox.address, "--config", settings.file)
            wrong += judge_text(" ".join(command), done.stdout) + judge_text(f"stderr of {command}", done.stderr)
            if "nagios" in command:
                wrong += judge_nagios(done.stdout.encode(), 1)
            if "csv" in command:
                rows = done.stdout.splitlines()
                wrong += [f"CSV: {row!r}" for row in rows if row.count(",") != rows[0].count(",")]
        wrong += judge_html("preview", mailquotad("preview", mailbox.address, "--format", "html", "--config",
                                                  settings.file).stdout)
        return wrong

    def names(self, settings: Settings) -> set[str]:
        """The folders' names as JSON has them."""
        return {folder["name"] for folder in self.check_one(settings, "--force")[1]["folders"]}

    def test_names_of_folders_and_roots_of_a_scripted_server(self) -> None:
        for first in range(0, len(NAMES), 3):  # the largest folders are named
            self.setUp()
            folders = tuple((wire, b"\\HasNoChildren", 1, 90000 if first <= place < first + 3 else 1000)
                            for place, (wire, _) in enumerate(NAMES))
            dialogue = Dialogue(folders=folders, root=ROOT, quota=b"STORAGE 970 1000")
            sink = SmtpDialogue()
            with self.subTest(first), ExitStack() as stack:
                imap, smtp = stack.enter_context(Listener(dialogue)), stack.enter_context(Listener(sink))
                mailbox = Mailbox(f"kim@{CLUB}", PASSWORD, owner="kim@privat.example",
                                  lines=[f'username = "{USER}"'])
                settings = self.settings_of([f'imap = "imap://127.0.0.1:{imap.port}"', "plaintext = true"], smtp.port, mailbox)
                self.assertEqual(self.places(settings, mailbox, sink, 1), [])
                self.assertEqual(self.names(settings), {text for _, text in NAMES})
                self.assertEqual(self.check_one(settings, "--force")[1]["quota"][0]["root"], ROOT.decode())

    def test_the_words_of_a_refusal(self) -> None:
        for place, words in (("AUTH", b"TAG NO [AUTHENTICATIONFAILED] " + EVIL), ("greeting", b"* BYE " + EVIL),
                             ("LIST", b"* BYE " + EVIL)):
            self.setUp()
            sink = SmtpDialogue()
            with self.subTest(place), ExitStack() as stack:
                imap = stack.enter_context(Listener(Dialogue(acts={place: acts.say(words + b"\r\n")})))
                smtp = stack.enter_context(Listener(sink))
                mailbox = Mailbox(f"kim@{CLUB}", PASSWORD, lines=[f'username = "{USER}"'])
                settings = self.settings_of([f'imap = "imap://127.0.0.1:{imap.port}"', "plaintext = true"], smtp.port, mailbox)
                told = 1 if place == "AUTH" else 0  # a server that is gone is told after a day
                self.assertEqual(self.places(settings, mailbox, sink, told), [])

    def test_the_words_of_a_mail_server(self) -> None:
        dialogue = Dialogue(quota=b"STORAGE 970 1000")
        asked: list[bytes] = []

        def refuse_the_owner(session: Session, _: bytes) -> bool:
            session.send(b"250 ok\r\n" if asked else b"550 5.1.1 " + EVIL + b"\r\n")
            asked.append(b"")
            return True

        sink = SmtpDialogue(acts={"RCPT": refuse_the_owner})
        with ExitStack() as stack:
            imap, smtp = stack.enter_context(Listener(dialogue)), stack.enter_context(Listener(sink))
            mailbox = Mailbox(f"kim@{CLUB}", PASSWORD, owner="kim@privat.example", lines=[f'username = "{USER}"'])
            settings = self.settings_of([f'imap = "imap://127.0.0.1:{imap.port}"', "plaintext = true"], smtp.port, mailbox)
            self.assertEqual(self.places(settings, mailbox, sink, 2), [])  # the copy, and the news for the webmaster

    def test_a_real_dovecot_with_such_folders(self) -> None:
        files = private_folder("ca")
        self.addCleanup(shutil.rmtree, files, ignore_errors=True)
        self.start_dovecot(files)
        made = self.make_folders()
        self.assertGreaterEqual(len(made), 7, made)
        sink = SmtpDialogue()
        with Listener(sink) as smtp:
            mailbox = Mailbox(f"kim@{CLUB}", "pw", owner="kim@privat.example", lines=['depth = "sizes"'])
            settings = self.settings_of(server(self.dovecot), smtp.port, mailbox)
            self.assertEqual(self.places(settings, mailbox, sink, 1), [])
            self.assertLessEqual(made, self.names(settings))

    def start_dovecot(self, files) -> None:
        """A Dovecot with a mailbox that is nearly full."""
        self.dovecot = Dovecot(Authority(files))
        self.addCleanup(self.dovecot.stop)
        self.dovecot.add(f"kim@{CLUB}", "pw", storage=MIB)
        self.dovecot.start()

    def make_folders(self) -> set[str]:
        """Makes every folder that Dovecot takes, with a message of its own; their names."""
        connection = self.dovecot.connect(f"kim@{CLUB}")
        made = set()
        message = b"Subject: x\r\n\r\n" + b"x" * 70000 + b"\r\n"
        for wire, text in NAMES[1:]:
            if b"\r" in wire or b"\n" in wire:
                continue  # needs a literal, and Dovecot refuses it
            quoted = '"' + wire.decode("ascii").replace("\\", "\\\\").replace('"', '\\"') + '"'
            if connection.create(quoted)[0] == "OK" and connection.append(quoted, None, None, message)[0] == "OK":
                made.add(text)
        connection.append("INBOX", None, None, b"Subject: x\r\n\r\n" + b"y" * (MIB - 70000 * len(made) - 60000) + b"\r\n")
        connection.logout()
        return made


if __name__ == "__main__":
    unittest.main()
