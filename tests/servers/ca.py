"""A certification authority of one's own, made with openssl: good certificates and every kind of bad one."""

import base64
import hashlib
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

_CONFIG = """[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
email_in_dn = no
[any]
commonName = supplied
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {names}
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[req]
distinguished_name = empty
prompt = no
[empty]
"""


def _openssl(*arguments: str | Path, folder: Path, text: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, input=text, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both PEM files."""

    certificate: Path
    key: Path

    def pin(self) -> str:
        """SHA-256 of the public key as settings write it: "sha256//BASE64"."""
        folder = self.certificate.parent
        public = _openssl("x509", "-in", self.certificate.name, "-noout", "-pubkey", folder=folder)
        der = _openssl("pkey", "-pubin", "-outform", "DER", folder=folder, text=public)
        return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


class Authority:
    """Signs server certificates. Each instance is an authority that knows nothing of any other."""

    def __init__(self, folder: Path, name: str = "mailquotad demonstration CA", *, rsa: bool = False):
        self.folder = folder
        self._rsa = rsa  # keys of RSA 2048, as most hosters have them, instead of P-256
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "ca.pem"
        if self.certificate.exists():
            return
        (folder / "index.txt").touch()
        self._write_config("root.cnf", "DNS:localhost")
        self._new_key("ca.key")
        _openssl("req", "-new", "-x509", "-key", "ca.key", "-sha256", "-days", "3650", "-subj", f"/CN={name}",
                 "-config", "root.cnf", "-extensions", "root", "-out", "ca.pem", folder=folder)

    def issue(self, name: str, *, names: tuple[str, ...] = ("DNS:localhost", "IP:127.0.0.1", "IP:::1"),
              begins: timedelta = timedelta(days=-1), ends: timedelta = timedelta(days=365)) -> Certificate:
        """A server certificate in NAME.pem and NAME.key; `names` are its subjectAltNames, times count from now."""
        made = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        if made.certificate.exists() and made.key.exists():
            return made
        self._write_config(f"{name}.cnf", ",".join(names))
        self._new_key(f"{name}.key")
        _openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-config", f"{name}.cnf", "-out",
                 f"{name}.csr", folder=self.folder)
        now = datetime.now(timezone.utc)
        _openssl("ca", "-batch", "-notext", "-config", f"{name}.cnf", "-extensions", "server", "-in", f"{name}.csr",
                 "-cert", "ca.pem", "-keyfile", "ca.key", "-out", f"{name}.pem", "-startdate", _openssl_time(now + begins),
                 "-enddate", _openssl_time(now + ends), folder=self.folder)
        return made

    def good(self) -> Certificate:
        """For localhost, 127.0.0.1 and ::1, valid now."""
        return self.issue("localhost")

    def wrong_host(self) -> Certificate:
        """Valid, but for another host."""
        return self.issue("elsewhere", names=("DNS:mail.elsewhere.example",))

    def expired(self) -> Certificate:
        """For the right host, ended yesterday."""
        return self.issue("expired", begins=timedelta(days=-30), ends=timedelta(days=-1))

    def not_yet_valid(self) -> Certificate:
        """For the right host, begins tomorrow."""
        return self.issue("early", begins=timedelta(days=1), ends=timedelta(days=30))

    def _new_key(self, file: str) -> None:
        if self._rsa:
            _openssl("genrsa", "-out", file, "2048", folder=self.folder)
        else:
            _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file, folder=self.folder)
        (self.folder / file).chmod(0o600)

    def _write_config(self, file: str, names: str) -> None:
        (self.folder / file).write_text(_CONFIG.format(names=names))


def _openssl_time(time: datetime) -> str:
    return time.strftime("%Y%m%d%H%M%SZ")
