"""The status page as people meet it: a real daemon on a real Dovecot, read with a real browser."""

import csv
import io
import os
import shutil
import sqlite3
import time
import unittest
import urllib.request
from pathlib import Path

from support import CLUB, MIB, PRIVATE, WEBMASTER, Chromium, Mailbox, Running, ServerTest, Settings, private_folder

DAY = 86400
LIMIT = 5 * MIB
# How full each mailbox is; those with a history grow.
FILLS = {"kasse": 0.995, "vorstand": 0.95, "kim": 0.86, "robin": 0.84, "jugend": 0.75, "info": 0.12}
FILLS |= {f"gruppe-{number}": 0.05 + number * 0.03 for number in range(1, 15)}
GROWING = ("kim", "robin", "jugend", "gruppe-3", "gruppe-9")
EVERY_LOOK = [(language, dark, width) for language in ("de", "en") for dark in (False, True) for width in (1400, 320)]
TWO_LOOKS = [("en", False, 1400), ("de", True, 320)]
PAGES = {"overview": ("/", EVERY_LOOK), "mailbox": ("/mailbox/kim", EVERY_LOOK),
         "refused": ("/mailbox/zeltlager", TWO_LOOKS), "full": ("/mailbox/kasse", TWO_LOOKS),
         "filtered": ("/?state=warning&sort=level", TWO_LOOKS), "error": ("/nothing", TWO_LOOKS)}
# Where MAILQUOTAD_PICTURES names a folder, pictures of every look are put there.
PICTURES = os.environ.get("MAILQUOTAD_PICTURES")


def address(name: str) -> str:
    """The mailbox of this name."""
    return f"{name}@{CLUB}"


def remember(settings: Settings, slug: str, now: float) -> None:
    """Half a year in the database, as if the daemon had been there: growth, a clean-up, two episodes and their mails."""
    with sqlite3.connect(settings.folder / "state" / "mailquotad.sqlite", timeout=30) as database:
        number, used, limit = database.execute(
            "SELECT m.id, s.used_bytes, s.limit_bytes FROM mailbox m JOIN sample s ON s.mailbox_id = m.id "
            "WHERE m.slug = ? ORDER BY s.measured_at DESC", (slug,)).fetchone()
        for day in range(1, 171):
            if 70 < day < 85:
                continue  # nobody measured
            past = max(used - day * limit // 700 + (day * 7919) % 40_000 + (limit // 8 if day > 110 else 0), 0)
            database.execute("INSERT OR IGNORE INTO sample (mailbox_id, measured_at, used_bytes, limit_bytes, messages, "
                             "roles) VALUES (?, ?, ?, ?, ?, ?)",
                             (number, int(now) - day * DAY, past, limit, 400 - day, f"inbox={past}"))
        for days, kind, before, after, failure, freed in (
                (150, "stage", "ok", "warning", "", 0), (110, "freed", "", "", "", limit // 8),
                (110, "stage", "warning", "ok", "", 0), (84, "unreachable", "", "", "timeout", 0),
                (70, "reachable", "", "", "", 0), (3, "stage", "notice", "warning", "", 0),
                (2, "freed", "", "", "", 300_000)):
            database.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)",
                             (number, int(now) - days * DAY, kind, before, after, failure, freed))


class Pages(ServerTest):
    with_smtp = True

    @classmethod
    def prepare(cls) -> None:
        for name, share in FILLS.items():
            cls.dovecot.add(address(name), "pw", storage=LIMIT)
            cls.dovecot.add(f"{name}@{PRIVATE}", "private")
            cls.dovecot.fill_to(address(name), share)
        for name in ("archiv", "zeltlager", "presse"):
            cls.dovecot.add(address(name), "right", storage=None if name == "archiv" else LIMIT)
        cls.dovecot.fill(address("archiv"), MIB)

    def setUp(self) -> None:
        pass  # one world for all tests

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.folder = private_folder("settings")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        boxes = [Mailbox(address(name), "pw", owner=f"{name}@{PRIVATE}") for name in FILLS]
        boxes += [Mailbox(address("archiv"), "right", lines=['tell = "nobody"']), Mailbox(address("zeltlager"), "wrong"),
                  Mailbox(address("presse"), "right", server="gone")]
        settings = cls.settings(cls, *boxes)
        settings.servers["gone"] = ['imap = "imaps://localhost:1"']
        settings.write()
        with Running(settings) as first:
            first.wait_until_ready()
        for name in GROWING:
            remember(settings, name, time.time())
        cls.running = Running(settings)
        cls.running.__enter__()
        cls.addClassCleanup(cls.running.__exit__)
        cls.running.wait_until_ready()
        cls.browser = Chromium()
        cls.browser.__enter__()
        cls.addClassCleanup(cls.browser.stop)

    def visit(self, path: str, **look: object) -> Chromium:
        """A page, looked at in this way."""
        self.browser.look(**look)
        self.browser.open(self.running.url + path)
        return self.browser

    def picture(self, name: str) -> None:
        """A picture for people, where they want one."""
        if PICTURES:
            self.browser.screenshot(Path(PICTURES) / f"{name}.png")

    def test_axe_finds_nothing_serious_and_the_console_is_silent_in_both_languages_light_and_dark(self) -> None:
        for name, (path, looks) in PAGES.items():
            for language, dark, width in looks:
                look = f"{name}-{language}-{'dark' if dark else 'light'}-{width}"
                with self.subTest(look):
                    self.browser.problems.clear()
                    page = self.visit(path, language=language, dark=dark, width=width)
                    self.assertEqual(page.evaluate("document.documentElement.lang"), language)
                    wrong = [one for one in page.problems if name != "error" or "404" not in one]
                    self.assertEqual(wrong, [])
                    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                    self.picture(look)
                    found = [one for one in page.axe() if one["impact"] in ("serious", "critical")]
                    self.assertEqual(found, [])

    def test_at_320_pixels_nothing_scrolls_sideways_in_any_page(self) -> None:
        for path in ("/", "/mailbox/kim", "/mailbox/kasse", "/mailbox/zeltlager", "/?q=gruppe", "/nothing"):
            for language in ("de", "en"):
                with self.subTest(path=path, language=language):
                    page = self.visit(path, language=language, width=320, height=640)
                    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                    scroll, client = page.evaluate(
                        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
                    wide = page.evaluate(
                        "[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > 320.5 "
                        "&& !one.closest('svg') && !one.closest('thead')).slice(0, 3).map(one => one.outerHTML.slice(0, 120))")
                    self.assertEqual((client, wide), (320, []))
                    self.assertLessEqual(scroll, client)

    def test_the_keyboard_reaches_everything_and_shows_where_it_is(self) -> None:
        page = self.visit("/")
        page.press("Tab", 9)
        self.assertEqual(page.evaluate("document.activeElement.className"), "skip")
        self.assertGreaterEqual(page.evaluate("document.activeElement.getBoundingClientRect().left"), 0)
        reachable = page.evaluate("document.querySelectorAll('a[href], button, input, select, summary').length")
        seen = 0
        for _ in range(int(str(reachable)) + 5):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            if page.evaluate("document.activeElement === document.body"):
                break
            self.assertNotEqual(outline, "none", page.evaluate("document.activeElement.outerHTML"))
            seen += 1
            page.press("Tab", 9)
        folded = page.evaluate("document.querySelectorAll('details:not([open]) a').length")
        self.assertEqual(seen, int(str(reachable)) - int(str(folded)))

    def test_a_filter_is_a_form_that_a_browser_sends_without_a_script(self) -> None:
        page = self.visit("/")
        self.browser.problems.clear()
        page.evaluate("document.querySelector('[name=q]').value = 'gruppe-1'")
        page.evaluate("document.querySelector('[name=sort]').value = 'mailbox'")
        page.evaluate("document.querySelector('form button').click()")
        page.wait_for_event("Page.loadEventFired")
        page.evaluate("new Promise(done => document.readyState == 'complete' ? done() : addEventListener('load', done))")
        self.assertIn("q=gruppe-1", str(page.evaluate("location.search")))
        names = page.evaluate("[...document.querySelectorAll('.boxes tbody th a')].map(one => one.textContent)")
        self.assertEqual(names, ["gruppe-1", "gruppe-10", "gruppe-11", "gruppe-12", "gruppe-13", "gruppe-14"])
        self.assertEqual(page.problems, [])

    def test_the_overview_tells_everything_in_order(self) -> None:
        page = self.visit("/")
        names = page.evaluate("[...document.querySelectorAll('.boxes tbody th a')].map(one => one.textContent)")
        self.assertEqual(len(names), len(FILLS) + 3)
        self.assertEqual(names[:2], ["kasse", "vorstand"])
        text = {name: str(page.evaluate(f"document.getElementById('{name}').parentElement.textContent"))
                for name in ("unreachable", "planned", "recent")}
        self.assertIn("zeltlager: Login refused", text["unreachable"])
        self.assertIn("presse: No connection", text["unreachable"])
        self.assertIn("kim: Keep an eye on it → Warning", text["recent"])
        self.assertIn("cleared", text["recent"])
        self.assertIn("kasse: reminder, if nothing changes", text["planned"])
        self.assertIn("23 mailboxes. Urgent or full: 2. Next to be full: ",
                      str(page.evaluate("document.querySelector('.summary').innerText")))
        self.assertNotIn("settings have errors", str(page.evaluate("document.querySelector('.remarks').innerText")))
        self.assertEqual(page.evaluate("[...document.querySelectorAll('.remarks li:first-child a')].map(one => "
                                       "one.textContent)"), ["zeltlager", "presse"])
        self.assertIn("Nobody is mailed.", str(page.evaluate("document.querySelector('.boxes').innerText")))

    def test_a_mailbox_page_draws_history_forecast_and_folders_with_words_beside(self) -> None:
        page = self.visit("/mailbox/kim")
        self.assertTrue(page.evaluate("document.querySelector('.plot .fan') !== null"))
        self.assertIn("Limit: 5.0 MB.", str(page.evaluate("document.querySelector('.plot desc').textContent")))
        rows = page.evaluate("document.querySelectorAll('.history tbody tr').length")
        self.assertGreater(int(str(rows)), 20)
        self.assertGreater(int(str(page.evaluate("document.querySelectorAll('.map rect').length"))), 1)
        text = str(page.evaluate("document.querySelector('main').innerText"))
        for words in ("What would help", "Episodes", "What comes next", "Inbox"):
            self.assertIn(words, text)

    def test_nothing_that_names_a_person_or_a_folder_is_served(self) -> None:
        folders = {"Archive-Club", "Kasse 2025", *self.dovecot.folders(address("kim"))} - {"INBOX"}
        for path in ("/", "/mailbox/kim", "/mailbox/zeltlager", "/mailboxes.csv", "/mailbox/kim.csv", "/api/v1/status"):
            status, text = self.running.get(path)
            self.assertEqual(status, 200, path)
            for name in (CLUB, PRIVATE, WEBMASTER):
                self.assertNotIn(f"@{name}", text, path)
            for folder in folders - {"Sent", "Trash", "Drafts", "Junk", "Archive"}:
                self.assertNotIn(folder, text, path)

    def test_both_csv_files_are_what_a_spreadsheet_expects(self) -> None:
        with urllib.request.urlopen(self.running.url + "/mailboxes.csv?sort=mailbox", timeout=10) as answer:
            self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=utf-8; header=present")
            self.assertIn('filename="mailboxes.csv"', answer.headers["Content-Disposition"])
            rows = list(csv.DictReader(io.StringIO(answer.read().decode(), newline="")))
        self.assertEqual([row["slug"] for row in rows], sorted([*FILLS, "archiv", "zeltlager", "presse"]))
        kim = next(row for row in rows if row["slug"] == "kim")
        self.assertEqual((kim["state"], kim["resource"], int(kim["limit"])), ("warning", "STORAGE", LIMIT))
        self.assertGreater(float(kim["full_in_days_p50"]), 0)
        past = list(csv.DictReader(io.StringIO(self.running.get("/mailbox/kim.csv")[1])))
        self.assertGreater(len(past), 150)
        self.assertEqual(int(past[-1]["used_bytes"]), int(kim["used"]))

    def test_on_paper_the_table_has_its_heads_and_controls_are_gone(self) -> None:
        page = self.visit("/", width=720, media="print")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.filter')).display"), "none")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.boxes thead')).display"),
                         "table-header-group")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.boxes tbody tr')).display"), "table-row")
        self.assertEqual(page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        if PICTURES:
            page.pdf(Path(PICTURES) / "overview.pdf", landscape=True)
            self.visit("/mailbox/kim", width=720, media="print").pdf(Path(PICTURES) / "mailbox.pdf")


if __name__ == "__main__":
    unittest.main()
