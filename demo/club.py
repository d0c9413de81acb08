"""The club of the demonstration: its mailboxes, their owners, and the settings file that its webmaster wrote."""

import json
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
CLUB, PRIVATE = "verein.example", "privat.example"
WEBMASTER = f"webmaster@{CLUB}"


@dataclass(frozen=True)
class Member:
    """A watched mailbox, and what the demonstration expects of it."""

    slug: str
    name: str
    size: int  # bytes of mail in it
    limit: int | None
    language: str
    stage: str | None  # as `check` should tell it
    limit_source: str = "server"
    failure: str | None = None

    @property
    def address(self) -> str:
        """The watched mailbox."""
        return f"{self.slug}@{CLUB}"

    @property
    def private(self) -> str:
        """The owner's second mailbox, where the warning arrives."""
        return f"{self.slug}@{PRIVATE}"

    @property
    def password(self) -> str:
        """Of the watched mailbox."""
        return f"{self.slug}-at-the-club"

    @property
    def private_password(self) -> str:
        """Of the second mailbox."""
        return f"{self.slug}-at-home"

    @property
    def is_warned(self) -> bool:
        """Whether a mail should go out."""
        return self.stage in ("warning", "urgent", "full")


MEMBERS = (
    Member("alex.ahrens", "Alex", int(150 * MIB * 0.52), 150 * MIB, "de", "ok"),
    Member("kim.muster", "Kim", int(200 * MIB * 0.86), 200 * MIB, "de", "warning"),
    Member("robin.beispiel", "Robin", int(100 * MIB * 0.964), 100 * MIB, "en", "urgent"),
    Member("archiv", "Ines", 40 * MIB, None, "de", "ok", limit_source="none"),
    Member("toni.thaler", "Toni", 6 * MIB, 100 * MIB, "de", None, failure="login_refused"),
)
WRONG_PASSWORD = "changed-last-week"


def _mailbox(member: Member, passwords: Path) -> str:
    return f"""
[[mailbox]]
address = "{member.address}"
slug = "{member.slug.partition(".")[0]}"
server = "verein"
password = {{ file = {json.dumps(str(passwords / member.slug))} }}
owner = {{ name = "{member.name}", mail = ["{member.private}"], language = "{member.language}" }}
"""


def settings(folder: Path, ca_file: Path, *, imaps: int, submissions: int, http: int) -> str:
    """The settings file, and with it a file for each password below `folder`."""
    passwords = folder / "passwords"
    passwords.mkdir(mode=0o700)
    for name, password in (("webmaster", "webmaster-of-the-club"), *(_login(member) for member in MEMBERS)):
        (passwords / name).touch(0o600)
        (passwords / name).write_text(password + "\n")
    trusted = json.dumps(str(ca_file))
    return f"""language = "de"
timezone = "Europe/Berlin"
state_directory = {json.dumps(str(folder / "daemon"))}

[poll]
interval = "5min"

[alerts]
confirm_after = "0s"                 # a demonstration does not wait for a second measurement
quiet_hours = []                     # nor for the morning

[http]
listen = "127.0.0.1:{http}"

[smtp]
server = "smtps://localhost:{submissions}"
username = "{WEBMASTER}"
password = {{ file = {json.dumps(str(passwords / "webmaster"))} }}
from = "Webmaster·in Verein <{WEBMASTER}>"
admin = ["{WEBMASTER}"]
ca_file = {trusted}

[server.verein]
imap = "imaps://localhost:{imaps}"
ca_file = {trusted}
webmail = "Webmail des Vereins"
""" + "".join(_mailbox(member, passwords) for member in MEMBERS)


def _login(member: Member) -> tuple[str, str]:
    return member.slug, WRONG_PASSWORD if member.failure == "login_refused" else member.password
