"""Which pg_dump, pg_restore and psql? Those beside us that fit the server: its own version, or the next above.

An older pg_dump refuses a newer server, and an older pg_restore cannot read what a newer pg_dump wrote.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from pulsar.base.cluster import binaries

_OF_DISTRIBUTIONS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


class ProgramFailed(Exception):
    """One of PostgreSQL's programs did not do what it was to."""


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL installation."""

    folder: Path

    @cached_property
    def version(self) -> int:
        """Major; 0 when it does not run here."""
        try:
            said = subprocess.run(  # noqa: S603
                [self.folder / "pg_dump", "--version"], capture_output=True, text=True, check=False
            ).stdout
        except OSError:
            return 0
        found = re.search(r"\) (\d+)", said)
        return int(found[1]) if found else 0

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(self.folder / name), *arguments]

    def output(self, name: str, *arguments: str) -> str:
        done = subprocess.run(self.command(name, *arguments), capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise ProgramFailed(last_words(done.stderr, name))
        return done.stdout


def last_words(stderr: str, program: str) -> str:
    """What it complained of, without its habit of explaining what it was about to do."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    wrong = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return "\n".join((wrong or lines or [f"{program} failed."])[:3])


def programs_for(version: int) -> list[Programs]:
    """All that are not older than this major version, the oldest first; at least one. Raises ProgramFailed."""
    fitting = sorted((p for p in _beside_us() if p.version >= version), key=lambda p: p.version)
    if not fitting:
        raise ProgramFailed(
            f"This needs pg_dump, pg_restore and psql of PostgreSQL {version} or newer. "
            f"Install postgresql-client-{version}."
        )
    return fitting


def _beside_us() -> Iterator[Programs]:
    on_path = shutil.which("pg_dump")
    # Debian's on the path is a script that chooses by itself; what it chooses from stands below.
    if on_path and "postgresql-common" not in str(Path(on_path).resolve()):
        yield Programs(Path(on_path).parent)
    for pattern in _OF_DISTRIBUTIONS:
        for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
            yield Programs(folder)
    try:
        yield Programs(binaries())
    except FileNotFoundError:
        return


@dataclass(frozen=True)
class Place:
    """A database as libpq's programs are told of it: the password is not on their command line, where others see it."""

    url: str
    environment: dict[str, str]

    @classmethod
    def of(cls, url: str) -> "Place":
        parts = urlsplit(url)
        user, _, host = parts.netloc.rpartition("@")
        name, _, password = user.partition(":")
        query = parse_qsl(parts.query, keep_blank_values=True)
        password = unquote(password) or dict(query).get("password", "")
        bare = parts._replace(
            netloc=f"{name}@{host}" if name else host,
            query=urlencode([(key, value) for key, value in query if key != "password"]),
        )
        given = {"PGPASSWORD": password} if password else {}
        # Nobody sits here to type one, and what it says is read by us.
        return cls(bare.geturl(), {**os.environ, **given, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"})
