"""Fresh roots of Debian: made once by debootstrap, copied for each use; programs run in them by systemd-nspawn."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

# What a small server has beside the essential packages; dbus, since systemctl needs it for some of its questions.
BASE = ("systemd", "systemd-sysv", "dbus", "ca-certificates", "tzdata", "procps", "python3", "openssl")
CLEAN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "HOME": "/root",
         "DEBIAN_FRONTEND": "noninteractive"}


class SystemFailed(RuntimeError):
    """A step of the preparation failed; the text ends with what it printed last."""


def say(text: str) -> None:
    """Tells what is under way."""
    print(f"-- {text}", flush=True)


def mirror() -> str:
    """The first archive of Debian that this machine's apt sources name."""
    folder = Path("/etc/apt")
    for file in sorted((folder / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text()):
            uris = re.search(r"^URIs:\s*(\S+)", stanza, re.MULTILINE)
            suites = re.search(r"^Suites:\s*(.*)", stanza, re.MULTILINE)
            if uris and suites and not all("security" in suite for suite in suites[1].split()):
                return uris[1]
    for file in (folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))):
        lines = file.read_text().splitlines() if file.exists() else []
        for line in lines:
            found = re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+.*\bmain\b", line)
            if found and "security" not in found[2]:
                return found[1]
    raise SystemFailed("no archive of Debian in the apt sources of this machine")


def checked(command: Sequence[str | Path], what: str, **more: object) -> str:
    """Runs a command; its output, or SystemFailed."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, errors="replace", **more)
    if done.returncode != 0:
        raise SystemFailed(f"{what} failed ({done.returncode}):\n" + "\n".join(done.stdout.splitlines()[-40:]))
    return done.stdout


class Root:
    """A folder with a Debian in it."""

    def __init__(self, folder: Path):
        self.folder = folder

    def run(self, *command: str, bind: Sequence[str] = (), environment: dict[str, str] | None = None,
            user: str = "root", where: str = "/") -> str:
        """Runs a program in it, with this machine's network, to its end; its output, or SystemFailed."""
        settings = [f"--setenv={name}={value}" for name, value in {**CLEAN, **(environment or {})}.items()]
        return checked(["systemd-nspawn", "--directory", self.folder, "--register=no", "--keep-unit", "--quiet",
                        "--pipe", "--as-pid2", f"--user={user}", f"--chdir={where}", "--resolv-conf=replace-host",
                        "--bind-ro=/etc/hosts", *bind, *settings, *command], " ".join(command)[:200])

    def install(self, *packages: str) -> None:
        """Installs packages from the archive; nothing is started."""
        policy = self.folder / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        self.run("apt-get", "-qq", "update")
        self.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages)
        policy.unlink()


class Roots:
    """Use as a context manager: makes fresh roots of one release, and removes them at the end."""

    def __init__(self, suite: str, folder: Path):
        self.suite = suite
        self.folder = folder
        self._base = folder / "base"

    def __enter__(self) -> "Roots":
        say(f"a fresh Debian, {self.suite}, by debootstrap")
        checked(["debootstrap", "--variant=minbase", f"--include={','.join(BASE)}", self.suite, self._base, mirror()],
                "debootstrap", env={**os.environ, "PATH": CLEAN["PATH"]})
        (self._base / "etc/machine-id").unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        pass # the folder is its caller's

    def fresh(self, name: str) -> Root:
        """A copy of the fresh root."""
        folder = self.folder / name
        checked(["cp", "-a", "--reflink=auto", self._base, folder], "copying a root")
        return Root(folder)

    def remove(self, root: Root) -> None:
        """Gives the space of a root back."""
        shutil.rmtree(root.folder, ignore_errors=True)
