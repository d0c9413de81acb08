"""A real Cyrus IMAP as a child process, from Debian's packages, unpacked and not installed: it knows quota administrators."""

import imaplib
import shutil
import socket
import ssl
import struct
import sysconfig
import threading
from pathlib import Path

from .ca import Authority, Certificate
from .packages import SOURCE, unpacked
from .ports import free_port, is_listening
from .processes import Child, ordinary_account, private_folder

ADMINISTRATOR = "cyrus"
_LIBRARIES = f"usr/lib/{sysconfig.get_config_var('MULTIARCH')}"


class _Passwords(threading.Thread):
    """What Cyrus asks whether a password is right: the protocol of saslauthd on a Unix socket."""

    def __init__(self, path: Path):
        super().__init__(daemon=True)
        self.known: dict[str, str] = {}
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        path.chmod(0o777)
        self._socket.listen(20)
        self.start()

    def run(self) -> None:
        """Answers until the socket is closed."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as asked:
                fields = [asked.read(struct.unpack("!H", asked.read(2))[0]).decode() for _ in range(4)]
                answer = b"OK" if self.known.get(fields[0]) == fields[1] else b"NO"
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def close(self) -> None:
        """Ends the thread."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Cyrus:
    """Use as a context manager. `separator` is "/" or "."; all files lie in a private folder that stop removes."""

    def __init__(self, authority: Authority, *, separator: str = "/", certificate: Certificate | None = None):
        self.authority = authority
        self.imaps, self.imap = free_port(), free_port()  # the second without TLS
        self.separator = separator
        self._certificate = certificate or authority.good()
        self._account = ordinary_account()
        self.child: Child | None = None
        self.folder = private_folder("cyrus")
        for name in ("", "state", "state/socket", "mail", "tls"):
            (self.folder / name).mkdir(exist_ok=True)
        self.passwords = _Passwords(self.folder / "mux")
        self.set_password(ADMINISTRATOR, "of all")

    def __enter__(self) -> "Cyrus":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it and returns when it accepts connections; StartFailed with its output otherwise."""
        try:
            self._write_config()
            libraries = ":".join(str(SOURCE / "build" / "packages" / package / _LIBRARIES)
                                 for package in ("cyrus-common", "libxapian", "libical", "libpcre2-posix", "libwrap"))
            self.child = Child([unpacked("cyrus-common", "usr/lib/cyrus/bin/master"), "-D",
                                "-C", self.folder / "imapd.conf", "-M", self.folder / "cyrus.conf",
                                "-p", self.folder / "state" / "master.pid"],
                               self.folder / "output.log", environment={"LD_LIBRARY_PATH": libraries}, name="Cyrus")
            self.child.wait_until(lambda: is_listening(self.imaps))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops it and removes its folder."""
        if self.child is not None:
            self.child.stop()
            self.child = None
        self.passwords.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def set_password(self, login: str, password: str) -> None:
        """A login that is accepted, or another password for it."""
        self.passwords.known[login] = password

    def connect(self) -> imaplib.IMAP4_SSL:
        """A connection of the administrator."""
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        connection = imaplib.IMAP4_SSL("localhost", self.imaps, ssl_context=context, timeout=20)
        connection.login(ADMINISTRATOR, self.passwords.known[ADMINISTRATOR])
        return connection

    def add(self, name: str, storage: int | None = None) -> None:
        """A mailbox; `storage` is its limit in KiB, None for none."""
        with self.connect() as connection:
            folder = f"user{self.separator}{name}"
            self._must(connection.create(folder))
            if storage is not None:
                self._must(connection.setquota(folder, f"(STORAGE {storage})"))

    def fill(self, name: str, size: int) -> None:
        """A message of about this many bytes into its inbox."""
        with self.connect() as connection:
            folder = f"user{self.separator}{name}"
            self._must(connection.setacl(folder, ADMINISTRATOR, "lrswipkxtecda"))
            text = b"From: kim@verein.example\r\nSubject: full\r\n\r\n" + b"x" * 70 + b"\r\n"
            self._must(connection.append(folder, None, None, text + (b"y" * 70 + b"\r\n") * (size // 72)))

    @staticmethod
    def _must(answer: tuple) -> None:
        if answer[0] != "OK":
            raise RuntimeError(f"Cyrus says {answer}")

    def _write_config(self) -> None:
        for name, source in (("certificate.pem", self._certificate.certificate), ("key.pem", self._certificate.key)):
            shutil.copy(source, self.folder / "tls" / name)
        imapd = unpacked("cyrus-imapd", "usr/lib/cyrus/bin/imapd")
        repair = unpacked("cyrus-common", "usr/lib/cyrus/bin/ctl_cyrusdb")
        settings = self.folder / "imapd.conf"
        settings.write_text(f"""configdirectory: {self.folder}/state
defaultpartition: default
partition-default: {self.folder}/mail
admins: {ADMINISTRATOR}
cyrus_user: {self._account.user}
cyrus_group: {self._account.group}
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {self.folder}/mux
sasl_mech_list: PLAIN
allowplaintext: yes
unixhierarchysep: {"yes" if self.separator == "/" else "no"}
tls_server_cert: {self.folder}/tls/certificate.pem
tls_server_key: {self.folder}/tls/key.pem
lmtpsocket: {self.folder}/state/socket/lmtp
idlesocket: {self.folder}/state/socket/idle
notifysocket: {self.folder}/state/socket/notify
""")
        (self.folder / "cyrus.conf").write_text(f"""START {{
  recover cmd="{repair} -C {settings} -r"
}}
SERVICES {{
  imaps cmd="{imapd} -s -C {settings}" listen="127.0.0.1:{self.imaps}" prefork=0
  imap cmd="{imapd} -C {settings}" listen="127.0.0.1:{self.imap}" prefork=0
}}
EVENTS {{
}}
""")
        for path in (self.folder, *self.folder.rglob("*")):
            shutil.chown(path, self._account.uid, self._account.gid)
            path.chmod(0o777 if path.name == "mux" else 0o711 if path.is_dir() else 0o600)
