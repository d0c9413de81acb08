"""Every query of the dashboards returns data: a real daemon on a real Dovecot, a real Prometheus scraping it."""

import re
import sqlite3
import time
import unittest

from support import CLUB, MIB, PRIVATE, Mailbox, Prometheus, Running, ServerTest, Settings, private_folder, wait_for

from dashboards import boards

DAY = 86400
KIM, ROBIN, REFUSED = (Mailbox(f"{name}@{CLUB}", "pw", owner=f"{name}@{PRIVATE}") for name in ("kim", "robin", "refused"))
REFUSED.owner = f"nobody@{PRIVATE}"  # the SMTP server knows nobody of this name
TONI, ARCHIVE = Mailbox(f"toni@{CLUB}", "wrong"), Mailbox(f"archive@{CLUB}", "pw")
VALUES = {"job": "mailquotad", "instance": ".+", "server": ".+", "mailbox": "kim|robin|toni|archive|refused",
          "datasource": "ignored"}
# Exported, and shown in no dashboard, with the reason.
NOT_SHOWN: dict[str, str] = {}
# Of Prometheus itself, not of the daemon.
FOREIGN = {"up", "scrape_duration_seconds"}


def grow(settings: Settings, mailbox: Mailbox, now: float) -> None:
    """Sixty days of history in the database, as if the daemon had measured them: a quarter of a MiB a day."""
    with sqlite3.connect(settings.folder / "state" / "mailquotad.sqlite", timeout=30) as database:
        row = database.execute("SELECT m.id, s.used_bytes, s.limit_bytes FROM mailbox m JOIN sample s "
                               "ON s.mailbox_id = m.id WHERE m.slug = ?", (mailbox.slug,)).fetchone()
        for day in range(1, 61):
            used = row[1] - day * MIB // 4 + (day * 7919) % 90_000
            database.execute("INSERT INTO sample (mailbox_id, measured_at, used_bytes, limit_bytes, messages, roles) "
                             "VALUES (?, ?, ?, ?, ?, ?)",
                             (row[0], int(now) - day * DAY, used, row[2], 900 - day, f"inbox={used}"))


class Dashboards(ServerTest):
    with_smtp = True

    @classmethod
    def prepare(cls) -> None:
        for mailbox in (KIM, ROBIN, REFUSED):
            cls.dovecot.add(mailbox.address, "pw", storage=20 * MIB)
        for owner in (KIM.owner, ROBIN.owner):
            cls.dovecot.add(owner, "private")
        cls.dovecot.add(TONI.address, "right")
        cls.dovecot.add(ARCHIVE.address, "pw")
        cls.dovecot.fill_to(KIM.address, 0.86)
        cls.dovecot.fill(ARCHIVE.address, 2 * MIB)

    def setUp(self) -> None:
        pass  # one world for all tests

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.folder = private_folder("settings")
        settings = cls.settings(cls, KIM, ROBIN, REFUSED, TONI, ARCHIVE, poll=['interval = "1s"'])
        with Running(settings) as first:
            first.wait_until_ready()
        grow(settings, KIM, time.time())
        cls.prometheus = Prometheus(f"127.0.0.1:{settings.http}",
                                    rules=boards.FOLDER / "prometheus" / "rules" / "mailquotad.yml")
        cls.addClassCleanup(cls.prometheus.stop)
        cls.prometheus.start()
        cls.running = Running(settings)
        cls.running.__enter__()
        cls.addClassCleanup(cls.running.__exit__)
        cls.running.wait_until_ready()
        cls.prometheus.wait_for('mailquotad_mailbox_stage{mailbox="robin",stage="ok"} == 1')
        for mailbox in (ROBIN, REFUSED):  # what is counted has to rise while Prometheus looks
            cls.dovecot.fill_to(mailbox.address, 0.96)
        cls.prometheus.wait_for('mailquotad_notifications_sent_total{mailbox="robin",stage="urgent"} > 0', 60)
        cls.prometheus.wait_for('mailquotad_notifications_failed_total{reason="smtp_5xx"} > 0', 60)
        cls.boards = boards.load()
        cls.now = time.time()

    def exported(self) -> set[str]:
        """The names of all metrics of the daemon."""
        return set(re.findall(r"^# TYPE (\S+)", self.running.get("/metrics")[1], re.MULTILINE))

    def result(self, one: boards.Expression) -> list[dict]:
        """What Prometheus answers to a query of a dashboard, asked as its panel asks it."""
        text = boards.fill_in(one.text, VALUES, interval="5m")
        now = self.now
        if foretold := re.search(r"\boffset (\d+)d", text):
            now += int(foretold[1]) * DAY  # seen on the day for which it was foretold
        if one.ahead:
            return self.prometheus.course(text, now, now + 60 * DAY, 6 * 3600)
        if one.instant or one.kind == "annotation":
            return self.prometheus.query(text)
        return self.prometheus.course(text, now - 30, now, 1)

    def test_every_query_of_panels_and_annotations_returns_data(self) -> None:
        count = 0
        for board in self.boards.values():
            for one in boards.expressions(board):
                with self.subTest(one.place):
                    self.assertTrue(self.result(one), one.text)
                count += 1
        self.assertGreater(count, 70)

    def test_the_table_of_mailboxes_has_a_place_for_those_without_a_forecast(self) -> None:
        table = next(panel for panel in boards.panels(self.boards["overview"]) if panel["title"] == "Mailboxes")
        name = table["options"]["sortBy"][0]["displayName"]
        renamed = table["transformations"][1]["options"]["renameByName"]
        letter = next(field for field, column in renamed.items() if column == name).removeprefix("Value #")
        expr = next(target["expr"] for target in table["targets"] if target["refId"] == letter)
        found = {one["metric"]["mailbox"]: one["value"][1]
                 for one in self.prometheus.query(boards.fill_in(expr, VALUES))}
        self.assertEqual({slug for slug, value in found.items() if value == "-1"}, {"robin", "refused"}, "almost full")
        self.assertEqual({slug for slug, value in found.items() if value == "10000000000"}, {"archive", "toni"})
        self.assertEqual(set(found), set(VALUES["mailbox"].split("|")))
        words = [one["value"][0]["options"] for override in table["fieldConfig"]["overrides"]
                 for one in override["properties"] if override["matcher"]["options"] == name and one["id"] == "mappings"]
        self.assertEqual([words[0][value]["text"] for value in ("-1", "10000000000")], ["no forecast"] * 2)

    def test_every_variable_finds_values(self) -> None:
        for name, board in self.boards.items():
            for variable in boards.queried_variables(board):
                selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]).groups()
                found = self.prometheus.label_values(label, boards.fill_in(selector, VALUES))
                self.assertTrue(found, f'{name}: {variable["name"]}')
                if label == "mailbox":
                    self.assertEqual(found, sorted(VALUES["mailbox"].split("|")))

    def test_every_metric_that_is_used_is_exported_and_the_other_way_round(self) -> None:
        exported = self.exported()
        shown = {name for board in self.boards.values() for one in boards.expressions(board)
                 for name in boards.metrics_of(one.text)}
        shown |= {name for board in self.boards.values() for variable in boards.queried_variables(board)
                  for name in boards.metrics_of(variable["query"])}
        self.assertEqual(shown - exported - FOREIGN, set(), "used, and not exported")
        self.assertEqual(exported - shown, set(NOT_SHOWN), "exported, and not shown")

    def test_the_fan_begins_with_what_is_used_and_ends_with_the_forecast(self) -> None:
        fan = {panel["targets"][at]["legendFormat"]: panel["targets"][at]["expr"]
               for panel in boards.panels(self.boards["mailbox"]) if "timeFrom" in panel for at in range(1, 4)}
        self.assertEqual(len(fan), 3)
        used = float(self.prometheus.query('mailquotad_mailbox_used_bytes{mailbox="kim"}')[0]["value"][1])
        ends = []
        for expr in fan.values():
            text = boards.fill_in(expr, {**VALUES, "mailbox": "kim"})
            course = self.prometheus.course(text, self.now, self.now + 60 * DAY, 60 * DAY)[0]["values"]
            self.assertAlmostEqual(float(course[0][1]), used, delta=used / 1000)
            ends.append(float(course[-1][1]))
        for bound, end in zip(("high", "median", "low"), ends):
            wanted = self.prometheus.query(f'mailquotad_mailbox_forecast_used_bytes{{horizon="60d",bound="{bound}",'
                                           'mailbox="kim"}')[0]["value"][1]
            self.assertAlmostEqual(end, float(wanted), delta=used / 1000)
        self.assertEqual(ends, sorted(ends, reverse=True))

    def test_the_rules_run_and_begin_to_fire_for_what_is_wrong(self) -> None:
        def begun() -> dict[str, list[str]]:
            return {rule["name"]: sorted(alert["labels"].get("mailbox", "") for alert in rule["alerts"])
                    for rule in self.prometheus.rules() if rule.get("alerts")}

        wait_for(lambda: "MailquotadMailRefused" in begun(), "the alert of the refused mail", 60)
        for rule in self.prometheus.rules():
            self.assertEqual((rule["name"], rule["health"], rule.get("lastError", "")), (rule["name"], "ok", ""))
        self.assertEqual({name: begun().get(name) for name in
                          ("MailquotadLoginRefused", "MailquotadMailboxUrgent", "MailquotadDown", "MailquotadNoRound")},
                         {"MailquotadLoginRefused": ["toni"], "MailquotadMailboxUrgent": ["refused", "robin"],
                          "MailquotadDown": None, "MailquotadNoRound": None})
        for record in (rule["name"] for rule in self.prometheus.rules() if rule["type"] == "recording"):
            self.assertTrue(self.prometheus.query(record), record)


if __name__ == "__main__":
    unittest.main()
