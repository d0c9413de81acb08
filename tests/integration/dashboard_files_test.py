"""The files in dashboards/ are right as they are: no server is needed to see that."""

import copy
import json
import re
import subprocess
import unittest
from itertools import combinations
from pathlib import Path

import yaml
from support import program  # also the way to the packages below

from dashboards import boards, colours, grafana_types, linter
from servers.packages import SOURCE, unpacked

FOLDER = boards.FOLDER
RULES = FOLDER / "prometheus" / "rules" / "mailquotad.yml"


def run(*command: str | Path) -> tuple[int, str]:
    """Exit status and everything that was said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, cwd=SOURCE)
    return done.returncode, done.stdout + done.stderr


def alerts() -> list[dict]:
    """The alerting rules."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule]


def spoiled(board: dict) -> tuple[dict, list[str]]:
    """A dashboard with faults that only types can find, and what the compiler must name."""
    board = copy.deepcopy(board)
    panels = list(boards.panels(board))
    panels[0]["fieldConfig"]["defaults"]["thresholds"]["mode"] = "absolut"
    panels[1]["gridPos"]["h"] = "8"
    panels[2]["options"]["colorMode"] = "back"
    panels[3]["tilte"] = "x"
    panels[5]["fieldConfig"]["defaults"]["custom"]["drawStyle"] = "curve"
    return board, ['"absolut"', "'string' is not assignable to type 'number'", '"back"', "'\"tilte\"'", '"curve"']


class Dashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.boards = boards.load()
        linter.units |= grafana_types.unit_ids()

    def test_they_are_what_the_generator_writes_from_the_defaults_of_the_policy(self) -> None:
        self.assertEqual(run(FOLDER / "generate", "--check"), (0, ""))

    def test_thresholds_are_the_defaults_of_the_policy(self) -> None:
        steps = [(step["value"], step["color"]) for board in self.boards.values() for panel in boards.panels(board)
                 if panel["title"].startswith("Level") and panel["fieldConfig"]["defaults"]["unit"] == "percentunit"
                 for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        self.assertEqual({value for value, _ in steps}, {None, 0.70, 0.80, 0.92, 0.99})

    def test_the_rules_of_the_dashboard_linter_hold(self) -> None:
        self.assertEqual(len(linter.RULES), 15)
        for name, board in self.boards.items():
            with self.subTest(name):
                self.assertEqual(linter.lint(board), [])

    def test_each_of_these_rules_finds_its_fault(self) -> None:
        def first(board: dict) -> dict:
            return next(boards.panels(board))

        def asked(text: str):
            return lambda board: first(board)["targets"][0].update(expr=text)

        chosen = 'job=~"$job",instance=~"$instance"'
        faults = {
            "template-datasource": lambda board: board["templating"]["list"][0].update(name="DS"),
            "template-job": lambda board: linter.variable(board, "job").update(allValue=".*"),
            "template-instance": lambda board: linter.variable(board, "instance").update(multi=False),
            "template-label-promql": lambda board: linter.variable(board, "job").update(query="label_values(job)x"),
            "template-on-time-change-reload": lambda board: linter.variable(board, "job").update(refresh=1),
            "panel-datasource": lambda board: first(board).update(datasource={"uid": "abc"}),
            "panel-title-description": lambda board: first(board).update(description=""),
            "panel-units": lambda board: first(board)["fieldConfig"]["defaults"].update(unit="byte"),
            "panel-no-targets": lambda board: first(board).update(targets=[]),
            "target-promql": asked(f"up{{{chosen}}} > $limit"),
            "target-rate-interval": asked(f"rate(process_cpu_seconds_total{{{chosen}}}[5m])"),
            "target-job": asked('up{instance=~"$instance"}'),
            "target-instance": asked('mailquotad_mailboxes{job=~"$job"}'),
            "target-counter-agg": asked(f"sum(process_cpu_seconds_total{{{chosen}}})"),
            "uneditable-dashboard": lambda board: board.update(editable=True),
        }
        self.assertEqual(set(faults), set(linter.RULES))
        for name, spoil in faults.items():
            with self.subTest(name):
                board = copy.deepcopy(self.boards["overview"])
                spoil(board)
                self.assertEqual({line.partition(":")[0] for line in linter.lint(board)}, {name})

    def test_types_are_those_of_grafana_and_faults_are_found(self) -> None:
        faulty, words = spoiled(self.boards["overview"])
        found = grafana_types.complaints({**self.boards, "faulty": faulty})
        self.assertEqual({name: found[name] for name in self.boards}, {name: [] for name in self.boards})
        for word in words:
            self.assertTrue(any(word in line for line in found["faulty"]), f"{word} was not found: {found['faulty']}")

    def test_every_panel_says_what_no_data_means(self) -> None:
        for board in self.boards.values():
            for panel in boards.panels(board):
                self.assertTrue(panel["fieldConfig"]["defaults"].get("noValue"), panel["title"])

    def test_panels_lie_side_by_side_within_24_columns_and_have_ids_of_their_own(self) -> None:
        for board in self.boards.values():
            ids = [one["id"] for one in (*board["panels"], *boards.panels(board)) if one["type"] != "row"]
            self.assertEqual(len(set(ids)), len({id(one) for one in boards.panels(board)}))
            taken = set()
            for panel in (one for one in board["panels"]):
                place = panel["gridPos"]
                cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                         for y in range(place["y"], place["y"] + place["h"])}
                self.assertFalse(cells & taken, panel["title"])
                self.assertLessEqual(place["x"] + place["w"], 24)
                taken |= cells

    def test_links_lead_to_the_other_dashboard_and_ids_are_fixed(self) -> None:
        uids = {board["uid"] for board in self.boards.values()}
        self.assertEqual(uids, {"mailquotad-overview", "mailquotad-mailbox"})
        for board in self.boards.values():
            self.assertIsNone(board["id"])
            self.assertNotIn("version", board)
            linked = set(re.findall(r'"/d/([\w-]+)', json.dumps(board)))
            self.assertEqual(linked, uids - {board["uid"]})

    def test_stage_colours_can_be_told_apart_by_everybody(self) -> None:
        stages = next(panel for panel in boards.panels(self.boards["mailbox"]) if panel["title"] == "Stage over time")
        mapping = stages["fieldConfig"]["defaults"]["mappings"][0]["options"]
        self.assertEqual([one["text"] for one in mapping.values()],
                         ["ok", "notice", "warning", "urgent", "full", "unknown"])
        for sight in colours.SIGHT:
            for one, other in combinations(mapping.values(), 2):
                apart = colours.distance(one["color"], other["color"], sight)
                self.assertGreater(apart, 25, f'{one["text"]} and {other["text"]}, {sight}')

    def test_no_palette_is_used_that_only_some_can_read(self) -> None:
        modes = set(re.findall(r'"mode": "((?:palette|continuous)[\w-]*)"', json.dumps(self.boards)))
        self.assertEqual(modes, {"continuous-viridis"})

    def test_provisioning_files_name_what_there_is(self) -> None:
        folder = FOLDER / "grafana" / "provisioning"
        source = yaml.safe_load((folder / "datasources" / "mailquotad.yaml").read_text())
        self.assertEqual((source["apiVersion"], source["datasources"][0]["type"]), (1, "prometheus"))
        provider = yaml.safe_load((folder / "dashboards" / "mailquotad.yaml").read_text())
        self.assertEqual((provider["apiVersion"], provider["providers"][0]["type"]), (1, "file"))
        self.assertTrue(provider["providers"][0]["options"]["path"].startswith("/"))


class Rules(unittest.TestCase):
    def test_promtool_finds_the_rules_and_the_example_right(self) -> None:
        for what, file in (("rules", RULES), ("config", FOLDER / "prometheus" / "prometheus.yml")):
            code, said = run(program("promtool"), "check", what, file)
            self.assertEqual(code, 0, said)
            self.assertNotIn("FAILED", said)

    def test_each_alert_fires_and_clears(self) -> None:
        files = sorted((FOLDER / "prometheus" / "tests").glob("*.yml"))
        children = [subprocess.Popen([program("promtool"), "test", "rules", file], text=True, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT) for file in files]
        for child in children:
            said = child.communicate(timeout=280)[0]
            self.assertEqual(child.returncode, 0, said)
        checks = [check for file in files for test in yaml.safe_load(file.read_text())["tests"]
                  for check in test.get("alert_rule_test", [])]
        for fires in (True, False):
            tested = {check["alertname"] for check in checks if bool(check["exp_alerts"]) == fires}
            self.assertEqual(tested, {rule["alert"] for rule in alerts()}, f"tested that it fires: {fires}")

    def test_each_recorded_series_is_tested(self) -> None:
        recorded = {rule["record"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
                    if "record" in rule}
        tested = {check["expr"] for file in (FOLDER / "prometheus" / "tests").glob("*.yml")
                  for test in yaml.safe_load(file.read_text())["tests"] for check in test.get("promql_expr_test", [])}
        self.assertEqual(recorded, tested)

    def test_each_alert_says_what_to_do_in_a_section_of_the_runbook(self) -> None:
        titles = re.findall(r"^## (\w+)$", (FOLDER / "RUNBOOK.md").read_text(), re.MULTILINE)
        for rule in alerts():
            self.assertEqual(rule["annotations"]["runbook_url"], f'dashboards/RUNBOOK.md#{rule["alert"].lower()}')
            self.assertIn(rule["alert"], titles)
            self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"))
            self.assertTrue(rule["annotations"]["summary"] and rule["annotations"]["description"].endswith("."))
        self.assertEqual([title for title in titles if title.startswith("Mailquotad")],
                         [rule["alert"] for rule in alerts()])

    def test_the_runbook_says_of_each_alert_who_tells_it(self) -> None:
        table = (FOLDER / "RUNBOOK.md").read_text().partition("## Who is told what")[2].partition("\n## ")[0]
        self.assertEqual(set(re.findall(r"Mailquotad\w+", table)), {rule["alert"] for rule in alerts()})
        left_to_rules = (SOURCE / "daemon/core/admin_event_kind.cpp").read_text()
        named = set(re.findall(r"Mailquotad\w+", left_to_rules))
        self.assertGreater(len(named), 5)
        self.assertLessEqual(named, {rule["alert"] for rule in alerts()})

    def test_the_forecast_alert_has_the_threshold_of_the_policy(self) -> None:
        expr = next(rule["expr"] for rule in alerts() if rule["alert"] == "MailquotadMailboxFullSoon")
        policy = re.search(r'^warning = .*full_within = "(\d+)d"', (SOURCE / "config/mailquotad.full.toml").read_text(),
                           re.MULTILINE)
        self.assertIn(f"until_full_days:median < {policy[1]} ", expr)

    def test_amtool_finds_the_alertmanager_example_right(self) -> None:
        amtool = unpacked("prometheus-alertmanager", "usr/bin/amtool")
        file = FOLDER / "alertmanager" / "alertmanager.yml"
        code, said = run(amtool, "check-config", file)
        self.assertEqual(code, 0, said)
        for rule in alerts():
            route = run(amtool, "config", "routes", "test", f"--config.file={file}", f'alertname={rule["alert"]}',
                        f'severity={rule["labels"]["severity"]}')
            self.assertEqual((route[0], route[1].splitlines()[0]), (0, "webmaster"))
        inhibited = re.findall(r"Mailquotad\w+", json.dumps(yaml.safe_load(file.read_text())["inhibit_rules"]))
        self.assertLessEqual(set(inhibited), {rule["alert"] for rule in alerts()})


if __name__ == "__main__":
    unittest.main()
