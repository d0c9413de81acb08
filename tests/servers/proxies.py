"""Real reverse proxies as child processes, run from the examples in config/proxy with this machine's ports and files."""

import base64
import http.client
import os
import shutil
import ssl
import subprocess
from pathlib import Path

from .ca import Authority
from .packages import SOURCE, program, unpacked
from .ports import free_port, is_listening
from .processes import Child, private_folder

EXAMPLES = SOURCE / "config/proxy"
USER, PASSWORD = "webmaster", "of-the-page"


def replaced(text: str, changes: dict[str, str]) -> str:
    """The text with every one of these changed; ValueError for one that it does not hold."""
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"the example has no {old!r} any more")
        text = text.replace(old, new)
    return text


class Proxy:
    """Use as a context manager. Subclasses write their settings and say how they are started."""

    name = ""

    def __init__(self, authority: Authority, upstream: int):
        self.authority, self.upstream = authority, upstream
        self.folder = private_folder(self.name)
        self.port, self.plain = free_port(), free_port()

    def __enter__(self) -> "Proxy":
        try:
            self._child = Child(self.command(), self.folder / "log", environment={"HOME": str(self.folder)},
                                folder=self.folder, name=self.name)
            self._child.wait_until(lambda: is_listening(self.port), seconds=30)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_child"):
            self._child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self) -> list[str | Path]:
        """Writes the settings; what starts the proxy in the foreground."""
        raise NotImplementedError

    def ask(self, path: str, *, method: str = "GET", login: bool = True,
            host: str = "localhost") -> tuple[int, dict[str, str], str]:
        """Status, headers in lower case and body of a request over TLS, the certificate being verified."""
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        connection = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=60)
        headers = {"Host": host, "Accept-Language": "en"}
        if login:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()


class Nginx(Proxy):
    """nginx with both examples: a server of its own, and a path below it."""

    name = "nginx"

    def command(self) -> list[str | Path]:
        certificate = self.authority.issue("localhost")
        hashed = subprocess.run([program("openssl"), "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True)
        users = self.folder / "htpasswd"
        users.write_text(f"{USER}:{hashed.stdout.strip()}\n")
        common = {"127.0.0.1:19993": f"127.0.0.1:{self.upstream}", "/etc/nginx/mailquotad.htpasswd": str(users)}
        below = replaced((EXAMPLES / "nginx-path.conf").read_text(), common)
        server = replaced((EXAMPLES / "nginx.conf").read_text(), common | {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;", "    listen [::]:443 ssl;\n": "",
            "listen 80;": f"listen 127.0.0.1:{self.plain};", "    listen [::]:80;\n": "",
            "quota.verein.example/fullchain.pem": "FULLCHAIN", "quota.verein.example/privkey.pem": "PRIVKEY",
            "/etc/letsencrypt/live/FULLCHAIN": str(certificate.certificate),
            "/etc/letsencrypt/live/PRIVKEY": str(certificate.key),
            "quota.verein.example": "localhost", "    # Prometheus asks": f"{below}\n    # Prometheus asks"})
        paths = "\n".join(f"{kind}_temp_path {self.folder}/{kind};"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        config = self.folder / "nginx.conf"
        config.write_text(f"{user}\ndaemon off; pid {self.folder}/pid; error_log stderr;\nevents {{ }}\n"
                          f"http {{\naccess_log off;\n{paths}\n{server}\n}}\n")
        binary = unpacked("nginx", "usr/sbin/nginx")
        subprocess.run([binary, "-t", "-q", "-c", config, "-p", self.folder], check=True)
        return [binary, "-c", config, "-p", self.folder]


class Caddy(Proxy):
    """Caddy with its example; the certificate is given, since no authority would issue one for localhost."""

    name = "caddy"

    def command(self) -> list[str | Path]:
        certificate = self.authority.issue("localhost")
        binary = unpacked("caddy", "usr/bin/caddy")
        # Cheaper than `caddy hash-password` makes them, which cost a second for each request.
        hashed = subprocess.run(["perl", "-e", "print crypt($ARGV[0], q($2a$05$abcdefghijklmnopqrstuu))", PASSWORD],
                                capture_output=True, text=True, check=True).stdout
        example = (EXAMPLES / "Caddyfile").read_text()
        placeholder = next(word for word in example.split() if word.startswith("$2a$"))
        site = f"https://localhost:{self.port} {{\n\tbind 127.0.0.1\n\ttls {certificate.certificate} {certificate.key}"
        options = "{\n\tadmin off\n\tauto_https off\n}\n"
        config = self.folder / "Caddyfile"
        config.write_text(options + replaced(example, {placeholder: hashed, "quota.verein.example {": site,
                                                       "127.0.0.1:19993": f"127.0.0.1:{self.upstream}"}))
        subprocess.run([binary, "validate", "--config", config, "--adapter", "caddyfile"], check=True,
                       capture_output=True, env={**os.environ, "HOME": str(self.folder)})
        return [binary, "run", "--config", config, "--adapter", "caddyfile"]
