"""What is in a backup? Read from the file alone, before it is let at a database."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pulsar.backup.programs import ProgramFailed, Programs, programs_for


class NotABackup(Exception):
    """This file is not a whole backup of Pulsar's."""


@dataclass(frozen=True)
class Backup:
    file: Path
    programs: Programs
    """That can read it."""
    schema: str
    key_fingerprint: str


def read(file: Path, server: int) -> Backup:
    """With programs that also know a server of this major version. Raises NotABackup, ProgramFailed."""
    programs, listing = _listing(file, programs_for(server))
    if "TABLE DATA public installation" not in listing:
        raise NotABackup(f"{file} was not made of a database of Pulsar's.")
    return Backup(
        file,
        programs,
        _only_value(programs, file, "alembic_version", "version_num"),
        _only_value(programs, file, "installation", "key_fingerprint"),
    )


def _listing(file: Path, candidates: list[Programs]) -> tuple[Programs, str]:
    """What the oldest that can read it say is in it."""
    for programs in candidates:
        try:
            return programs, programs.output("pg_restore", "--list", str(file))
        except ProgramFailed as error:
            reason = error
            if "unsupported version" not in str(error):
                break
    raise NotABackup(str(reason)) from reason


def _only_value(programs: Programs, file: Path, table: str, column: str) -> str:
    """Of a table with one row: the script's COPY names the columns, and the row follows it."""
    script = programs.output("pg_restore", "--data-only", f"--table={table}", "--file=-", str(file)).splitlines()
    for line, row in pairwise(script):
        if line.startswith(f"COPY public.{table} ("):
            columns = line.partition("(")[2].partition(")")[0].split(", ")
            return row.split("\t")[columns.index(column)]
    raise NotABackup(f"{file} says nothing of {table}.")
