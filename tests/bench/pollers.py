"""The three programs that the bench sets side by side, asked for the same mailboxes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import nagios_plugin
from bench.measure import Cost, compiled, run
from servers.ca import Authority

PASSWORD = "bench-password"


def users(count: int) -> list[str]:
    """The addresses of the bench's mailboxes."""
    return [f"member{number:02}@verein.example" for number in range(1, count + 1)]


@dataclass(frozen=True)
class Target:
    """Where the server is, and what the clients may use."""

    port: int
    tls: str  # "1.3", "1.2" or "" for none


@dataclass(frozen=True)
class World:
    """What the three share."""

    binary: Path
    folder: Path  # for settings and state
    authority: Authority
    users: Sequence[str]

    def environment(self, target: Target) -> dict[str, str]:
        """Holds every TLS library to the version of the target, without a switch in any program."""
        if target.tls != "1.2":
            return {}
        gnutls, openssl = self.folder / "gnutls.conf", self.folder / "openssl.cnf"
        gnutls.write_text("[overrides]\ndisabled-version = tls1.3\n")
        openssl.write_text("openssl_conf = top\n[top]\nssl_conf = ssl\n[ssl]\nsystem_default = all\n"
                           "[all]\nMaxProtocol = TLSv1.2\n")
        return {"GNUTLS_SYSTEM_PRIORITY_FILE": str(gnutls), "OPENSSL_CONF": str(openssl)}


class Mailquotad:
    """`mailquotad check`, one process for all mailboxes. It remembers the server's shape from its first run on."""

    name = "mailquotad check"

    def __init__(self, world: World):
        self.world = world
        self.reports: list[dict] = []  # of the last run, a mailbox each

    def __call__(self, target: Target, *only: str) -> Cost:
        limits = [word for user in only for word in ("--mailbox", user)]
        cost = run([self.world.binary, "check", "--config", self._settings(target), "--format", "json", *limits],
                   environment=self.world.environment(target), accept=(0, 1, 2))
        self.reports = json.loads(cost.stdout)["mailboxes"]
        failed = [report for report in self.reports if report["failure"]]
        if failed:
            raise RuntimeError(f"mailquotad could not measure {failed[0]['address']}: {failed[0]['failure']}")
        return cost

    def single(self, target: Target) -> Cost:
        """The same for the first mailbox alone: with what the program needs to begin and end."""
        return self(target, self.world.users[0])

    def _settings(self, target: Target) -> Path:
        folder = self.world.folder
        password = folder / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        (folder / "state").mkdir(exist_ok=True)
        scheme, trust = ("imaps", f"ca_file = {json.dumps(str(self.world.authority.certificate))}")
        if not target.tls:
            scheme, trust = "imap", "plaintext = true"
        text = (f'state_directory = {json.dumps(str(folder / "state"))}\n[http]\nlisten = ""\n'
                f'[server.bench]\nimap = "{scheme}://localhost:{target.port}"\n{trust}\n')
        text += "".join(f'[[mailbox]]\naddress = "{user}"\nserver = "bench"\n'
                        f'password = {{ file = {json.dumps(str(password))} }}\n' for user in self.world.users)
        file = folder / "mailquotad.toml"
        file.write_text(text)
        return file


class BareClient:
    """The same dialogue over OpenSSL in C, one process for all mailboxes, answers not looked at."""

    name = "bare OpenSSL client"

    def __init__(self, world: World):
        self.world = world
        self.program = compiled("bare_client", "ssl", "crypto")

    def __call__(self, target: Target) -> Cost:
        return self._run(target, self.world.users)

    def single(self, target: Target) -> Cost:
        """The same for the first mailbox alone."""
        return self._run(target, self.world.users[:1])

    def _run(self, target: Target, names: Sequence[str]) -> Cost:
        return run([self.program, "localhost", str(target.port), self.world.authority.certificate, target.tls, *names],
                   text=PASSWORD + "\n")


class NagiosPlugin:
    """Debian's check_imap_quota, a process for each mailbox: quota only, no folder sizes."""

    name = "check_imap_quota"

    def __init__(self, world: World):
        self.world = world
        nagios_plugin.plugin()

    def __call__(self, target: Target) -> Cost:
        environment = self.world.environment(target) | nagios_plugin.environment(self.world.authority.certificate)
        total = Cost(0, 0, 0)
        for user in self.world.users:
            cost = run(nagios_plugin.command(target.port, user, PASSWORD), environment=environment, accept=(0, 1, 2))
            if "QUOTA" not in cost.stdout or "%" not in cost.stdout:
                raise RuntimeError(f"check_imap_quota: {cost.stdout}")
            total += cost
        return total
