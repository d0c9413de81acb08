#!/usr/bin/env python3
"""Fails on an include that DESIGN section 2 does not allow: an edge between rooms, a cycle between files, a C library
outside its room, anything but the standard library in core. Usage: include_lint.py [ROOT]"""

import os
import re
import sys

import repository

# os stands beside core: both may be used by every room, and os may use core's values.
ALLOWED_ROOMS = {
    "core": set(),
    "os": set(),
    "net": set(),
    "imap": {"net"},
    "pop3": {"net"},
    "settings": set(),
    "store": set(),
    "text": set(),
    "notify": {"net", "store", "text"},
    "observe": {"text"},
    "app": {"imap", "pop3", "settings", "store", "text", "notify", "observe", "net"},
}
USED_BY_ALL = {"core", "os"}

# A library and the rooms that may include its headers.
OWNED_LIBRARIES = {
    "libetpan": (re.compile(r"^libetpan/"), {"imap", "pop3", "notify", "net"}),
    "SOCI": (re.compile(r"^(soci/|soci[.-])"), {"store"}),
}

STANDARD_HEADERS = set("""
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
    clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
    cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
    strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility
    valarray variant vector version""".split())

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def includes_of(root, name):
    """Pairs of (line number, path, whether it was written with quotes)."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", lambda match: "\n" * match.group(0).count("\n"),
                  repository.read(root, name), flags=re.DOTALL)
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1) or match.group(2), bool(match.group(1))


def room_of(name):
    """The room of a file below daemon/, or "" for daemon/main.cpp."""
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else ""


def judge_edge(name, path, daemon_files):
    """What is wrong with this include of a file in daemon/, or nothing."""
    room = room_of(name)
    target = "daemon/" + path
    if target in daemon_files:
        other = room_of(target)
        if room and room not in ALLOWED_ROOMS:
            return f"unknown room {room}: name it in DESIGN section 2 and here"
        if room == "core" and other != "core":
            return f"core includes nothing but core and the standard library, not {path}"
        if room and other != room and other not in USED_BY_ALL and other not in ALLOWED_ROOMS[room]:
            return f"{room} may not include {other} ({path})"
        return None
    if room == "core" and path not in STANDARD_HEADERS:
        return f"core includes nothing but core and the standard library, not {path}"
    if path.split("/")[0] in ALLOWED_ROOMS:
        return f"there is no file daemon/{path}"
    for library, (pattern, rooms) in OWNED_LIBRARIES.items():
        if pattern.match(path) and room not in rooms:
            return f"{library} belongs to {', '.join(sorted(rooms))}; {room or 'main'} may not include {path}"
    return None


def find_cycles(edges):
    """Each cycle between files once, as a list of names that begins and ends with the same file."""
    finished, cycles = set(), []
    for start in sorted(edges):
        if start in finished:
            continue
        path, pending = [start], [iter(sorted(edges[start]))]
        while path:
            target = next(pending[-1], None)
            if target is None:
                pending.pop()
                finished.add(path.pop())
            elif target in path:
                cycles.append(path[path.index(target):] + [target])
            elif target not in finished:
                path.append(target)
                pending.append(iter(sorted(edges.get(target, ()))))
    return cycles


def lint(root):
    """Every breach as one line of text."""
    files = repository.cpp_files(root, below=("daemon",))
    known = set(files)
    breaches, edges = [], {}
    for name in files:
        for line, path, quoted in includes_of(root, name):
            beside = os.path.normpath(os.path.join(os.path.dirname(name), path))
            if quoted and "daemon/" + path not in known and beside in known:
                breaches.append(f'{name}:{line}: write the path from daemon/: "{beside[len("daemon/"):]}"')
                continue
            wrong = judge_edge(name, path, known)
            if wrong:
                breaches.append(f"{name}:{line}: {wrong}")
            if "daemon/" + path in known:
                edges.setdefault(name, set()).add("daemon/" + path)
    breaches += ["cycle: " + " -> ".join(cycle) for cycle in find_cycles(edges)]
    return breaches, len(files)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    breaches, count = lint(root)
    print("\n".join(breaches + [f"include lint: {count} files, {len(breaches)} breaches"]))
    return 1 if breaches or not count else 0


if __name__ == "__main__":
    sys.exit(main())
