"""A real Dovecot as a child process: IMAP, POP3 and LMTP, accounts with and without a limit, mailboxes filled at once."""

import email
import email.message
import email.policy
import imaplib
import json
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import sample_mail
from .ca import Authority, Certificate
from .dovecot_config import Config, text_2_3, text_2_4
from .packages import program
from .ports import free_port, is_listening
from .processes import Child, StartFailed, ordinary_account, private_folder, wait_for

def dovecot_version() -> tuple[int, int]:
    """Major and minor version of the installed Dovecot."""
    said = subprocess.run([program("dovecot"), "--version"], capture_output=True, text=True).stdout
    found = re.match(r"(\d+)\.(\d+)", said)
    if found is None:
        raise StartFailed(f"dovecot --version says {said!r}")
    return int(found[1]), int(found[2])


@dataclass
class _User:
    password: str
    storage: int | None
    messages: int | None


class Dovecot:
    """Use as a context manager, or call start and stop. All its files lie in a private folder that stop removes."""

    def __init__(self, authority: Authority, *, certificate: Certificate | None = None,
                 mechanisms: Sequence[str] = ("plain", "login"), tls_minimum: str = "TLSv1.2", tls: bool = True,
                 connections_per_user: int = 100):
        self.authority = authority
        self.imap, self.imaps, self.pop3, self.pop3s = (free_port() for _ in range(4))
        self._certificate = certificate or authority.good()
        self._mechanisms = mechanisms
        self._tls_minimum = tls_minimum
        self._tls = tls
        self._connections_per_user = connections_per_user
        self._account = ordinary_account()
        self.version = dovecot_version()
        self._users: dict[str, _User] = {}
        self._masters: dict[str, str] = {}
        self.child: Child | None = None
        self.folder = private_folder("dovecot")
        for name in ("mail", "home", "run", "state", "tls"):
            self._own(self.folder / name, folder=True)
        os.chown(self.folder, self._account.uid, self._account.gid)
        self._write_passwords()

    def __enter__(self) -> "Dovecot":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- running

    @property
    def lmtp(self) -> Path:
        """The socket that takes mail."""
        return self.folder / "run" / "lmtp"

    @property
    def log(self) -> Path:
        """Dovecot's own log."""
        return self.folder / "dovecot.log"

    def start(self) -> None:
        """Starts it and returns when it accepts logins; StartFailed with the end of its log when it does not."""
        try:
            self._write_config()
            self.child = Child([program("dovecot"), "-F", "-c", self.folder / "dovecot.conf"],
                                self.folder / "output.log", account=self._account, name="Dovecot")
            port = self.imaps if self._tls else self.imap
            self.child.wait_until(lambda: self.lmtp.exists() and is_listening(port), log=self.log)
        except BaseException:
            self.stop()
            raise

    def halt(self) -> None:
        """Stops the process and keeps accounts, mail and ports for another start."""
        if self.child is not None:
            self.child.stop()
            self.child = None

    def stop(self) -> None:
        """Stops it and removes its folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- accounts

    def add(self, address: str, password: str, *, storage: int | None = None, messages: int | None = None) -> None:
        """An account; `storage` is its limit in bytes, None for none, `messages` a limit of their number."""
        self._users[address] = _User(password, storage, messages)
        self._write_passwords()
        self._wait_for_password(address)

    def add_master(self, name: str, password: str) -> None:
        """A login that may act for every account (as authorisation identity, or "ADDRESS*NAME")."""
        self._masters[name] = password
        self._write_passwords()

    def set_password(self, address: str, password: str) -> None:
        """Changes a password while the server runs."""
        self._users[address].password = password
        self._write_passwords()
        self._wait_for_password(address)

    def set_storage(self, address: str, storage: int | None) -> None:
        """Changes a limit while the server runs."""
        self._users[address].storage = storage
        self._write_passwords()
        if self.child is not None:
            wait_for(lambda: self._has_limit(address, storage), f"the new limit of {address}")

    def maildir(self, address: str) -> Path:
        """Where the mail of an account lies."""
        return self.folder / "mail" / address

    def writer(self, address: str) -> sample_mail.MaildirWriter:
        """Puts single messages into an account's folders."""
        return sample_mail.MaildirWriter(self.maildir(address), self._account)

    def fill(self, address: str, total: int, *, seed: int = 1) -> None:
        """Adds folders and mail of `total` bytes."""
        sample_mail.fill(self.maildir(address), total, self._account, seed)

    def fill_to(self, address: str, share: float, *, seed: int = 1) -> None:
        """Adds folders and mail up to this share (0 to 1) of the account's limit."""
        storage = self._users[address].storage
        if storage is None:
            raise ValueError(f"{address} has no limit")
        self.fill(address, int(storage * share), seed=seed)

    def empty(self, address: str) -> None:
        """Deletes all mail of an account."""
        self.doveadm("expunge", "-u", address, "mailbox", "*", "all")

    # --- looking

    def doveadm(self, *arguments: str) -> str:
        """What doveadm says; CalledProcessError with its words when it fails."""
        identity = {}
        if os.geteuid() == 0:
            identity = {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
        done = subprocess.run([program("doveadm"), "-c", str(self.folder / "dovecot.conf"), *arguments],
                              capture_output=True, text=True, cwd=self.folder, **identity)
        if done.returncode != 0:
            raise RuntimeError(f"doveadm {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout

    def quota_get(self, address: str) -> dict[str, tuple[int, int | None]]:
        """Used and limit as doveadm tells them, by resource; STORAGE in bytes (doveadm rounds to KiB)."""
        found: dict[str, tuple[int, int | None]] = {}
        for row in json.loads(self.doveadm("-f", "json", "quota", "get", "-u", address)):
            factor = 1024 if row["type"] == "STORAGE" else 1
            limit = None if row["limit"] == "-" else int(row["limit"]) * factor
            found[row["type"]] = (int(row["value"]) * factor, limit)
        return found

    def folders(self, address: str) -> dict[str, tuple[int, int]]:
        """Number of messages and their bytes in every folder, as doveadm tells them."""
        rows = json.loads(self.doveadm("-f", "json", "mailbox", "status", "-u", address, "messages vsize", "*"))
        return {row["mailbox"]: (int(row["messages"]), int(row["vsize"])) for row in rows}

    def connect(self, address: str, password: str | None = None) -> imaplib.IMAP4_SSL:
        """A logged-in IMAP connection over TLS that trusts the server's own authority and nothing else."""
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        connection = imaplib.IMAP4_SSL("localhost", self.imaps, ssl_context=context, timeout=20)
        try:
            connection.login(address, self._users[address].password if password is None else password)
        except imaplib.IMAP4.error:
            connection.shutdown()
            raise
        return connection

    def messages(self, address: str, folder: str = "INBOX") -> list[email.message.EmailMessage]:
        """All messages of a folder, read by IMAP over TLS."""
        connection = self.connect(address)
        try:
            count = int(connection.select(folder, readonly=True)[1][0])
            found = connection.fetch("1:*", "(BODY.PEEK[])")[1] if count else []
            return [email.message_from_bytes(part[1], policy=email.policy.default)
                    for part in found if isinstance(part, tuple)]
        finally:
            connection.logout()

    def _wait_for_password(self, address: str) -> None:
        # Dovecot looks at the file's time of change at most once a second.
        if self.child is not None:
            wait_for(lambda: self._accepts(address), f"the new password of {address}")

    def _accepts(self, address: str) -> bool:
        try:
            self.doveadm("auth", "test", address, self._users[address].password)
        except RuntimeError:
            return False
        return True

    def _has_limit(self, address: str, storage: int | None) -> bool:
        limit = self.quota_get(address)["STORAGE"][1]
        return limit == storage if limit is None or storage is None else abs(limit - storage) < 1024

    # --- files

    def _own(self, path: Path, *, folder: bool = False) -> None:
        if folder:
            path.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(path, self._account.uid, self._account.gid)

    def _write(self, name: str, text: str) -> None:
        new = self.folder / f"{name}.new"
        new.write_text(text)
        new.chmod(0o600)
        self._own(new)
        new.replace(self.folder / name)

    def _write_config(self) -> None:
        copies = []
        for source in (self._certificate.certificate, self._certificate.key):
            copy = self.folder / "tls" / source.name
            shutil.copy(source, copy)
            self._own(copy)
            copies.append(copy)
        config = Config(self.folder, self._account, Certificate(*copies), self.imap, self.imaps, self.pop3, self.pop3s,
                        self._mechanisms, self._tls_minimum, self._tls, self._connections_per_user)
        self._write("dovecot.conf", text_2_3(config) if self.version < (2, 4) else text_2_4(config))

    def _write_passwords(self) -> None:
        self._write("users", "".join(self._line(name, user) for name, user in self._users.items()))
        self._write("masters", "".join(f"{name}:{{PLAIN}}{password}\n" for name, password in self._masters.items()))

    def _line(self, name: str, user: _User) -> str:
        fields = []
        if self.version < (2, 4):
            rules = [f"storage={user.storage}B"] if user.storage is not None else []
            rules += [f"messages={user.messages}"] if user.messages is not None else []
            fields = [f"userdb_quota_rule=*:{':'.join(rules)}"] if rules else []
        else:
            fields += [f"userdb_quota_storage_size={user.storage}B"] if user.storage is not None else []
            fields += [f"userdb_quota_message_count={user.messages}"] if user.messages is not None else []
        account = self._account
        home = self.folder / "home" / name
        return f"{name}:{{PLAIN}}{user.password}:{account.uid}:{account.gid}::{home}::{' '.join(fields)}\n"
