#!/usr/bin/env python3
"""The servers of the test machine, run inside it: Dovecot and chasquid, and a socket that takes questions about them.

Usage: world.py serve | world.py METHOD ARGUMENT...   (arguments are JSON; methods are those of Dovecot)
"""

import json
import socketserver
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers.ca import Authority  # noqa: E402
from servers.chasquid import Chasquid  # noqa: E402
from servers.dovecot import Dovecot  # noqa: E402

SOCKET = "/run/world.sock"
HOST, CLUB, PRIVATE = "mail.verein.example", "verein.example", "privat.example"
FILES = Path("/srv/world")


class Server(socketserver.UnixStreamServer):
    """Calls a method of the Dovecot for each line that comes."""

    def __init__(self, dovecot: Dovecot):
        self.dovecot = dovecot
        super().__init__(SOCKET, Question)


class Question(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        method, *arguments = json.loads(self.rfile.readline())
        options = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
        try:
            answer = getattr(self.server.dovecot, method)(*arguments, **options)
            if method == "messages":
                answer = [message.as_string() for message in answer]
            self.wfile.write(json.dumps({"answer": answer}).encode())
        except Exception as error:  # whatever it is, who asked wants to read it
            self.wfile.write(json.dumps({"error": repr(error)}).encode())


def serve() -> None:
    """Starts the servers, trusts their authority on this machine, writes their ports, and answers until SIGTERM."""
    authority = Authority(FILES)
    certificate = authority.issue(HOST, names=(f"DNS:{HOST}", "DNS:localhost", "IP:127.0.0.1"))
    Path("/usr/local/share/ca-certificates/club.crt").write_text(authority.certificate.read_text())
    subprocess.run(["update-ca-certificates"], check=True, capture_output=True)
    with Dovecot(authority, certificate=certificate) as dovecot:
        with Chasquid(dovecot, (CLUB, PRIVATE), certificate=certificate) as smtp:
            ports = {"imaps": dovecot.imaps, "smtps": smtp.submissions}
            with Server(dovecot) as server:
                (FILES / "ports.json").write_text(json.dumps(ports))
                server.serve_forever()


def ask(method: str, *arguments: str) -> int:
    """Asks the running world and prints its answer."""
    with socket.socket(socket.AF_UNIX) as question:
        question.connect(SOCKET)
        question.sendall(json.dumps([method, *map(json.loads, arguments)]).encode() + b"\n")
        answer = json.loads(question.makefile().read())
    if "error" in answer:
        print(answer["error"], file=sys.stderr)
        return 1
    print(json.dumps(answer["answer"]))
    return 0


if __name__ == "__main__":
    sys.exit(serve() if sys.argv[1:] == ["serve"] else ask(*sys.argv[1:]))
