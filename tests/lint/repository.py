"""What the lints look at: the tracked files of a checkout, and C++ text without comments and literals."""

import os
import re
import subprocess

SKIPPED_FOLDERS = {".git", "build", "state", "__pycache__"}


def tracked_files(root):
    """Relative paths of the files that belong to the repository: git's list, or in an unpacked archive every file."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
        return sorted(name for name in names if os.path.isfile(os.path.join(root, name)))
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return sorted(found)


def cpp_files(root, below=("daemon", "tests")):
    """The C and C++ files below the given folders."""
    return [name for name in tracked_files(root)
            if name.split("/")[0] in below and name.endswith((".cpp", ".h", ".c"))]


def read(root, name):
    """A file's text; bytes that are no UTF-8 are kept as surrogates."""
    with open(os.path.join(root, name), encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


TOKENS = re.compile(r'''
      //[^\n]*                                   # line comment
    | /\*.*?\*/                                  # block comment
    | R"(?P<mark>[^\s()\\"]{0,16})\(.*?\)(?P=mark)"  # raw string
    | "(?:\\.|[^"\\\n])*"                        # string
    | (?<![0-9A-Za-z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'  # character, but no digit separator
''', re.VERBOSE | re.DOTALL)


def blank(match):
    """The same number of lines, and a literal stays a literal (so that an argument stays an argument)."""
    text = match.group(0)
    if text.startswith(("//", "/*")):
        return "\n" * text.count("\n") or " "
    return '""' + "\n" * text.count("\n")


def without_comments_and_literals(text):
    """C++ text of the same line count in which braces, quotes and keywords mean what they seem to mean."""
    return TOKENS.sub(blank, text)
