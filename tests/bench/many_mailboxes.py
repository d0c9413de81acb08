"""An IMAP server for any number of mailboxes, each with a limit and a folder of every role: what a bench polls when only
the daemon is to be measured. No TLS, any login, the batch of commands that the daemon sends."""

import asyncio
import json
import multiprocessing
import subprocess
import time
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path

FOLDERS = (("INBOX", ""), ("Sent", "\\Sent"), ("Trash", "\\Trash"), ("Junk", "\\Junk"), ("Archive", "\\Archive"),
           ("Drafts", "\\Drafts"), ("Starred", "\\Flagged"), ("Projects", ""))
_CAPABILITIES = "IMAP4rev1 LITERAL+ SASL-IR NAMESPACE QUOTA LIST-EXTENDED LIST-STATUS SPECIAL-USE STATUS=SIZE AUTH=PLAIN"


def _folders() -> list[str]:
    lines = []
    for number, (name, role) in enumerate(FOLDERS, 1):
        lines.append(f'* LIST ({role}) "/" "{name}"')
        lines.append(f'* STATUS "{name}" (MESSAGES {100 * number} SIZE {number << 20} UIDVALIDITY 1 UIDNEXT {1 + 100 * number})')
    return lines


_ANSWERS = {
    "CAPABILITY": [f"* CAPABILITY {_CAPABILITIES}"], "NAMESPACE": ['* NAMESPACE (("" "/")) NIL NIL'], "LIST": _folders(),
    "GETQUOTAROOT": ['* QUOTAROOT INBOX "User quota"', '* QUOTA "User quota" (STORAGE 40000 102400 MESSAGE 3600 10000)'],
    "GETQUOTA": ['* QUOTA "User quota" (STORAGE 40000 102400 MESSAGE 3600 10000)'], "LOGOUT": ["* BYE"]}


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(f"* OK [CAPABILITY {_CAPABILITIES}] ready\r\n".encode())
    while line := await reader.readline():
        tag, _, rest = line.decode().strip().partition(" ")
        command = rest.split(" ", 1)[0].upper()
        answer = "".join(text + "\r\n" for text in _ANSWERS.get(command, []))
        code = f"[CAPABILITY {_CAPABILITIES}] " if command in ("LOGIN", "AUTHENTICATE") else ""
        writer.write(f"{answer}{tag} OK {code}done\r\n".encode())
        if command == "LOGOUT":
            break
    writer.close()


def _serve(pipe: Connection) -> None:
    async def run() -> None:
        server = await asyncio.start_server(_talk, "127.0.0.1", 0, backlog=512)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class ManyMailboxes:
    """The server in a process of its own. Use as a context manager."""

    def __enter__(self) -> "ManyMailboxes":
        here, there = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=(there,), daemon=True)
        self._process.start()
        self.port = here.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def settings(folder: Path, count: int, imap: int, http: int, *, ca_file: Path | None = None, workers: int = 16,
             per_server: int = 16, interval: str = "12h") -> Path:
    """A settings file with that many mailboxes on one server; over TLS where there is a certificate to trust."""
    password = folder / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    (folder / "state").mkdir()
    secret = f"password = {{ file = {json.dumps(str(password))} }}"
    server = (f'imap = "imaps://localhost:{imap}"\nca_file = {json.dumps(str(ca_file))}' if ca_file
              else f'imap = "imap://127.0.0.1:{imap}"\nplaintext = true')
    text = (f'state_directory = {json.dumps(str(folder / "state"))}\n[poll]\ninterval = "{interval}"\n'
            f'workers = {workers}\nper_server = {per_server}\n[http]\nlisten = "127.0.0.1:{http}"\n'
            f'[server.many]\n{server}\n')
    text += "".join(f'[[mailbox]]\naddress = "m{number}@verein.example"\nslug = "m{number}"\nserver = "many"\n{secret}\n'
                    for number in range(count))
    file = folder / "mailquotad.toml"
    file.write_text(text)
    return file


def get(port: int, path: str) -> tuple[float, bytes]:
    """Seconds and body of a page; an empty body when nothing answers 200."""
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=120) as answer:
            body = answer.read()
    except OSError:
        body = b""
    return time.monotonic() - begin, body


def wait_until_ready(child: subprocess.Popen, port: int, log: Path) -> None:
    """Until the daemon has done its first round; RuntimeError with the end of its log when it ends or takes too long."""
    begin = time.monotonic()
    while not get(port, "/readyz")[1]:
        if child.poll() is not None or time.monotonic() - begin > 1800:
            raise RuntimeError("the daemon is not ready: " + log.read_text()[-2000:])
        time.sleep(0.1)
