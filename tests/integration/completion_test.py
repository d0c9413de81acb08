"""The completion for bash knows every command and option of the program, since it asks the program."""

import re
import subprocess
import unittest
from pathlib import Path

from support import BINARY, mailquotad, private_folder, shutil

SCRIPT = Path(__file__).resolve().parents[2] / "systemd/completion.bash"
COMPLETE = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mailquotad; printf "%s\\n" "${COMPREPLY[@]}"'


def completed(*words: str) -> set[str]:
    """What the completion offers for the last of these words."""
    done = subprocess.run(["bash", "-c", COMPLETE, "bash", SCRIPT, BINARY, *words], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return set(done.stdout.split())


def commands() -> list[str]:
    """The commands that `--help` lists."""
    listed = mailquotad("--help").stdout.partition("Subcommands:")[2]
    return re.findall(r"^  ([a-z-]+)", listed, re.MULTILINE)


def options(*command: str) -> set[str]:
    """The options that the help of a command lists."""
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", "\n".join(
        line for line in mailquotad(*command, "--help").stdout.splitlines() if re.match(r"  -", line))))


class Completion(unittest.TestCase):
    def test_it_knows_every_command(self) -> None:
        self.assertGreater(len(commands()), 15)
        self.assertEqual(completed(""), set(commands()))
        self.assertEqual(completed("sil"), {"silence", "silences"})

    def test_it_knows_every_option_of_every_command(self) -> None:
        self.assertIn("--config", completed("--"))
        for command in commands():
            with self.subTest(command):
                self.assertEqual(completed(command, "--") - {"--help"}, options(command) - {"--help"})

    def test_it_knows_the_formats(self) -> None:
        self.assertLessEqual({"table", "json", "nagios"}, completed("check", "--format", ""))
        self.assertEqual(completed("preview", "--format", "h"), {"html"})

    def test_it_knows_the_mailboxes_of_the_settings(self) -> None:
        folder = private_folder("completion")
        self.addCleanup(shutil.rmtree, folder)
        settings = folder / "m.toml"
        settings.write_text('[[mailbox]]\naddress = "kim@verein.example"\nslug = "k1"\n')
        self.assertEqual(completed("--config", str(settings), "explain", ""), {"kim@verein.example", "k1"})
        self.assertEqual(completed("--config", str(settings), "check", "--mailbox", "kim"), {"kim@verein.example"})


if __name__ == "__main__":
    unittest.main()
