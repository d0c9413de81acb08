#!/usr/bin/env python3
"""Runs a program of unit tests on a PostgreSQL of its own."""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers.postgresql import Postgresql  # noqa: E402


def main() -> int:
    """`on_postgresql.py PROGRAM [ARGUMENT...]`: ends with the status of that program."""
    with Postgresql() as server:
        environment = os.environ | {"MAILQUOTAD_TEST_POSTGRESQL": server.url_with_password}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
