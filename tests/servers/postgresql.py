"""A real PostgreSQL as a child process, from Debian's package, unpacked and not installed, on its own port and folder."""

import ctypes
import ctypes.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

from .ca import Certificate
from .packages import unpacked
from .ports import free_port
from .processes import Child, StartFailed, children_of, ordinary_account, private_folder

USER = "mailquotad"

_SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "jit": "off", "max_connections": "60",
    "shared_buffers": "32MB", "log_min_messages": "warning", "fsync": "off", "logging_collector": "off",
}


class SqlFailed(RuntimeError):
    """PostgreSQL refused a statement or a connection."""


class _Libpq:
    """The few functions of libpq that tests need."""

    def __init__(self):
        name = ctypes.util.find_library("pq")
        if name is None:
            raise StartFailed("libpq is not installed: run tests/install")
        self.library = ctypes.CDLL(name)
        for function, result in (("PQconnectdb", ctypes.c_void_p), ("PQexec", ctypes.c_void_p),
                                 ("PQerrorMessage", ctypes.c_char_p), ("PQgetvalue", ctypes.c_char_p)):
            getattr(self.library, function).restype = result

    def rows(self, url: str, statement: str) -> list[list[str]]:
        """Runs one statement over a connection of its own."""
        pq = self.library
        connection = ctypes.c_void_p(pq.PQconnectdb(url.encode()))
        try:
            if pq.PQstatus(connection) != 0:
                raise SqlFailed(pq.PQerrorMessage(connection).decode())
            result = ctypes.c_void_p(pq.PQexec(connection, statement.encode()))
            try:
                if pq.PQresultStatus(result) not in (1, 2):  # PGRES_COMMAND_OK, PGRES_TUPLES_OK
                    raise SqlFailed(pq.PQerrorMessage(connection).decode())
                return [[pq.PQgetvalue(result, row, column).decode() for column in range(pq.PQnfields(result))]
                        for row in range(pq.PQntuples(result))]
            finally:
                pq.PQclear(result)
        finally:
            pq.PQfinish(connection)


def _for_everybody(folder: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


class Postgresql:
    """Use as a context manager, or call start and stop. All its files lie in a private folder that close removes. With a
    certificate it takes nothing but TLS."""

    def __init__(self, certificate: Certificate | None = None):
        self._certificate = certificate
        self.port = free_port()
        self.password = secrets.token_urlsafe(12) + " 'a\\b"  # as awkward as a password may be
        self.folder = private_folder("postgresql")
        self._account = ordinary_account()
        self._child: Child | None = None
        self._libpq = _Libpq()

    def __enter__(self) -> "Postgresql":
        try:
            self.make()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """For the settings: without the password."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{USER}"

    @property
    def url_with_password(self) -> str:
        """For programs that take no other."""
        quoted = "".join(f"%{byte:02X}" for byte in self.password.encode())
        return self.url.replace("@", f":{quoted}@", 1)

    def make(self) -> None:
        """Makes an empty database."""
        password = self.folder / "password"
        password.write_text(self.password + "\n")
        for path in (self.folder, password):
            shutil.chown(path, self._account.uid, self._account.gid)
        self._run("initdb", "--pgdata", self.folder / "data", "--username", USER, "--auth=scram-sha-256",
                  f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
        password.unlink()
        if self._certificate is not None:
            self._take_certificate(self._certificate)

    def _take_certificate(self, certificate: Certificate) -> None:
        data = self.folder / "data"
        for name, source in (("server.crt", certificate.certificate), ("server.key", certificate.key)):
            shutil.copyfile(source, data / name)
            (data / name).chmod(0o600)
            shutil.chown(data / name, self._account.uid, self._account.gid)
        access = data / "pg_hba.conf"
        access.write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")

    def start(self) -> None:
        """Starts it and returns when it answers."""
        settings = _SETTINGS | {"port": str(self.port)} | ({"ssl": "on"} if self._certificate is not None else {})
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._child = Child([self._program("postgres"), "-D", self.folder / "data", *options],
                            self.folder / "log", account=self._account, folder=self.folder, name="PostgreSQL")
        self._child.wait_until(self._answers, seconds=60)
        if not self.rows(f"SELECT 1 FROM pg_database WHERE datname = '{USER}'", "postgres"):
            self.rows(f"CREATE DATABASE {USER}", "postgres")

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stops it: at once for its clients (SIGINT) or without tidying up (SIGQUIT). What it holds stays."""
        self.thaw()
        if self._child is not None:
            self._child.stop(30, number)
            self._child = None

    def freeze(self) -> None:
        """From now on it says nothing, and closes nothing: connections come about, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Goes on where freeze() stopped it."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """To all its processes: first to the one that makes the others, so that none is new when they are asked for."""
        if self._child is None:
            return
        self._child.send(number)
        for pid in children_of(self._child.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def close(self) -> None:
        """Stops it and removes its folder."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self, statement: str, database: str = USER) -> list[list[str]]:
        """The rows that a statement gives, as texts. Throws SqlFailed."""
        return self._libpq.rows(self.url_with_password.removesuffix(USER) + database, statement)

    def value(self, statement: str) -> str:
        """The first field of the first row."""
        return self.rows(statement)[0][0]

    def _answers(self) -> bool:
        try:
            return bool(self.rows("SELECT 1", "postgres"))
        except SqlFailed:
            return False

    def _program(self, name: str) -> Path:
        versions = unpacked("postgresql", "usr/lib/postgresql")
        found = sorted(versions.glob(f"*/bin/{name}"))[-1]
        if os.geteuid() != 0 or _for_everybody(found.parent):
            return found
        # It refuses to run as root, and another user cannot come to the checkout.
        copy = self.folder / "package"
        if not copy.exists():
            shutil.copytree(unpacked("postgresql", "usr"), copy / "usr", symlinks=True)
        return copy / found.relative_to(unpacked("postgresql", "."))

    def _run(self, name: str, *arguments: object) -> None:
        child = Child([self._program(name), *map(str, arguments)], self.folder / f"{name}.log",
                      account=self._account, folder=self.folder, name=name)
        try:
            status = child.process.wait(120)
        except subprocess.TimeoutExpired:
            status = child.stop()
        if status != 0:
            raise StartFailed(f"{name} ended with status {status}:\n{child.words()}")
