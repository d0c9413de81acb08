"""Builds the package in a root of its own, from the tracked files and nothing else."""

import os
import shutil
import subprocess
from pathlib import Path

from .roots import Root, Roots, SystemFailed, checked, say

SOURCE = Path(__file__).resolve().parents[2]
PLACE = "/srv/source"


def source_epoch() -> str:
    """The time of the last commit, so that the package is the same wherever it is built."""
    return checked(["git", "-C", SOURCE, "log", "-1", "--format=%ct"], "git log").strip()


def copy_source(root: Root) -> None:
    """The tracked files, with the changes that are not committed yet."""
    names = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                           capture_output=True, check=True).stdout.split(b"\0")
    place = root.folder / PLACE.lstrip("/")
    for name in filter(None, map(os.fsdecode, names)):
        if (SOURCE / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, place / name)


def prepared(roots: Roots, choice: str, *more: str) -> Root:
    """A root with the source and the packages that tests/install names for this choice."""
    root = roots.fresh("build")
    copy_source(root)
    listed = checked([SOURCE / "tests/install", choice, "--print"], "tests/install --print").split()
    say(f"installing {len(listed) + len(more)} packages to build with")
    root.install(*listed, *more)
    return root


def _ccache(folder: Path | None) -> tuple[list[str], dict[str, str]]:
    if folder is None:
        return [], {}
    folder.mkdir(parents=True, exist_ok=True)
    return ([f"--bind={folder.resolve()}:/srv/ccache"],
            {"CCACHE_DIR": "/srv/ccache", "CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CCACHE_BASEDIR": PLACE})


def built_package(roots: Roots, ccache: Path | None) -> Path:
    """Builds, packs and asks lintian; the package, in the folder of the roots."""
    root = prepared(roots, "--demo", "lintian", "ccache")
    bind, environment = _ccache(ccache)
    environment["SOURCE_DATE_EPOCH"] = source_epoch()
    say("building the preset release")
    for command in (["cmake", "--preset", "release", "-DMAILQUOTAD_UNITY=ON"], ["cmake", "--build", "--preset", "release"],
                    ["cpack", "-G", "DEB", "--config", "build/release/CPackConfig.cmake"]):
        root.run(*command, bind=bind, environment=environment, where=PLACE)
    made = list((root.folder / PLACE.lstrip("/") / "build/release").glob("*.deb"))
    if len(made) != 1:
        raise SystemFailed(f"cpack made {len(made)} packages")
    say("lintian")
    print(root.run("lintian", "--fail-on", "error", "--display-info", f"{PLACE}/build/release/{made[0].name}"), end="")
    package = Path(shutil.copy(made[0], roots.folder))
    roots.remove(root)
    return package


def run_tests(roots: Roots, ccache: Path | None) -> int:
    """tests/run as an ordinary user; its exit status."""
    root = prepared(roots, "--all", "sudo")
    bind, environment = _ccache(ccache)
    root.run("useradd", "--create-home", "tester")
    (root.folder / "etc/sudoers.d/tester").write_text("tester ALL=(ALL) NOPASSWD: ALL\n")
    modules = SOURCE / "build/packages/npm" # the same for every Debian, each with its hash: not fetched twice
    if modules.is_dir():
        shutil.copytree(modules, root.folder / PLACE.lstrip("/") / "build/packages/npm", symlinks=True)
    root.run("chown", "-R", "tester:", PLACE, *(["/srv/ccache"] if bind else []), bind=bind)
    say("tests/run")
    try:
        print(root.run("tests/run", user="tester", where=PLACE, bind=bind, environment={**environment, "HOME": "/var/tmp"}))
    except SystemFailed as failed:
        print(failed)
        return 1
    return 0
