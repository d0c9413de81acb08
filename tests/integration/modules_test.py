"""What only some installations need is in memory only there: libcurl where there is a webhook, libpq where there is a
PostgreSQL; and what an installation without its modules says."""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from memory import with_the_right_to_read
from support import BINARY, CLUB, MIB, Mailbox, Running, ServerTest, Settings

MODULES = ("mailquotad-http.so", "mailquotad-postgresql.so")
RARELY_NEEDED = ("libcurl", "libpq.", "libsoci_postgresql", "libssl.", "libcrypto.", "libldap", "libkrb5", "libgssapi",
                 "libssh2", "librtmp", "libnghttp2", *MODULES)
WEBHOOK = '\n[[webhook]]\nname = "chat"\nurl = "https://localhost:1/room"\n'
POSTGRESQL = 'database = { url = "postgresql://nobody@127.0.0.1:1/none" }'


def mapped(pid: int) -> set[str]:
    """The names of the files that a process holds in memory."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {line.rpartition("/")[2] for line in lines if "/" in line}


class Modules(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(f"kim@{CLUB}", "pw", storage=20 * MIB)

    def one(self, more: str = "", **changes: object) -> Settings:
        """Settings with one mailbox."""
        settings = self.settings(Mailbox(f"kim@{CLUB}", "pw"), **changes)
        settings.file.write_text(settings.file.read_text() + more)
        return settings

    def held(self, settings: Settings) -> list[str]:
        """What of the above the daemon holds after its first round."""
        with Running(settings) as running:
            running.wait_until_ready()
            files = mapped(running.child.pid)
        self.assertTrue(any(name.startswith("libsqlite3") for name in files), files)
        return sorted({name for name in RARELY_NEEDED for file in files if file.startswith(name)})

    def copied(self, *modules: str) -> Path:
        """The program in a folder of its own, with these modules beside it."""
        folder = self.folder / "bin"
        folder.mkdir()
        for name in (BINARY.name, *modules):
            shutil.copy2(BINARY.parent / name, folder / name)
        return folder / BINARY.name

    def run_it(self, program: Path, *arguments: object) -> tuple[int, str]:
        """Exit status and what it says."""
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout + done.stderr

    def test_a_daemon_without_webhook_and_postgresql_holds_none_of_their_libraries(self) -> None:
        self.assertEqual(self.held(self.one()), [])

    def test_a_daemon_with_a_webhook_holds_libcurl_from_its_start_and_no_libpq(self) -> None:
        held = self.held(self.one(WEBHOOK))
        self.assertIn("libcurl", held)
        self.assertIn("mailquotad-http.so", held)
        self.assertEqual([], [name for name in held if name in ("libpq.", "libsoci_postgresql", MODULES[1])])

    def test_a_program_without_its_modules_names_the_file_only_where_it_is_needed(self) -> None:
        program = self.copied()
        self.assertEqual(self.run_it(program, "check", "--config", self.one().file)[0], 0)
        status, said = self.run_it(program, "check-config", "--config", self.one(WEBHOOK).file)
        self.assertEqual(status, 78, said)
        self.assertIn("mailquotad-http.so cannot be used: No such file or directory. Install mailquotad again", said)
        status, said = self.run_it(program, "check-config", "--config", self.one(top=(POSTGRESQL,)).file)
        self.assertEqual(status, 78, said)
        self.assertIn("mailquotad-postgresql.so cannot be used: No such file", said)
        status, said = self.run_it(program, "check", "--from-daemon", "http://127.0.0.1:1")
        self.assertEqual(status, 3, said)
        self.assertIn("mailquotad-http.so cannot be used: No such file", said)

    def test_a_module_in_a_folder_of_everybody_is_not_loaded(self) -> None:
        program = self.copied(*MODULES)
        program.parent.chmod(0o777)
        status, said = self.run_it(program, "check", "--from-daemon", "http://127.0.0.1:1")
        self.assertEqual(status, 3, said)
        self.assertIn("can be changed by every user of this machine", said)
        program.parent.chmod(0o755)
        status, said = self.run_it(program, "check", "--from-daemon", "http://127.0.0.1:1")
        self.assertIn("no status from the daemon at http://127.0.0.1:1", said)

    def test_what_is_installed_finds_its_modules_wherever_it_was_put(self) -> None:
        subprocess.run(["cmake", "--install", BINARY.parent, "--prefix", "/usr"], check=True, capture_output=True,
                       env={**os.environ, "DESTDIR": str(self.folder / "root")}, timeout=120)
        program = self.folder / "root/usr/bin/mailquotad"
        modules = sorted((self.folder / "root/usr/lib").rglob("mailquotad-*.so"))
        self.assertEqual([file.name for file in modules], list(MODULES))
        self.assertEqual({file.stat().st_mode & 0o777 for file in modules}, {0o644})
        self.assertIn("no status from the daemon", self.run_it(program, "check", "--from-daemon", "http://127.0.0.1:1")[1])
        said = self.run_it(program, "check-config", "--config", self.one(top=(POSTGRESQL,)).file)[1]
        self.assertIn("PostgreSQL database none at 127.0.0.1:1: cannot be reached", said)


if __name__ == "__main__":
    with_the_right_to_read([sys.executable, "-B", *sys.argv])
    unittest.main()
