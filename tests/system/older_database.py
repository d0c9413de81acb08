"""A database as the first release had it: its tables, with the rows of a newer database as far as they fit."""

import os
import sqlite3
from pathlib import Path

# Step 1 of daemon/store/schema.cpp as SQLite keeps it; steps are never changed.
FIRST_SCHEMA = (Path(__file__).resolve().parent / "first_schema.sql").read_text()


def _columns(database: sqlite3.Connection, schema: str, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA {schema}.table_info({table})")]


def make_older(file: Path) -> int:
    """Replaces the database by an older one with the same rows; the number of measurements in it."""
    new, mode = file.with_suffix(".older"), file.stat()
    with sqlite3.connect(new) as older:
        older.executescript(FIRST_SCHEMA)
        older.execute("ATTACH ? AS newer", (str(file),))
        for (table,) in older.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table.startswith("sqlite_"):
                continue
            common = ", ".join(set(_columns(older, "main", table)) & set(_columns(older, "newer", table)))
            only = " WHERE number = 1" if table == "schema_step" else ""
            older.execute(f"INSERT INTO main.{table} ({common}) SELECT {common} FROM newer.{table}{only}")
        samples = older.execute("SELECT COUNT(*) FROM main.sample").fetchone()[0]
    older.close()
    for name in (f"{file.name}-wal", f"{file.name}-shm"):
        (file.parent / name).unlink(missing_ok=True)
    new.rename(file)

    os.chown(file, mode.st_uid, mode.st_gid)
    file.chmod(mode.st_mode & 0o777)
    return samples
