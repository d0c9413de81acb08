"""What the database of a killed daemon holds, read from a copy as the next daemon would find it."""

import json
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Ledger:
    """The outbox and who was told, at one moment."""

    intact: str  # "ok", or what PRAGMA integrity_check found
    mails: dict[str, str]  # Message-ID → waiting, sent, failed
    told: dict[str, str]  # slug → stage that the owner was told


def read(state: Path) -> Ledger:
    """Copies the database with its log and reads the copy; an absent database is an empty ledger."""
    if not (state / "mailquotad.sqlite").exists():
        return Ledger("ok", {}, {})
    with tempfile.TemporaryDirectory(prefix="mailquotad-crash-") as folder:
        for name in ("mailquotad.sqlite", "mailquotad.sqlite-wal"):
            if (state / name).exists():
                shutil.copy(state / name, folder)
        database = sqlite3.connect(Path(folder) / "mailquotad.sqlite")
        try:
            return _read(database)
        except sqlite3.DatabaseError as error:
            return Ledger(str(error), {}, {})
        finally:
            database.close()


def _read(database: sqlite3.Connection) -> Ledger:
    intact = "; ".join(row[0] for row in database.execute("PRAGMA integrity_check"))
    broken = list(database.execute("PRAGMA foreign_key_check"))
    if broken:
        intact += f"; {len(broken)} rows without their mailbox"
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "outbox" not in tables:
        return Ledger(intact, {}, {})
    mails = dict(database.execute("SELECT message_id, status FROM outbox"))
    told = {}
    for slug, text in database.execute("SELECT m.slug, a.state FROM alert_state a JOIN mailbox m ON m.id = a.mailbox_id"):
        state = json.loads(text)
        told_now = (state.get("episode") or {}).get("told")
        if told_now:
            told[slug] = told_now["stage"]
    return Ledger(intact, mails, told)
