"""What `mailquotad survey` promises, against the mail store and against what a real client then frees."""

import json
import poplib
import ssl
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from support import CLUB, MIB, Mailbox, Running, ServerTest, Settings, mailquotad, server

LIMIT = 20 * MIB
KIB = 1024
LARGE, LARGE_DRAFT = 1_000_000, 100_000
KEPT = ("Trash", "Junk", "Drafts")


@dataclass(frozen=True)
class Mail:
    """One message as its file tells it."""

    folder: str
    size: int
    received: datetime
    flags: str


def day(text: str) -> float:
    return datetime.fromisoformat(text + "T12:00:00+00:00").timestamp()


def contents() -> Iterator[tuple[str, int, float, str]]:
    """Folder, size, time and flags: something for every kind of advice."""
    for month in range(58):
        for part in (3, 17):
            received = day(f"{2022 + month // 12}-{month % 12 + 1:02}-{part:02}")
            yield "", 40_000 + month, received, "FS" if month % 10 == 0 else "S"
    for text in ("2023-05-09", "2024-02-09"):
        yield "", 1_200_000, day(text), "S"
    for _ in range(3):
        yield "", 300_000, day("2025-06-01"), "S"
    for number in range(4):
        yield "", 150_000 + number, day("2026-06-01") + number, "ST"
    for text in ("2023-03-05", "2024-08-05", "2025-05-05"):
        yield "Sent", 1_100_000, day(text), "S"
    for number in range(20):
        yield "Sent", 20_000 + number, day("2026-07-01") + 86400 * number, "S"
    for number in range(30):
        yield "Trash", 60_000 + number, day("2026-08-01") + number, "S"
    for number in range(10):
        yield "Junk", 30_000 + number, day("2026-08-02") + number, ""
    for number in range(3):
        yield "Drafts", 250_000 + number, day("2026-05-01") + number, "S"
    for number in range(40):
        yield "Zeltlager 2025", 80_000 + number, day("2025-03-01") + 86400 * number, "S"


def inbox_only() -> Iterator[tuple[str, int, float, str]]:
    """A mailbox that POP3 would empty."""
    for number in range(80):
        yield "", 200_000 + number, day("2025-01-01") + 86400 * number, "S"
    yield "Sent", 2_000_000, day("2025-01-01"), "S"


class Advice(ServerTest):
    rows: list[tuple[str, ...]] = []
    count = 0

    @classmethod
    def tearDownClass(cls) -> None:
        head = ("advice", "promised", "in the mail store", "measured afterwards", "messages")
        print()
        for row in (head, *cls.rows):
            print(f"{row[0]:<18}{row[1]:>12}{row[2]:>20}{row[3]:>22}{row[4]:>10}")

    def member(self, source: Callable[[], Iterator[tuple[str, int, float, str]]] = contents) -> Mailbox:
        """A fresh mailbox of that content, whose owner agreed to a look at sizes."""
        Advice.count += 1
        mailbox = Mailbox(f"kim{Advice.count}@{CLUB}", "pw", lines=('depth = "sizes"',))
        self.dovecot.add(mailbox.address, "pw", storage=LIMIT)
        writer = self.dovecot.writer(mailbox.address)
        for folder, size, received, flags in source():
            head = f"From: a@{CLUB}\r\nSubject: secret words\r\n\r\n".encode()
            body = (b"x" * 70 + b"\r\n") * (size // 72 + 1)
            writer.write(writer.folder(folder), (head + body)[:size - 2] + b"\r\n", received, flags)
        return mailbox

    def stored(self, mailbox: Mailbox) -> list[Mail]:
        """The messages by the names and times of their files: nothing of IMAP, nothing of mailquotad."""
        mails = []
        root = self.dovecot.maildir(mailbox.address)
        for path in [*root.glob("cur/*"), *root.glob("new/*"), *root.glob(".*/cur/*"), *root.glob(".*/new/*")]:
            folder = path.parent.parent.name.removeprefix(".") if path.parent.parent != root else "INBOX"
            size = int(path.name.partition(",W=")[2].partition(":")[0] or path.stat().st_size)
            flags = path.name.partition(":2,")[2]
            mails.append(Mail(folder, size, datetime.fromtimestamp(path.stat().st_mtime, timezone.utc), flags))
        return mails

    def survey(self, settings: Settings, mailbox: Mailbox) -> dict:
        done = mailquotad("survey", "--config", settings.file, "--format", "json", mailbox.address)
        code, mailboxes = self.parse(done)
        self.assertEqual(code, 0, done.stderr)
        self.assertNotIn("secret", done.stdout)
        return mailboxes[0]

    def used(self, mailbox: Mailbox) -> int:
        return self.dovecot.quota_get(mailbox.address)["STORAGE"][0]

    def delete(self, mailbox: Mailbox, folder: str, search: str) -> None:
        """Deletes what a search finds, and nothing else, as a mail program with UIDPLUS does."""
        connection = self.dovecot.connect(mailbox.address)
        try:
            connection.select(f'"{folder}"')
            found = connection.uid("SEARCH", search)[1][0].decode().split()
            if found:
                self.erase(connection, found)
        finally:
            connection.logout()

    def erase(self, connection, uids: list[str]) -> None:
        connection.uid("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Deleted)")
        self.assertEqual(connection.uid("EXPUNGE", ",".join(uids))[0], "OK")

    def folders(self, *but: str) -> list[str]:
        return [name for name in ("INBOX", "Sent", "Trash", "Junk", "Drafts", "Zeltlager 2025") if name not in but]

    def follow(self, mailbox: Mailbox, advice: dict) -> None:
        """Does what an owner would do."""
        kind, least = advice["kind"], (advice["larger_than_bytes"] or 0) - 1
        before = datetime.fromisoformat(advice["before"]).strftime("%d-%b-%Y") if advice["before"] else ""
        if kind in ("empty_trash", "empty_junk"):
            self.delete(mailbox, advice["folder"], "ALL")
        elif kind == "purge_deleted":
            for folder in self.folders("Trash", "Junk"):
                self.delete(mailbox, folder, "DELETED")
        elif kind == "delete_largest":
            for folder in self.folders("Trash", "Junk"):
                self.delete(mailbox, folder, f"LARGER {least} UNDELETED")
        elif kind in ("sent_attachments", "drafts"):
            self.delete(mailbox, advice["folder"], f"LARGER {least} UNFLAGGED UNDELETED")
        elif kind in ("archive_old", "archive_old_big"):
            for folder in self.folders(*KEPT):
                self.delete(mailbox, folder, f"BEFORE {before} LARGER {max(least, 0)} UNFLAGGED UNDELETED")
        elif kind == "duplicates":
            self.delete_duplicates(mailbox)
        elif kind == "fetch_by_pop3":
            self.fetch_by_pop3(mailbox)
        else:
            self.fail(f"nobody knows how to follow {kind}")

    def delete_duplicates(self, mailbox: Mailbox) -> None:
        for folder in self.folders("Trash", "Junk"):
            connection = self.dovecot.connect(mailbox.address)
            connection.select(f'"{folder}"')
            seen, copies = set(), []
            for line in connection.uid("FETCH", "1:*", "(INTERNALDATE RFC822.SIZE FLAGS)")[1]:
                text = line.decode() if line else ""
                mark = (text.partition('INTERNALDATE "')[2].partition('"')[0],
                        text.partition("RFC822.SIZE ")[2].split(" ")[0].rstrip(")"))
                if mark in seen and mark[0] and "Deleted" not in text:
                    copies.append(text.partition("UID ")[2].split(" ")[0])
                seen.add(mark)
            if copies:
                self.erase(connection, copies)
            connection.logout()

    def fetch_by_pop3(self, mailbox: Mailbox) -> None:
        context = ssl.create_default_context(cafile=str(self.dovecot.authority.certificate))
        box = poplib.POP3_SSL("localhost", self.dovecot.pop3s, context=context, timeout=30)
        box.user(mailbox.address)
        box.pass_(mailbox.password)
        for number in range(1, box.stat()[0] + 1):
            box.dele(number)
        box.quit()

    def truth(self, mailbox: Mailbox, advice: dict) -> list[Mail]:
        """What the advice is about, from the mail store alone."""
        kind, least = advice["kind"], advice["larger_than_bytes"] or 0
        before = datetime.fromisoformat(advice["before"] + "T00:00:00+00:00") if advice["before"] else None
        mails = self.stored(mailbox)
        if kind == "duplicates":
            seen, copies = set(), []
            for mail in mails:
                if (mail.folder, mail.size, mail.received) in seen:
                    copies.append(mail)
                seen.add((mail.folder, mail.size, mail.received))
            return copies
        about: dict[str, Callable[[Mail], bool]] = {
            "empty_trash": lambda mail: mail.folder == "Trash",
            "empty_junk": lambda mail: mail.folder == "Junk",
            "purge_deleted": lambda mail: "T" in mail.flags,
            "delete_largest": lambda mail: mail.folder not in ("Trash", "Junk") and mail.size >= LARGE,
            "sent_attachments": lambda mail: mail.folder == "Sent" and mail.size >= LARGE,
            "drafts": lambda mail: mail.folder == "Drafts" and mail.size >= LARGE_DRAFT,
            "archive_old": lambda mail: mail.folder not in KEPT and mail.received < before
            and not set("TF") & set(mail.flags),
            "archive_old_big": lambda mail: mail.folder not in KEPT and mail.received < before
            and mail.size >= least and not set("TF") & set(mail.flags),
            "fetch_by_pop3": lambda mail: mail.folder == "INBOX"}
        return [mail for mail in mails if about[kind](mail)]

    def prove(self, settings: Settings, mailbox: Mailbox, kind: str) -> None:
        """Promise, truth and what following it frees."""
        found = {one["kind"]: one for one in self.survey(settings, mailbox)["advice"]}
        self.assertIn(kind, found)
        advice = found[kind]
        truth = self.truth(mailbox, advice)
        before = self.used(mailbox)
        self.follow(mailbox, advice)
        freed = before - self.used(mailbox)
        Advice.rows.append((kind, str(advice["frees_bytes"]), str(sum(mail.size for mail in truth)), str(freed),
                            str(advice["messages"])))
        self.assertEqual(advice["frees_bytes"], sum(mail.size for mail in truth), kind)
        self.assertEqual(advice["messages"], len(truth), kind)
        self.assertLessEqual(abs(freed - advice["frees_bytes"]), KIB, kind)
        self.assertAlmostEqual(advice["used_ratio_after"], self.used(mailbox) / LIMIT, delta=2 * KIB / LIMIT)

    def test_each_advice_frees_what_it_promises(self) -> None:
        kinds = ("empty_trash", "empty_junk", "purge_deleted", "delete_largest", "sent_attachments", "drafts",
                 "duplicates", "archive_old", "archive_old_big")
        mailboxes = [self.member() for _ in kinds]
        settings = self.settings(*mailboxes)
        for kind, mailbox in zip(kinds, mailboxes):
            with self.subTest(kind):
                self.prove(settings, mailbox, kind)

    def test_pop3_frees_the_inbox_and_is_offered_only_where_that_is_most(self) -> None:
        small, large = self.member(), self.member(inbox_only)
        settings = self.settings(small, large)
        settings.servers = {"club": server(self.dovecot, f'pop3 = "pop3s://localhost:{self.dovecot.pop3s}"')}
        settings.write()
        self.assertNotIn("fetch_by_pop3", [one["kind"] for one in self.survey(settings, small)["advice"]])
        self.prove(settings, large, "fetch_by_pop3")

    def test_a_plan_reaches_the_target_and_counts_nothing_twice(self) -> None:
        mailbox = self.member()
        settings = self.settings(mailbox)
        plan = self.survey(settings, mailbox)["plan"]
        self.assertTrue(plan["reaches_target"])
        self.assertLessEqual(plan["used_ratio_after"], plan["target_ratio"])
        for step in plan["steps"]:
            self.follow(mailbox, step)
            self.assertAlmostEqual(step["used_ratio_after"], self.used(mailbox) / LIMIT, delta=2 * KIB / LIMIT)
        self.assertAlmostEqual(plan["used_ratio_after"], self.used(mailbox) / LIMIT, delta=2 * KIB / LIMIT)

    def test_the_numbers_are_those_of_the_mail_store_also_after_changes(self) -> None:
        mailbox = self.member()
        settings = self.settings(mailbox)
        for change in (None, "Trash", "Sent"):
            if change:
                self.delete(mailbox, change, "1:5")
            survey = self.survey(settings, mailbox)["survey"]
            mails = self.stored(mailbox)
            self.assertTrue(survey["complete"])
            self.assertEqual(survey["messages"], len(mails))
            self.assertEqual(survey["size_bytes"], sum(mail.size for mail in mails))
            self.assertEqual({one["name"]: one["size_bytes"] for one in survey["by_folder"] if one["messages"]},
                             {folder: sum(mail.size for mail in mails if mail.folder == folder)
                              for folder in {mail.folder for mail in mails}})
            self.assertEqual({one["year"]: one["messages"] for one in survey["by_year"]},
                             {year: sum(mail.received.year == year for mail in mails)
                              for year in {mail.received.year for mail in mails}})
            self.assertEqual([one["size_bytes"] for one in survey["largest"]][:10],
                             sorted((mail.size for mail in mails), reverse=True)[:10])

    def test_without_consent_only_folder_sizes_are_told(self) -> None:
        mailbox = self.member()
        mailbox.lines = ()
        settings = self.settings(mailbox)
        done = mailquotad("survey", "--config", settings.file, "--format", "json", mailbox.address)
        self.assertEqual(done.returncode, 0)
        self.assertIn('depth = "sizes"', done.stderr)
        told = json.loads(done.stdout)["mailboxes"][0]
        self.assertIsNone(told["survey"]["largest"])
        self.assertIn("empty_trash", [one["kind"] for one in told["advice"]])
        once = mailquotad("survey", "--once", "--config", settings.file, "--format", "json", mailbox.address)
        self.assertEqual(len(json.loads(once.stdout)["mailboxes"][0]["survey"]["largest"]), 20)
        database = (settings.folder / "state" / "mailquotad.sqlite").read_bytes()
        self.assertNotIn(b"Zeltlager", database)

    def test_the_daemon_surveys_what_nears_a_threshold_and_tells_roles_only(self) -> None:
        mailbox = self.member()
        with Running(self.settings(mailbox)) as running:
            running.wait_for_metric("mailbox_reclaimable_bytes", 'advice="sent_attachments"', value=3_300_000)
            running.wait_for_metric("mailbox_reclaimable_bytes", 'advice="empty_trash"', at_least=1_800_000)
            self.assertNotIn("Zeltlager", running.get("/metrics")[1])
            for path in (running.settings.folder / "state").glob("mailquotad.sqlite*"):
                for secret in (b"Zeltlager", b"secret words"):
                    self.assertNotIn(secret, path.read_bytes())
            self.assertNotIn("Zeltlager", running.log.read_text())


if __name__ == "__main__":
    unittest.main()
