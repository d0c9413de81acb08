"""Looks for secrets in every form in the memory of a running process, and in texts."""

import base64
import ctypes
import errno
import os
import re
import urllib.parse
from pathlib import Path

PIECE, STEP = 12, 6  # what is left of a secret may have lost its begin or end to whatever came after it
PAGE = 4096
LARGEST = 1 << 36  # what is larger is the shadow memory of a sanitizer


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may be written, by name: as it is, quoted, hex, percent-encoded, base64 at each alignment."""
    plain = secret.encode()
    found = {"plain": plain, "quoted": re.sub(rb'(["\\])', rb"\\\1", plain), "hex": plain.hex().encode(),
             "upper hex": plain.hex().upper().encode(), "in a URL": urllib.parse.quote(secret).encode(),
             "wide": secret.encode("utf-16-le")}
    for skip in range(3):  # characters of a base64 text that depend on nothing else than the secret
        whole = base64.b64encode(b"\0" * skip + plain)
        found[f"base64, {skip}"] = whole[(0, 2, 3)[skip]:len(whole) - (4 if (skip + len(plain)) % 3 else 0)]
    return found


def pieces(secret: str) -> dict[bytes, str]:
    """Overlapping parts of all forms, with the name of the form."""
    return {form[at:at + PIECE]: name for name, form in forms(secret).items()
            for at in range(0, max(1, len(form) - PIECE + 1), STEP)}


def found_in(content: bytes, secrets: dict[str, str]) -> list[str]:
    """Which secrets a content holds, in which form; a secret of 24 characters or more shows itself by its parts."""
    return sorted({f"{name}: {form}" for name, secret in secrets.items()
                   for piece, form in pieces(secret).items() if piece in content})


def _environment(process: Path) -> tuple[int, int]:
    """Where the kernel keeps the process's first environment (proc(5), env_start and env_end)."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return int(fields[47]), int(fields[48])


class _Range(ctypes.Structure):
    """struct iovec."""

    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.process_vm_readv.restype = ctypes.c_ssize_t
_LIBC.process_vm_readv.argtypes = [ctypes.c_int, ctypes.POINTER(_Range), ctypes.c_ulong, ctypes.POINTER(_Range),
                                   ctypes.c_ulong, ctypes.c_ulong]


def _read(pid: int, begin: int, end: int) -> bytearray:
    """The memory from begin to end, or as much of it as is there. Not by /proc/PID/mem: that file, like environ and fd
    beside it, belongs to root where a process forbids tracing, and within a user namespace nobody is that root."""
    content, buffer = bytearray(), ctypes.create_string_buffer(min(end - begin, 1 << 24) or 1)
    while begin < end:
        size = min(end - begin, len(buffer))
        got = _LIBC.process_vm_readv(pid, _Range(ctypes.addressof(buffer), size), 1, _Range(begin, size), 1, 0)
        if got < 0 and not content and ctypes.get_errno() != errno.EFAULT:
            raise OSError(ctypes.get_errno(), "process_vm_readv")
        if got <= 0:
            break
        content += memoryview(buffer)[:got]
        begin += got
    return content


def environment(pid: int) -> bytes:
    """The environment that a process was started with."""
    return bytes(_read(pid, *_environment(Path(f"/proc/{pid}"))))


def writable(pid: int) -> list[tuple[str, bytes]]:
    """The writable memory of a process, by where it lies; the environment that it was started with is blanked."""
    process = Path(f"/proc/{pid}")
    begin_of_environment, end_of_environment = _environment(process)
    contents = []
    for line in (process / "maps").read_text().splitlines():
        bounds, rights, *_ = line.split()
        begin, end = (int(bound, 16) for bound in bounds.split("-"))
        if not rights.startswith("rw") or end - begin > LARGEST:
            continue
        content = _read(pid, begin, end)
        if begin <= begin_of_environment < end:
            content[begin_of_environment - begin:end_of_environment - begin] = b"\0" * (
                end_of_environment - begin_of_environment)
        contents.append((f"{line[73:].strip() or 'anonymous'} at {begin:x}", _used(content)))
    return contents


def _used(content: bytearray) -> bytes:
    """The content without pages of zeros, which are most of it."""
    pages = (bytes(content[at:at + PAGE]) for at in range(0, len(content), PAGE))
    return b"".join(page for page in pages if page.count(0) != len(page))


def may_read_memory() -> bool:
    """Whether this process may read the memory of one that forbids it to its own user (PR_SET_DUMPABLE)."""
    effective = re.search(r"^CapEff:\s*([0-9a-f]+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    ptrace = 1 << 19  # CAP_SYS_PTRACE, linux/capability.h
    return effective is not None and int(effective[1], 16) & ptrace != 0


def with_the_right_to_read(argv: list[str]) -> None:
    """Starts the program anew in a user namespace in which this user has that right over what it starts itself."""
    if not may_read_memory():
        os.execvp("unshare", ["unshare", "--user", "--map-current-user", "--keep-caps", *argv])
