"""Is the database as Pulsar needs it, and is what must happen in it happening?"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import __version__, schema
from pulsar.base import clock
from pulsar.base.crypto import Keys
from pulsar.base.db import APP_ROLE, connect_to
from pulsar.checkup.finding import Finding, fine, note, wrong
from pulsar.engine.health import WORKER_SILENT_AFTER
from pulsar.engine.rules import Picture, troubles

_LARGEST_CLOCK_DIFFERENCE = timedelta(seconds=5)

_SERVER = """
SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
  clock_timestamp() AS now, pg_database_size(current_database()) AS bytes,
  current_setting('synchronous_commit') AS commits
"""
# As the owner of the tables, whom no policy binds.
_STATE = """
SELECT (SELECT key_fingerprint FROM installation) AS key,
  (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :role) AS unsafe,
  ARRAY(SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT has_table_privilege(:role, oid, 'SELECT') ORDER BY 1) AS closed,
  ARRAY(SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT relrowsecurity AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid
        AND attname = 'org_id') ORDER BY 1) AS open,
  (SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND execute_after < now()) AS waiting,
  overdue_seconds(:now) AS overdue
"""
# One that has just begun has not looked yet, and has its time to.
_WORKERS = """
SELECT host, version, coalesce(swept_at, started_at) AS swept_at,
  coalesce(audited_at, started_at) AS audited_at FROM workers WHERE seen_at > :since ORDER BY host
"""


async def look(url: str, keys: Keys) -> list[Finding]:
    engine = connect_to(url)
    try:
        async with engine.connect() as connection:
            server = (await connection.execute(text(_SERVER))).one()
            version = await connection.run_sync(schema.current)
            found = [_server(server), _clock(server.now), _schema(version)]
            return found + (await _inside(connection, keys) if version == schema.newest() else [])
    finally:
        await engine.dispose()


async def _inside(connection: AsyncConnection, keys: Keys) -> list[Finding]:
    now = clock.now()
    state = (await connection.execute(text(_STATE), {"role": APP_ROLE, "now": now})).one()
    since = {"since": now - WORKER_SILENT_AFTER}
    workers = list(await connection.execute(text(_WORKERS), since))
    return [
        _key(state.key, keys),
        _role(state.unsafe),
        _rights(state.closed, state.open),
        _workers(workers),
        _lateness(state, workers, now),
    ]


def _server(server: Row[Any]) -> Finding:
    said = f"PostgreSQL {server.version}, {server.bytes / 1e6:.0f} MB"
    if server.number < schema.OLDEST_POSTGRESQL:
        return wrong("database", f"{said}; Pulsar needs 15 or newer")
    if server.commits == "off":
        return wrong("database", f"{said}; with synchronous_commit off an answered alert can vanish: switch it on")
    return fine("database", said)


def _clock(now: datetime) -> Finding:
    difference = abs(now - clock.now())
    said = f"{difference.total_seconds():.1f} s from the database's"
    if difference < _LARGEST_CLOCK_DIFFERENCE:
        return fine("clock", said)
    return wrong("clock", f"{said}; set up time synchronisation on both machines")


def _schema(version: str | None) -> Finding:
    newest = schema.newest()
    if version == newest:
        return fine("schema", f"at {version}")
    if left := schema.pending(version):
        return wrong("schema", f"at {version or 'nothing'}, {left} migrations before {newest}; run `pulsar migrate`")
    return wrong("schema", f"at {version}, not {newest}; a newer Pulsar has been here: install that one")


def _key(stored: str | None, keys: Keys) -> Finding:
    if stored == keys.fingerprint:
        return fine("secret key", "the database's")
    if keys.fit(stored):
        return note("secret key", "the one before is the database's still; `pulsar rotate-key` finishes the change")
    if keys.fit(stored):
        return note("secret key", "newer than the database's; run `pulsar rotate-key`")
    return wrong("secret key", f"{schema.WrongSecretKey.__doc__} Bring back the one that it was set up with.")


def _role(unsafe: bool | None) -> Finding:
    if unsafe is False:
        return fine("role", "row-level security holds")
    return wrong("role", f"{APP_ROLE} must be neither superuser nor BYPASSRLS")


def _rights(closed: list[str], without_policy: list[str]) -> Finding:
    if closed:
        return wrong(
            "rights", f"{APP_ROLE} may not read {', '.join(closed)}; restore with `pulsar restore`, or GRANT them"
        )
    if without_policy:
        return wrong(
            "rights", f"no row-level security on {', '.join(without_policy)}: ALTER TABLE ... ENABLE ROW LEVEL SECURITY"
        )
    return fine("rights", f"{APP_ROLE} has those that it needs")


def _workers(workers: list[Row[Any]]) -> Finding:
    if not workers:
        return wrong("worker", "none running: nobody is paged; start `pulsar serve` or `pulsar worker`")
    said = f"{len(workers)} running on {', '.join(sorted({one.host for one in workers}))}"
    if others := sorted({one.version for one in workers} - {__version__}):
        return note("worker", f"{said}, also of version {', '.join(others)}; this is {__version__}")
    return fine("worker", said)


def _lateness(state: Row[Any], workers: list[Row[Any]], now: datetime) -> Finding:
    """As /health/engine sees it. That there is no worker is said already."""
    picture = Picture(
        True,
        max(len(workers), 1),
        max((one.swept_at for one in workers), default=now),
        max((one.audited_at for one in workers), default=now),
        state.overdue or 0.0,
    )
    if found := troubles(picture, now):
        return wrong("queue", f"{' '.join(found)} Look into the workers' logs, and start another worker")
    return fine("queue", f"{state.waiting} jobs due, nothing late")
