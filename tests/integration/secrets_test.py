"""Passwords of every kind are planted, the daemon works under load, and then everything that it wrote, showed and left in
its memory is searched for them in every form."""

import hashlib
import os
import resource
import signal
import socket
import ssl
import sys
import threading
import unittest
from pathlib import Path

from memory import environment, found_in, with_the_right_to_read, writable
from support import CLUB, MIB, PRIVATE, WEBMASTER, Child, Mailbox, Running, ServerTest, Settings, mailquotad, quoted, wait_for

from servers.ca import Certificate
from servers.hook import Hook


def made_up(name: str, form: str) -> str:
    """A long secret that shares no part with any other."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return form.format(digest[:9], digest[9:20], digest[20:32])


SECRETS = {name: made_up(name, 'Pw"{}\\{}+/{}') for name in (
    "file", "credential", "env", "command", "smtp", "bounces", "changed", "wrong")}
SECRETS |= {name: made_up(name, "tk{}.{}~{}") for name in ("token", "header", "url")}
VARIABLE = "PLANTED_PASSWORD"


def connections_to(ports: set[int]) -> int:
    """How many connections to these ports of this machine are open, as their clients see it (proc_net_tcp in the kernel's
    documentation); the open files of a process that forbids tracing are not shown to its own user."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return sum(state == "01" and int(remote.rpartition(":")[2], 16) in ports for _, _, remote, state, *_ in rows)


class TokenServer:
    """An IMAP server over TLS that wants a token and has one full mailbox. Use as a context manager."""

    ANSWERS = {b"GETQUOTAROOT": b'* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE 950 1000)\r\n',
               b"LIST": b'* LIST () "/" INBOX\r\n'}

    def __init__(self, certificate: Certificate):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.certificate, certificate.key)
        self.logins = 0

    def __enter__(self) -> "TokenServer":
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            with self._context.wrap_socket(connection, server_side=True) as stream:
                stream.sendall(b"* OK [CAPABILITY IMAP4rev1 QUOTA SASL-IR AUTH=XOAUTH2] hello\r\n")
                for line in stream.makefile("rb"):
                    tag, verb, *_ = line.split()
                    self.logins += verb == b"AUTHENTICATE"
                    stream.sendall(self.ANSWERS.get(verb, b"") + tag + b" OK done\r\n")
        except OSError:
            pass


class Secrets(ServerTest):
    with_smtp = True
    maxDiff = None

    def mailbox(self, name: str) -> Mailbox:
        """A mailbox near its limit whose password is planted."""
        mailbox = Mailbox(f"{name}@{CLUB}", SECRETS[name], owner=f"nobody@{PRIVATE}")
        self.dovecot.add(mailbox.address, SECRETS[name], storage=10 * MIB)
        self.dovecot.fill_to(mailbox.address, 0.95)
        return mailbox

    def planted(self, tokens: TokenServer, hook: Hook) -> Settings:
        """Settings with a secret in every form that settings know."""
        self.dovecot.set_password(WEBMASTER, SECRETS["smtp"])
        self.dovecot.add(f"bounces@{CLUB}", SECRETS["bounces"])
        settings = self.settings(self.mailbox("file"), self.mailbox("changed"), poll=['interval = "1s"', "workers = 8"])
        self.write_places(settings)
        authority = f"ca_file = {quoted(self.dovecot.authority.certificate)}"
        settings.smtp[2] = 'password = { credential = "smtp" }'
        settings.servers["tokens"] = [f'imap = "imaps://localhost:{tokens.port}"', 'mechanism = "xoauth2"', authority]
        settings.write()
        more = [self.section(name, reference) for name, reference in (
            ("credential", '{ credential = "credential" }'), ("env", f'{{ env = "{VARIABLE}" }}'),
            ("command", f"{{ command = [{quoted(settings.folder / 'print')}] }}"))]
        more += [self.section("token", '{ credential = "token" }', "tokens"),
                 self.section("wrong", '{ credential = "wrong" }')]
        more.append("\n".join(["[bounces]", f'server = "imaps://localhost:{self.dovecot.imaps}"',
                               f'username = "bounces@{CLUB}"', 'password = { credential = "bounces" }', authority]))
        more += ["\n".join(["[[webhook]]", 'name = "chat"', 'url = { credential = "url" }', authority,
                            'headers = [{ name = "Authorization", secret = { credential = "header" } }]'])]
        (settings.folder / "credentials/url").write_text(f"https://localhost:{hook.port}/{SECRETS['url']}\n")
        with settings.file.open("a") as file:
            file.write("\n\n".join(["", *more]) + "\n")
        for name in ("env", "command", "credential"):
            self.mailbox(name)
        self.dovecot.add(f"wrong@{CLUB}", "another")
        return settings

    def section(self, name: str, reference: str, server: str = "club") -> str:
        """A [[mailbox]] whose password is referred to so."""
        return "\n".join(["[[mailbox]]", f'address = "{name}@{CLUB}"', f'slug = "{name}"', f'server = "{server}"',
                          f"password = {reference}", f'owner = {{ mail = ["{name}@{PRIVATE}"] }}'])

    def write_places(self, settings: Settings) -> None:
        """Credential files, and a command that notes what it and its parent show of themselves."""
        folder = settings.folder / "credentials"
        folder.mkdir()
        for name, secret in SECRETS.items():
            (folder / name).touch(0o600)
            (folder / name).write_text(secret + "\n")
        (folder / "header").write_text(f"Bearer {SECRETS['header']}\n")
        command = settings.folder / "print"
        command.write_text(f"#!/bin/sh\ncat /proc/self/environ /proc/self/cmdline /proc/$PPID/cmdline "
                           f">{settings.folder}/shown\ncat {folder}/command\n")
        command.chmod(0o700)

    def start(self, settings: Settings) -> Running:
        """The daemon, with a variable and the places of its credentials, and cores allowed."""
        environment = {VARIABLE: SECRETS["env"], "MAILQUOTAD_CREDENTIALS": str(settings.folder / "credentials"),
                       "ASAN_OPTIONS": "quarantine_size_mb=4"}  # what is freed is searched too, but not 256 MB of it
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        running = Running(settings)
        running.child = Child([os.environ["MAILQUOTAD_BINARY"], "run", "--log-level", "trace", "--config", settings.file],
                              running.log, environment=environment, folder=settings.folder, name="mailquotad run")
        return running

    def calm(self, running: Running, settings: Settings, ports: set[int]) -> None:
        """From one look a second to one an hour; returns between two probes, when nothing is under way."""
        settings.file.write_text(settings.file.read_text().replace('interval = "1s"', 'interval = "1h"'))
        running.child.send(signal.SIGHUP)
        running.wait_for_log("settings read anew")
        last: list[int] = []

        def is_calm() -> bool:
            last.append(connections_to(ports))
            return len(last) > 40 and not any(last[-20:])

        wait_for(is_calm, "no connection is open any more", 60)

    def test_no_secret_is_anywhere_but_where_it_belongs(self) -> None:
        with TokenServer(self.dovecot.authority.good()) as tokens, Hook(self.dovecot.authority.good()) as hook:
            settings = self.planted(tokens, hook)
            running = self.start(settings)
            try:
                shown = self.work(running, settings, tokens, hook)
                memory = writable(running.child.pid)
                running.child.send(signal.SIGABRT)
                running.child.process.wait(20)
            finally:
                running.child.stop()
        others = {name: secret for name, secret in SECRETS.items() if name != "env"}
        for place, content in shown.items():
            belongs = SECRETS if place not in ("environment", "what a command sees") else others
            self.assertEqual(found_in(content, belongs), [], place)
        self.assertEqual(list(settings.folder.glob("core*")), [], "a core was written although that is forbidden")
        self.assertTrue(any(b"/api/v1/status" in content for _, content in memory), "the memory is that of the daemon")
        # A sanitizer keeps a copy of the environment, which cannot be told from another one.
        left = found_in(b"".join(content for _, content in memory), others)
        self.assertEqual([], [f"{place}: {what}" for place, content in memory if left
                              for what in found_in(content, others)])

    def work(self, running: Running, settings: Settings, tokens: TokenServer, hook: Hook) -> dict[str, bytes]:
        """Some rounds with every secret used; then what can be seen, by place."""
        running.wait_until_ready()
        wait_for(lambda: tokens.logins > 3, f"logins with the token:\n{running.child.words()}", 60)
        running.wait_for_metric("probe_failures_total", 'mailbox="wrong"', 'kind="login_refused"', at_least=1)
        wait_for(lambda: bool(hook.requests), f"a webhook:\n{running.child.words()}", 90)
        self.assertIn(SECRETS["url"], hook.requests[0].path)
        self.assertEqual(hook.requests[0].headers["authorization"], f"Bearer {SECRETS['header']}")
        for name in ("file", "credential", "env", "command", "token"):
            self.assertEqual(running.metric("probe_success", f'mailbox="{name}"'), 1, name)
        self.calm(running, settings, {self.dovecot.imaps, self.smtp.submissions, tokens.port, hook.port})
        process = Path(f"/proc/{running.child.pid}")
        shown = {path: running.get(path)[1].encode() for path in
                 ("/", "/mailbox/file", "/mailbox/wrong", "/mailbox/command", "/metrics", "/api/v1/status")}
        shown |= {"command line": (process / "cmdline").read_bytes(), "environment": environment(running.child.pid),
                  "log": running.log.read_bytes(), "what a command sees": (settings.folder / "shown").read_bytes()}
        shown |= {file.name: file.read_bytes() for file in (settings.folder / "state").iterdir()}
        self.assertIn("mailquotad.sqlite-wal", shown)
        told = mailquotad("explain", "--evidence", "--config", settings.file, f"wrong@{CLUB}")
        shown["explain --evidence"] = (told.stdout + told.stderr).encode()
        return shown


if __name__ == "__main__":
    with_the_right_to_read([sys.executable, "-B", *sys.argv])
    unittest.main()
