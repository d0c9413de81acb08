"""`mailquotad forecast`: a forecast from a CSV, with no settings file."""

import datetime
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import BINARY

FIRST = datetime.date(2026, 1, 5)
MB = 1_000_000


class Forecast(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "used.csv"

    def write(self, used: list[int], *, head: str = "date,used_bytes\n") -> None:
        rows = (f"{FIRST + datetime.timedelta(days=i)},{value}\n" for i, value in enumerate(used))
        self.file.write_text(head + "".join(rows))

    def forecast(self, *options: str, code: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([BINARY, "forecast", *options, self.file], capture_output=True, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "MAILQUOTAD_CONFIG": "/nonexistent"})
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def lines(self, *options: str) -> list[dict]:
        done = self.forecast("--format", "json", *options)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def refusal(self, text: str, *options: str) -> str:
        self.file.write_text(text)
        return self.forecast(*(options or ("--limit", "1GB")), code=1).stderr

    def test_a_steady_mailbox_as_of_its_last_day(self) -> None:
        self.write([day * MB for day in range(101)])
        (told,) = self.lines("--limit", "200MB")
        self.assertEqual(told["as_of"], "2026-04-15")
        self.assertEqual(told["used_bytes"], 100 * MB)
        forecast = told["forecast"]
        self.assertEqual(forecast["growth_bytes_per_day"], MB)
        self.assertAlmostEqual(forecast["full_in_days"]["p50"], 100, delta=3)
        self.assertEqual(list(forecast["full_in_days"]), ["p10", "p25", "p50", "p90"])
        self.assertEqual(list(forecast["quantiles_bytes"]), ["7", "14", "30", "60"])
        self.assertAlmostEqual(forecast["quantiles_bytes"]["30"]["p50"], 130 * MB, delta=MB)

    def test_every_so_many_days_uses_nothing_later(self) -> None:
        used = [0]
        for day in range(1, 151):
            used.append(used[-1] // 3 if day == 90 else used[-1] + day * 7919 % 13 * 100_000)
        self.write(used)
        lines = self.lines("--limit", "200MB", "--every", "30")
        self.assertEqual([line["as_of"] for line in lines],
                         [str(FIRST + datetime.timedelta(days=day)) for day in range(0, 151, 30)])
        self.assertIsNone(lines[0]["forecast"])
        self.assertEqual(lines[0]["forecast_reason"], "too_little_data")
        for day, line in zip(range(0, 151, 30), lines):
            self.write(used[:day + 1])
            self.assertEqual(self.lines("--limit", "200MB"), [line])

    def test_a_file_without_head_and_with_windows_line_ends(self) -> None:
        self.write([day * MB for day in range(30)], head="")
        told = self.lines("--limit", "200MB")
        self.file.write_bytes(b"\xef\xbb\xbfdate,used_bytes\r\n" + self.file.read_bytes().replace(b"\n", b"\r\n"))
        self.assertEqual(self.lines("--limit", "200MB"), told)

    def test_tables_for_people(self) -> None:
        self.write([day * MB for day in range(101)])
        self.assertIn("Growth     +977 KiB a day", self.forecast("--limit", "200MB").stdout)
        table = self.forecast("--limit", "200MB", "--every", "50").stdout.splitlines()
        self.assertEqual(len(table), 4)
        self.assertIn("too_little_data", table[1])

    def test_mistakes_name_file_and_line(self) -> None:
        day = "2026-01-01,5\n"
        for text, line, words in (("2026-13-01,5\n", 1, "2026-11-21"), (day + "2026-01-02,-5\n", 2, "used_bytes"),
                                  (day + "\n2026-01-02,5 MB\n", 3, "used_bytes"), (day + day, 2, "ascend"),
                                  (day + "2026-01-02,5,6\n", 2, "two columns"), (day + "2026-01-02\n", 2, "two columns"),
                                  (day + "2026-01-02,9223372036854775808\n", 2, "2^63-1")):
            with self.subTest(text):
                told = self.refusal(text)
                self.assertIn(f"used.csv:{line}: ", told)
                self.assertIn(words, told)
        self.assertIn("no line", self.refusal(""))
        self.assertIn("--limit", self.refusal(day, "--limit", "much"))
        self.assertIn("--limit", self.refusal(day, "--limit", "0B"))
        self.file.unlink()
        self.assertIn("cannot read", self.forecast("--limit", "1GB", code=1).stderr)


if __name__ == "__main__":
    unittest.main()
