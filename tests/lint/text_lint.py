#!/usr/bin/env python3
"""Fails on a tracked text file that names a path of somebody's machine or a package registry, holds a note to do
something later, has CR LF line ends or no newline at its end. Usage: text_lint.py [ROOT]"""

import re
import sys

import repository

# Written in pieces, so that this file does not find itself.
PATTERNS = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w./$}-])/(?:work/" + r"\w|root/" + r"[\w.]|tmp/" + r"(?:build|brief|bash_jobs)|home/" + r"[a-z]"
        + r"|Users/" + r"\w|opt/whe" + "els)"),
    "a package registry or its mirror": re.compile(
        r"(?i)\b(?:pypi" + r"\.org|files\.python" + r"hosted|registry\.npm" + r"js|crates" + r"\.io|proxy\.go"
        + r"lang\.org|repo1?\.ma" + r"ven|arti" + r"factory|docker" + r"\.io|qu" + r"ay\.io)\b"),
    "a note to do it later": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b"),
    "the mark of an unfinished merge": re.compile(r"^(?:<{7}|>{7}|\|{7}) ", re.MULTILINE),
}
# What servers say is kept byte by byte, and so are mails as they go out.
EXACT = (".eml", ".pem", ".db", ".png", ".bin")


def judge(name, text):
    """Every breach in one file."""
    breaches = []
    for what, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            breaches.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group(0)!r}")
    if text and not text.endswith("\n"):
        breaches.append(f"{name}: no newline at the end")
    if "\r\n" in text:
        breaches.append(f"{name}: CR LF line ends")
    return breaches


def lint(root):
    """Every breach as one line of text, and the number of files."""
    breaches, count = [], 0
    for name in repository.tracked_files(root):
        text = repository.read(root, name)
        if name.endswith(EXACT) or "\0" in text:
            continue
        breaches += judge(name, text)
        count += 1
    return breaches, count


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    breaches, count = lint(root)
    print("\n".join(breaches + [f"text lint: {count} files, {len(breaches)} breaches"]))
    return 1 if breaches or not count else 0


if __name__ == "__main__":
    sys.exit(main())
