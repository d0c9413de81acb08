#!/usr/bin/env python3
"""Fails on C++ that clang-format 14 would write otherwise. Other versions format otherwise: where only those are found
it says so and passes. Usage: format_lint.py [ROOT]"""

import re
import shutil
import subprocess
import sys

import repository

VERSION = 14


def find_formatter():
    """The program of the right version, or nothing and what was found instead."""
    found = []
    for name in (f"clang-format-{VERSION}", "clang-format"):
        program = shutil.which(name)
        if not program:
            continue
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        version = re.search(r"version (\d+)", told)
        if version and int(version.group(1)) == VERSION:
            return program, told
        found.append(told)
    return None, "; ".join(found) or "none"


def lint(root, program):
    """A line for the first place in each file that it would write otherwise, and the number of files."""
    files = repository.cpp_files(root, below=("daemon", "tests"))
    if not files:
        return "", 0
    done = subprocess.run([program, "--dry-run", "-Werror", "--style=file", *files], cwd=root, capture_output=True,
                          text=True, check=False)
    places = re.findall(r"^(\S+?):(\d+):\d+: error:", done.stderr, re.MULTILINE)
    first = {name: line for name, line in reversed(places)}
    complaints = "".join(f"{name}:{line}: clang-format -i {name}\n" for name, line in sorted(first.items()))
    return (complaints or done.stderr or "it failed without a word\n") if done.returncode else "", len(files)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    program, told = find_formatter()
    if not program:
        print(f"format lint: needs clang-format {VERSION}, found {told}: not checked")
        return 0
    complaints, count = lint(root, program)
    print(complaints + f"format lint: {count} files, {told}: {'breaches' if complaints else 'no breach'}")
    return 1 if complaints or not count else 0


if __name__ == "__main__":
    sys.exit(main())
