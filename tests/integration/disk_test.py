"""A full disk, a file that may not grow and a read-only folder: the daemon keeps serving, says so, and loses nothing."""

import os
import resource
import sqlite3
import subprocess
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support import CLUB, MIB, PRIVATE, WEBMASTER, Mailbox, Running, ServerTest, wait_for

AS_ROOT = os.geteuid() == 0


class Disk(ServerTest):
    with_smtp = True
    count = 0

    def member(self) -> Mailbox:
        """A calm mailbox and its owner's second one."""
        Disk.count += 1
        mailbox = Mailbox(f"disk{Disk.count}@{CLUB}", "pw", owner=f"disk{Disk.count}@{PRIVATE}")
        self.dovecot.add(mailbox.address, "pw", storage=20 * MIB)
        self.dovecot.add(mailbox.owner, "private")
        self.dovecot.fill_to(mailbox.address, 0.4)
        return mailbox

    def mount(self, folder: Path, *options: str) -> None:
        """A small file system in memory at this folder, until the end of the test."""
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(("size=2m", "mode=755", *options)), "tmpfs", folder],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)

    def still_serves(self, running: Running) -> None:
        """Health, metrics and page answer, and say what is wrong."""
        running.wait_for_metric("database_writable", value=0)
        self.assertEqual(running.get("/healthz")[0], 200)
        status, page = running.get("/")
        self.assertEqual(status, 200)
        self.assertIn("disk is full or read-only", page)

    def crosses_while(self, broken: Callable[[Running], object]) -> None:
        """The mailbox fills up while nothing can be stored; afterwards the owner is told, once, with all samples."""
        mailbox = self.member()
        settings = self.settings(mailbox)
        settings.poll = ('interval = "1s"',)
        settings.write()
        with Running(settings) as running:
            running.wait_until_ready()
            with broken(running):
                self.still_serves(running)
                self.dovecot.fill(mailbox.address, 11 * MIB, seed=2)
                running.wait_for_metric("mailbox_used_ratio", at_least=0.9)
                self.assertEqual(self.dovecot.messages(mailbox.owner), [])
                self.assertIn("cannot", running.log.read_text())
            running.wait_for_metric("database_writable", value=1)
            running.wait_for_log("can be written again")
            wait_for(lambda: bool(self.dovecot.messages(mailbox.owner)), f"a mail:\n{running.child.words()}", 60)
            running.wait_for_metric("outbox_pending", value=0)
        self.assertEqual(len(self.dovecot.messages(mailbox.owner)), 1)
        database = sqlite3.connect(settings.folder / "state" / "mailquotad.sqlite")
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        times = [row[0] for row in database.execute("SELECT measured_at FROM sample ORDER BY measured_at")]
        database.close()
        self.assertLess(max(after - before for before, after in zip(times, times[1:])), 15, "no hole in the history")

    def test_a_file_that_may_not_grow_stops_mail_and_nothing_else(self) -> None:
        @contextmanager
        def limited(running: Running) -> Iterator[None]:
            hard = resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE, (20_000, hard))
            yield
            resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE, (hard, hard))

        self.crosses_while(limited)

    def test_a_full_disk_stops_mail_and_nothing_else(self) -> None:
        state = self.folder / "state"
        if AS_ROOT:  # others cannot mount: for them the limit of a file's size stands for it
            self.mount(state)

        @contextmanager
        def full(running: Running) -> Iterator[None]:
            filler = state / "filler"
            if AS_ROOT:
                with filler.open("wb", buffering=0) as file:
                    try:
                        while file.write(bytes(4096)):
                            pass
                    except OSError:
                        pass
                yield
                filler.unlink()
            else:
                hard = resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE, (20_000, hard))
                yield
                resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE, (hard, hard))

        self.crosses_while(full)

    def test_a_read_only_folder_at_the_start_is_said_and_waited_for(self) -> None:
        mailbox = self.member()
        self.dovecot.fill(mailbox.address, 11 * MIB, seed=2)
        settings = self.settings(mailbox)
        state = settings.folder / "state"
        if AS_ROOT:
            self.mount(state, "ro")
        else:
            state.chmod(0o555)
        with Running(settings) as running:
            wait_for(lambda: running.get("/healthz")[0] == 200, "it serves")
            self.still_serves(running)
            self.assertEqual(running.get("/readyz")[0], 503)
            self.assertIn("read-only", running.log.read_text())
            if AS_ROOT:
                subprocess.run(["mount", "-o", "remount,rw", state], check=True)
            else:
                state.chmod(0o755)
            wait_for(lambda: bool(self.dovecot.messages(mailbox.owner)), f"a mail:\n{running.child.words()}", 60)
            running.wait_for_metric("database_writable", value=1)

    def test_a_damaged_database_is_put_aside_told_and_its_sound_part_goes_on(self) -> None:
        settings = self.settings(self.member())
        with Running(settings) as running:
            running.wait_until_ready()
        state = settings.folder / "state"
        file = state / "mailquotad.sqlite"
        database = sqlite3.connect(file)
        key = database.execute("SELECT value FROM keyring WHERE name = 'hash'").fetchone()
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'note'").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
        database.close()
        with file.open("r+b") as damaged:
            damaged.seek((root - 1) * size)
            damaged.write(b"Z" * size)
        before = file.read_bytes()
        with Running(settings) as running:
            running.wait_until_ready()
            wait_for(lambda: bool(self.dovecot.messages(WEBMASTER)), f"a mail:\n{running.child.words()}", 60)
            self.assertIn("put aside", running.log.read_text())
        mail = self.dovecot.messages(WEBMASTER)[-1]["Subject"]
        self.assertEqual(mail, "The database of mailquotad was damaged")
        self.assertEqual([path.read_bytes() for path in state.glob("*.damaged-*Z")], [before])
        database = sqlite3.connect(file)
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        self.assertEqual(database.execute("SELECT value FROM keyring WHERE name = 'hash'").fetchone(), key)
        self.assertGreaterEqual(database.execute("SELECT COUNT(*) FROM sample").fetchone()[0], 2)
        database.close()

    def test_sigterm_ends_it_while_it_waits_for_its_folder(self) -> None:
        settings = self.settings(self.member())
        (settings.folder / "state").rmdir()
        (settings.folder / "state").write_text("a file stands in the way")
        with Running(settings) as running:
            running.wait_for_metric("database_writable", value=0)
            self.assertEqual(running.child.stop(10), 0)


if __name__ == "__main__":
    unittest.main()
