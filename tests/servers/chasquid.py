"""A real SMTP server as a child process: chasquid from Debian's package, unpacked and not installed.

It takes mail from users that log in and hands it to Dovecot by LMTP. Dovecot also tells it who exists and which
password is right, so that every account of that Dovecot can send and receive.
"""

import shutil
import smtplib
import ssl
from collections.abc import Sequence
from pathlib import Path

from .ca import Certificate
from .dovecot import Dovecot
from .packages import unpacked
from .ports import free_port, is_listening
from .processes import Child, private_folder


def _quoted(text: str | Path) -> str:
    """A string of the text format of protocol buffers."""
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Chasquid:
    """Use as a context manager, or call start and stop. All its files lie in a private folder that stop removes."""

    def __init__(self, dovecot: Dovecot, domains: Sequence[str], *, certificate: Certificate | None = None):
        self.smtp, self.submission, self.submissions = (free_port() for _ in range(3))
        self._dovecot = dovecot
        self._domains = domains
        self._certificate = certificate or dovecot.authority.good()
        self.child: Child | None = None
        self.folder = private_folder("chasquid")

    def __enter__(self) -> "Chasquid":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        """What it logs, deliveries included."""
        return self.folder / "chasquid.log"

    def start(self) -> None:
        """Starts it and returns when it accepts connections; StartFailed with the end of its log otherwise."""
        try:
            self._write_config()
            self.child = Child([unpacked("chasquid", "usr/bin/chasquid"), "-config_dir", self.folder / "config"],
                                self.log, name="chasquid")
            self.child.wait_until(lambda: all(is_listening(port) for port in (self.submission, self.submissions)))
        except BaseException:
            self.stop()
            raise

    def halt(self) -> None:
        """Stops the process and keeps ports and queue for another start."""
        if self.child is not None:
            self.child.stop()
            self.child = None

    def stop(self) -> None:
        """Stops it and removes its folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, sender: str, password: str, to: str, message: bytes) -> None:
        """Sends a message as a mail program would: TLS verified, AUTH."""
        context = ssl.create_default_context(cafile=str(self._dovecot.authority.certificate))
        with smtplib.SMTP_SSL("localhost", self.submissions, context=context, timeout=20) as connection:
            connection.login(sender, password)
            connection.sendmail(sender, [to], message)

    def _write_config(self) -> None:
        config = self.folder / "config"
        for domain in self._domains:
            (config / "domains" / domain).mkdir(parents=True, exist_ok=True)
        pair = config / "certs" / "localhost"
        pair.mkdir(parents=True, exist_ok=True)
        shutil.copy(self._certificate.certificate, pair / "fullchain.pem")
        shutil.copy(self._certificate.key, pair / "privkey.pem")
        run = self._dovecot.folder / "run"
        arguments = ("--addr_network", "unix", "--addr", self._dovecot.lmtp, "-f", "%from%", "-d", "%to%")
        lines = ['hostname: "localhost"', f'smtp_address: "127.0.0.1:{self.smtp}"',
                 f'submission_address: "127.0.0.1:{self.submission}"',
                 f'submission_over_tls_address: "127.0.0.1:{self.submissions}"',
                 f"data_dir: {_quoted(self.folder / 'data')}", 'mail_log_path: "<stderr>"', 'drop_characters: ""',
                 f"mail_delivery_agent_bin: {_quoted(unpacked('chasquid', 'usr/bin/mda-lmtp'))}",
                 *(f"mail_delivery_agent_args: {_quoted(argument)}" for argument in arguments),
                 "dovecot_auth: true", f"dovecot_userdb_path: {_quoted(run / 'auth-chasquid-userdb')}",
                 f"dovecot_client_path: {_quoted(run / 'auth-chasquid-client')}"]
        (config / "chasquid.conf").write_text("\n".join(lines) + "\n")
