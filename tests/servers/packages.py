"""Programs and packages that tests/install provides: installed ones, and those unpacked into the build folder."""

import os
import shutil
from pathlib import Path

from .processes import StartFailed

_FOLDERS = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
SOURCE = Path(__file__).resolve().parents[2]


def program(name: str) -> str:
    """The path of an installed program; StartFailed when it is not installed."""
    found = shutil.which(name, path=_FOLDERS)
    if found is None:
        raise StartFailed(f"{name} is not installed: run tests/install")
    return found


def unpacked(package: str, file: str) -> Path:
    """A file of a package that is unpacked and not installed; StartFailed when it is not there."""
    found = SOURCE / "build" / "packages" / package / file
    if not found.exists():
        raise StartFailed(f"the package {package} is not unpacked in build/packages: run tests/install")
    return found
