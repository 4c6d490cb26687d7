"""Can Pulsar work here? What `pulsar check` looks at: each finding says what is wrong and what to do."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from pulsar import schema
from pulsar.base import clock
from pulsar.base.crypto import Keys
from pulsar.base.db import APP_ROLE, connect_to
from pulsar.base.embedded import EmbeddedPostgresFailed
from pulsar.settings import Settings

_LARGEST_CLOCK_DIFFERENCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Finding:
    what: str
    fine: bool
    detail: str


def examine(
    settings: Settings,
    secret_key: Callable[[Settings], str],
    database_url: Callable[[Settings], AbstractContextManager[str]],
) -> Iterator[Finding]:
    yield Finding("settings", True, f"data directory {settings.data_dir}, links to {settings.base_url}")
    try:
        keys = Keys(secret_key(settings))
    except OSError as error:
        yield Finding("data directory", False, f"{error}; set PULSAR_DATA_DIR to a place that can be written")
        return
    try:
        with database_url(settings) as url:
            yield from asyncio.run(_database(url, keys))
    except (EmbeddedPostgresFailed, *schema.UNREACHABLE) as error:
        yield Finding("database", False, f"{schema.reason(error)}; see PULSAR_DATABASE_URL")


async def _database(url: str, keys: Keys) -> list[Finding]:
    engine = connect_to(url)
    try:
        async with engine.connect() as connection:
            row = (await connection.execute(text("SELECT current_setting('server_version'), now()"))).one()
            version = await connection.run_sync(schema.current)
            findings = [
                Finding("database", True, f"PostgreSQL {row[0]}"),
                _clock(abs(row[1] - clock.now())),
                _schema(version),
            ]
            if version == schema.newest():
                state = text(
                    "SELECT (SELECT key_fingerprint FROM installation) AS key,"
                    " (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :role) AS unsafe,"
                    " (SELECT count(*) FROM workers WHERE seen_at > now() - interval '12 seconds') AS workers"
                )
                now = (await connection.execute(state, {"role": APP_ROLE})).one()
                findings += [_key(now.key, keys), _role(now.unsafe), _workers(now.workers)]
            return findings
    finally:
        await engine.dispose()


def _clock(difference: timedelta) -> Finding:
    fine = difference < _LARGEST_CLOCK_DIFFERENCE
    detail = f"{difference.total_seconds():.1f} s from the database's"
    return Finding("clock", fine, detail if fine else f"{detail}; set up time synchronisation on both machines")


def _schema(version: str | None) -> Finding:
    newest = schema.newest()
    detail = f"at {version}" if version == newest else f"at {version or 'nothing'}, not {newest}; run `pulsar migrate`"
    return Finding("schema", version == newest, detail)


def _key(stored: str | None, keys: Keys) -> Finding:
    fine = stored == keys.fingerprint
    return Finding("secret key", fine, "the database's" if fine else str(schema.WrongSecretKey.__doc__))


def _role(unsafe: bool | None) -> Finding:
    fine = unsafe is False
    detail = "row-level security holds" if fine else f"{APP_ROLE} must be neither superuser nor BYPASSRLS"
    return Finding("role", fine, detail)


def _workers(count: int) -> Finding:
    detail = f"{count} running" if count else "none running: nobody is paged; start `pulsar serve` or `pulsar worker`"
    return Finding("worker", bool(count), detail)
