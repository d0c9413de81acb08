"""Plays journald for one program: listens at the journal's fixed address, in a mount namespace of its own where nothing
else is at /run, and writes each entry as a line of JSON.

    unshare -m python3 journal_keeper.py ENTRIES_FILE PROGRAM [ARGUMENT…]
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

ADDRESS = Path("/run/systemd/journal/socket")


def fields(datagram: bytes) -> dict[str, str]:
    """The native protocol of journald: NAME=value lines, or NAME, 8 bytes of length and a value of any bytes."""
    found = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        name, is_text, value = line.partition(b"=")
        if is_text:
            datagram = rest
        else:
            length = int.from_bytes(rest[:8], "little")
            value, datagram = rest[8:8 + length], rest[9 + length:]
        found[name.decode()] = value.decode()
    return found


def main() -> int:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    ADDRESS.parent.mkdir(parents=True)
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(str(ADDRESS))
    reading, writing = os.pipe()  # what is written to stderr all the same is lost, as nobody should
    told = os.fstat(writing)
    child = subprocess.Popen(sys.argv[2:], stderr=writing,
                             env={**os.environ, "JOURNAL_STREAM": f"{told.st_dev}:{told.st_ino}"})
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: child.send_signal(number))

    def keep() -> None:
        with open(sys.argv[1], "w") as file:
            while True:
                print(json.dumps(fields(journal.recv(1 << 20))), file=file, flush=True)

    threading.Thread(target=keep, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
