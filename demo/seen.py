"""Looks at what the daemon did with other programs' eyes, and says what is not as it should be."""

import email.message
import json
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import club
from servers.dovecot import Dovecot
from servers.processes import wait_for


class NotSeen(RuntimeError):
    """Something that the demonstration promises did not happen; the text is the reason."""


def fetch(url: str) -> tuple[int, str, str]:
    """Status, content type and body of a page; NotSeen when nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, "", error.read().decode(errors="replace")
    except OSError as error:
        raise NotSeen(f"{url} does not answer: {error}") from None


def status(url: str) -> int:
    """The HTTP status of a page, 0 when nothing answers."""
    try:
        return fetch(url)[0]
    except NotSeen:
        return 0


def _check(binary: Path, settings: Path, form: str) -> tuple[int, str]:
    done = subprocess.run([binary, "check", "--config", settings, "--format", form], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120)
    if not done.stdout.strip():
        raise NotSeen(f"`mailquotad check --format {form}` ended with {done.returncode} and printed nothing: "
                      f"{done.stderr.strip()}")
    return done.returncode, done.stdout


def table(binary: Path, settings: Path) -> str:
    """The table of mailboxes."""
    return _check(binary, settings, "table")[1]


def used_bytes(dovecot: Dovecot) -> dict[str, int]:
    """What Dovecot itself says of the mailboxes that can be asked, by address."""
    return {member.address: dovecot.quota_get(member.address)["STORAGE"][0]
            for member in club.MEMBERS if member.failure is None}


def verdicts(binary: Path, settings: Path, dovecot: Dovecot) -> None:
    """Compares every mailbox with what it was made to be, and its numbers with Dovecot's own."""
    before = used_bytes(dovecot)
    code, text = _check(binary, settings, "json")
    after = used_bytes(dovecot)  # the copy of a warning may arrive meanwhile
    if code != 2:
        raise NotSeen(f"`mailquotad check` ended with {code}; with one mailbox urgent it should be 2")
    found = {mailbox["address"]: mailbox for mailbox in json.loads(text)["mailboxes"]}
    for member in club.MEMBERS:
        mailbox = found.get(member.address)
        if mailbox is None:
            raise NotSeen(f"`mailquotad check` does not know {member.address}")
        failure = (mailbox["failure"] or {}).get("kind")
        if (mailbox["stage"], failure) != (member.stage, member.failure):
            raise NotSeen(f"{member.address} should be {member.stage or member.failure}, `check` says "
                          f"{mailbox['stage']}, failure {mailbox['failure']}")
        if member.failure is None:
            _compare(member, mailbox, range(before[member.address], after[member.address] + 1))


def _compare(member: club.Member, mailbox: dict, used: range) -> None:
    if mailbox["limit_source"] != member.limit_source:
        raise NotSeen(f"{member.address}: limit_source is {mailbox['limit_source']}, not {member.limit_source}")
    storage = next((item for item in mailbox["quota"] if item["resource"] == "STORAGE"), None)
    if member.limit is not None and (storage is None or storage["used"] not in used or storage["limit"] != member.limit):
        raise NotSeen(f"{member.address}: doveadm says {used[0]} of {member.limit} bytes, `check` says {storage}")


def warning(dovecot: Dovecot, member: club.Member) -> str:
    """The warning mail as it lies in the owner's second mailbox, its first lines; NotSeen when none comes."""
    try:
        wait_for(lambda: bool(dovecot.messages(member.private)), "", 45)
    except TimeoutError:
        raise NotSeen(f"no warning mail in {member.private} after 45 s") from None
    mails = dovecot.messages(member.private)
    if len(mails) != 1:
        raise NotSeen(f"{len(mails)} mails in {member.private} instead of one")
    _judge(mails[0], member)
    text = mails[0].get_body(("plain",)).get_content().strip()
    head = [f"{name}: {mails[0][name]}" for name in ("From", "To", "Date", "Subject")]
    lines = head + [""] + text.splitlines()
    shown = lines[:22] + ([f"… ({len(lines) - 22} more lines)"] if len(lines) > 22 else [])
    return "\n".join("    | " + line for line in shown) + "\n"


def _judge(mail: email.message.EmailMessage, member: club.Member) -> None:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    if plain is None or html is None:
        raise NotSeen(f"the mail to {member.private} lacks a part: plain text {plain is not None}, HTML {html is not None}")
    if club.WEBMASTER not in mail["From"] or not mail["Subject"]:
        raise NotSeen(f"the mail to {member.private} has no sender or no subject: {mail['From']}, {mail['Subject']}")
    if re.search(r"https?://", plain.get_content()):
        raise NotSeen(f"the mail to {member.private} holds a link")


def nobody_else_was_warned(dovecot: Dovecot) -> None:
    """NotSeen when an owner whose mailbox is fine, or not known, got a mail."""
    for member in club.MEMBERS:
        if not member.is_warned and dovecot.messages(member.private):
            raise NotSeen(f"{member.name} got a mail although the mailbox is {member.stage or member.failure}")


def metrics(http: str, used: dict[str, int]) -> None:
    """NotSeen unless /metrics holds the mailboxes, with Dovecot's numbers of the first round and no address."""
    code, kind, text = fetch(http + "/metrics")
    if code != 200 or not kind.startswith("text/plain"):
        raise NotSeen(f"/metrics answers {code}, {kind}")
    for member in club.MEMBERS:
        slug = member.slug.partition(".")[0]
        probed = _value(text, "mailquotad_probe_success", slug)
        if probed != (0 if member.failure else 1):
            raise NotSeen(f'/metrics: mailquotad_probe_success of mailbox="{slug}" is {probed}')
        if member.limit is not None and not member.failure:
            told = _value(text, "mailquotad_mailbox_used_bytes", slug)
            if told != used[member.address]:
                raise NotSeen(f'/metrics: mailquotad_mailbox_used_bytes of mailbox="{slug}" is {told}, Dovecot said '
                              f"{used[member.address]}")
    _no_address(text, "/metrics")


def _value(text: str, name: str, slug: str) -> float | None:
    found = re.search(rf'^{name}\{{[^}}]*mailbox="{slug}"[^}}]*\}} (\S+)', text, re.MULTILINE)
    return float(found[1]) if found else None


def status_page(http: str) -> None:
    """NotSeen unless the status page is there, names the mailboxes and no address."""
    code, kind, text = fetch(http + "/")
    if code != 200 or not kind.startswith("text/html"):
        raise NotSeen(f"the status page answers {code}, {kind}")
    for member in club.MEMBERS:
        if member.slug.partition(".")[0] not in text:
            raise NotSeen(f"the status page does not name {member.slug.partition('.')[0]}")
    _no_address(text, "the status page")


def _no_address(text: str, where: str) -> None:
    for member in club.MEMBERS:
        if member.address in text or member.private in text:
            raise NotSeen(f"{where} names an address of {member.name}")
