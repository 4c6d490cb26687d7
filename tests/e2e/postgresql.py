"""A PostgreSQL that is not ours: Debian's 15 where it is installed, and the embedded 18 as if it were a stranger's."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from pulsar.base.embedded import embedded
from tests.e2e.processes import free_port

DEBIAN = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "a password of/the@database"


@dataclass
class External:
    boss: str
    """The URL of a superuser."""
    place: str
    """What stands behind the database's name in a URL, or before it: host and port."""

    async def does(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.boss)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def database_of(self, user: str, *rights: str) -> str:
        """The URL of a new database of a new user, who may log in and has these rights."""
        await self.does(
            f"CREATE ROLE {user} LOGIN NOSUPERUSER PASSWORD '{PASSWORD}' {' '.join(rights)}",
            f"CREATE DATABASE {user} OWNER {user}",
        )
        return self.url(user)

    def url(self, user: str) -> str:
        authority, _, query = self.place.partition("?")
        return f"postgresql://{user}:{quote(PASSWORD, safe='')}@{authority}/{user}?{query}"


@contextmanager
def debians(folder: Path) -> Iterator[External]:
    """On TCP, and with a password; as root it runs as nobody."""
    port, data = free_port(), folder / "postgresql-15"
    data.mkdir()
    how: dict[str, Any] = {"check": True, "capture_output": True, "cwd": "/"}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        shutil.chown(data, nobody.pw_uid, nobody.pw_gid)
        how |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    secret = data.with_suffix(".password")
    secret.write_text(PASSWORD)
    run = subprocess.run
    run([DEBIAN / "initdb", "-D", data, "--username=boss", "--auth=scram-sha-256", f"--pwfile={secret}", "-N"], **how)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run([DEBIAN / "pg_ctl", "-w", "-D", data, "-o", options, "-l", data / "log", "start"], **how)
    try:
        place = f"127.0.0.1:{port}?sslmode=disable"
        yield External(f"postgresql://boss:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres", place)
    finally:
        run([DEBIAN / "pg_ctl", "-w", "-D", data, "-m", "fast", "stop"], **how)


@contextmanager
def newest(folder: Path) -> Iterator[External]:
    with embedded(folder / "postgresql-18") as url:
        query = url.partition("?")[2]
        yield External(url, f"?{query}")
