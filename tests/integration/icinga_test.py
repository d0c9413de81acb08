"""For Icinga and Nagios: the plugin's output against the grammar of the monitoring plugins' guidelines, by a parser of
its own, and the examples in dashboards/icinga, checked by Icinga itself."""

import getpass
import os
import re
import shutil
import subprocess
import unittest
from dataclasses import dataclass
from pathlib import Path

from support import CLUB, MIB, Mailbox, Running, ServerTest, mailquotad, private_folder
from servers.packages import SOURCE, unpacked

EXAMPLES = SOURCE / "dashboards" / "icinga"
STATES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
ITEM = re.compile(rf" *(?:'((?:[^'=]|'')+)'|([^'= ]+))=(U|{NUMBER})(us|ms|s|%|[KMGT]?B|c)?((?:;[^; ]*)*)(?= |$)")
RANGE = re.compile(rf"^@?(?:(?:~|{NUMBER})?:)?(?:{NUMBER})?$")


@dataclass(frozen=True)
class Value:
    """One item of performance data."""

    value: float
    unit: str
    warning: str
    critical: str
    lowest: str
    highest: str

    @staticmethod
    def alerts(threshold: str, value: float) -> bool:
        """Whether the value is outside of the range "N", that is 0 to N, which is all that the program writes."""
        return bool(threshold) and not 0 <= value <= float(threshold)


def values(text: str) -> dict[str, Value]:
    """The items behind "|"; ValueError where the guidelines are not kept."""
    found, at = {}, 0
    while text[at:].strip():
        item = ITEM.match(text, at)
        if item is None:
            raise ValueError(f"no performance data: {text[at:]!r}")
        label = item[1] or item[2]
        parts = (item[5].split(";")[1:] + [""] * 4)[:4]
        if label in found or not all(RANGE.match(part) for part in parts[:2]):
            raise ValueError(f"twice, or no range: {item[0]!r}")
        found[label] = Value(float(item[3]), item[4] or "", *parts)
        at = item.end()
    return found


class Icinga(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        for seed, (name, share) in enumerate((("ok", 0.5), ("warn", 0.86), ("urgent", 0.96))):
            cls.dovecot.add(f"{name}@{CLUB}", "pw", storage=60 * MIB, messages=20_000)
            cls.dovecot.fill_to(f"{name}@{CLUB}", share, seed=seed)
        cls.dovecot.add(f"none@{CLUB}", "pw")

    def boxes(self, *names: str):
        return self.settings(*(Mailbox(f"{name}@{CLUB}", "pw") for name in names))

    def output(self, *arguments: str | Path) -> tuple[int, str, dict[str, Value], list[str]]:
        """Exit status, first line, performance data and the other lines; the grammar is checked on the way."""
        done = mailquotad("check", *arguments, "--format", "nagios")
        first, *others = done.stdout.splitlines()
        self.assertEqual(done.stdout.count("|"), "|" in first)
        words, _, data = first.partition(" | ")
        state = re.match(r"MAILQUOTA (OK|WARNING|CRITICAL|UNKNOWN) - \S", words)
        self.assertIsNotNone(state, first)
        self.assertEqual(STATES[state[1]], done.returncode)
        for line in others:
            self.assertRegex(line, r"^\[(OK|WARNING|CRITICAL|UNKNOWN)\] \S+: \S")
        return done.returncode, words, values(data), others

    def test_the_parser_knows_what_is_wrong(self) -> None:
        for wrong in ("kim", "kim=", "kim=1X", "'kim=1", "kim=1;abc", "kim=1 kim=2", "'a=b'=1", "kim=1B;80%"):
            with self.subTest(wrong), self.assertRaises(ValueError):
                values(wrong)
        self.assertEqual(values(" 'a b'=1B;2;3;0;4 c=5")["a b"], Value(1, "B", "2", "3", "0", "4"))

    def test_values_have_units_ranges_and_bounds_that_agree_with_the_verdict(self) -> None:
        for name, state in (("ok", 0), ("warn", 1), ("urgent", 2)):
            with self.subTest(name):
                code, _, data, _ = self.output("--config", self.boxes(name).file)
                self.assertEqual(code, state)
                used, limit = self.dovecot.quota_get(f"{name}@{CLUB}")["STORAGE"]
                value = data[f"{name}@{CLUB}"]
                self.assertEqual((value.value, value.unit, value.lowest, value.highest), (used, "B", "0", str(limit)))
                self.assertEqual(Value.alerts(value.warning, used), code >= 1)
                self.assertEqual(Value.alerts(value.critical, used), code >= 2)
                self.assertEqual(data[f"{name}@{CLUB} messages"].unit, "")

    def test_a_mailbox_without_a_limit_has_no_thresholds(self) -> None:
        code, _, data, _ = self.output("--config", self.boxes("none").file)
        self.assertEqual((code, [value for value in data.values() if value.warning or value.highest]), (0, []))

    def test_several_are_a_line_each_with_the_worst_first(self) -> None:
        code, words, data, lines = self.output("--config", self.boxes("ok", "warn", "urgent").file)
        self.assertEqual(code, 2)
        self.assertIn("1 critical, 1 warning, 1 ok", words)
        self.assertEqual([line.split("]")[0] for line in lines], ["[CRITICAL", "[WARNING", "[OK"])
        self.assertEqual(len(data), 6)

    def test_the_daemon_is_asked_without_settings_and_says_the_same(self) -> None:
        settings = self.boxes("ok", "warn", "urgent")
        settings.file.write_text(settings.file.read_text() + '[policy]\nwarning = { used = "85%", free = "0B" }\n')
        with Running(settings) as running:
            running.wait_until_ready()
            alone = self.output("--from-daemon", running.url, "--config", self.folder / "there-is-none.toml")
            own = self.output("--from-daemon", "--config", settings.file)
            self.assertEqual(alone, own)
            _, _, looked, _ = self.output("--config", settings.file)
            self.assertEqual({name.replace(f"@{CLUB}", ""): value for name, value in looked.items()}, alone[2])
            code, words, data, _ = self.output("--from-daemon", running.url, "--mailbox", "warn")
            self.assertEqual((code, list(data)), (1, ["warn", "warn messages"]))
        code, words, data, _ = self.output("--from-daemon", running.url)
        self.assertEqual((code, data), (3, {}))
        self.assertIn("no status from the daemon", words)

    def test_no_settings_are_unknown_on_stdout(self) -> None:
        code, words, _, _ = self.output("--config", self.folder / "there-is-none.toml")
        self.assertEqual(code, 3)
        self.assertIn("there-is-none.toml", words)


class Examples(unittest.TestCase):
    def commands(self) -> list[list[str]]:
        """The command lines of the Nagios and the NRPE example."""
        text = (EXAMPLES / "nagios.cfg").read_text() + (EXAMPLES / "nrpe.cfg").read_text()
        lines = re.findall(r"^\s*command_line\s+(.*)$|^command\[\w+\]=(.*)$", text, re.MULTILINE)
        return [(nagios or nrpe).split() for nagios, nrpe in lines]

    def test_icinga_takes_its_example(self) -> None:
        root = unpacked("icinga2-bin", "usr/sbin/icinga2").parents[2]
        icinga = next(root.glob("usr/lib/*/icinga2/sbin/icinga2"))
        libraries = [next(unpacked(name, "usr/lib").glob("*-linux-gnu"))
                     for name in ("libboost-context", "libboost-coroutine", "libboost-filesystem", "libboost-iostreams",
                                  "libboost-program-options", "libboost-thread")]
        folder = private_folder("icinga")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        config = folder / "test.conf"
        config.write_text(
            'const PluginDir = "/usr/lib/nagios/plugins"\ninclude <itl>\n'
            'template Service "generic-service" { max_check_attempts = 5 }\n'
            'object Host "mail" {\n  check_command = "dummy"\n  vars.mailquotad = true\n'
            '  vars.mailquotad_slugs = [ "kim", "kasse" ]\n}\n'
            f'include "{EXAMPLES / "mailquotad.conf"}"\n')
        places = [f"-D{name}={folder}" for name in ("DataDir", "LogDir", "CacheDir", "SpoolDir", "InitRunDir")]
        done = subprocess.run(
            [icinga, "daemon", "--validate", "-c", config, "--include",
             unpacked("icinga2-common", "usr/share/icinga2/include"), f"-DRunAsUser={getpass.getuser()}",
             f"-DRunAsGroup={getpass.getuser()}", *places],
            capture_output=True, text=True, timeout=60,
            env={**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for found in ("3 Services", "1 Host"):
            self.assertIn(found, done.stdout)
        self.assertNotIn("warning", done.stdout)

    def test_nagios_and_nrpe_run_what_the_program_understands(self) -> None:
        self.assertEqual(len(self.commands()), 3)
        for program, *arguments in self.commands():
            with self.subTest(arguments):
                self.assertEqual(program, "/usr/bin/mailquotad")
                done = mailquotad(*(argument.replace("$ARG1$", "http://127.0.0.1:1") for argument in arguments))
                self.assertEqual((done.returncode, done.stdout[:20]), (3, "MAILQUOTA UNKNOWN - "))
                self.assertEqual(done.stdout.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
