"""What does the database look like, and how does it get there? All tables in one place, and the migrations."""

import asyncio
from importlib import import_module, resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from pulsar.base.crypto import Keys
from pulsar.base.db import APP_ROLE, asyncpg_url
from pulsar.base.model import Base

for _domain in ("orgs", "people", "notify", "escalation", "alerts", "inbound", "live", "engine"):
    import_module(f"pulsar.{_domain}.model")
import_module("pulsar.base.events")
import_module("pulsar.base.installation")

METADATA: MetaData = Base.metadata

OLDEST_POSTGRESQL = 150000
# Any number; one migrates while the others wait.
_MIGRATION_LOCK = 7_064_181_021
_INSUFFICIENT_PRIVILEGE = "42501"


class DatabaseTooOld(Exception):
    """Pulsar needs PostgreSQL 15 or newer."""


class NotAllowed(Exception):
    """The database user may not do what Pulsar needs. As a superuser of that server, type:
    GRANT CREATE ON DATABASE <the database> TO <the user>; GRANT USAGE, CREATE ON SCHEMA public TO <the user>;
    CREATE ROLE pulsar_app NOLOGIN (where there is none yet); GRANT pulsar_app TO <the user>;"""


class WrongSecretKey(Exception):
    """This database was set up with another PULSAR_SECRET_KEY: stored secrets and sessions would be unreadable."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("pulsar") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head
    return head


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    version = connection.scalar(text("SELECT current_setting('server_version_num')::int")) or 0
    if version < OLDEST_POSTGRESQL:
        raise DatabaseTooOld
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
    connection.commit()
    try:
        # A migration that waits for a lock makes everybody behind it wait; better it fails and is tried again.
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        command.upgrade(_config(connection), "head")
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
        connection.commit()


async def migrate(url: str, keys: Keys) -> None:
    """To the newest version, as the owner of the tables. Safe to run on many nodes at once. Raises
    DatabaseTooOld, NotAllowed, WrongSecretKey."""
    engine = create_async_engine(asyncpg_url(url), hide_parameters=True, connect_args={"timeout": 10})
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
        async with engine.begin() as connection:
            await connection.run_sync(_remember_key, keys.fingerprint)
            await connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == _INSUFFICIENT_PRIVILEGE:
            raise NotAllowed from error
        raise
    finally:
        await engine.dispose()


def _remember_key(connection: Connection, fingerprint: str) -> None:
    connection.execute(
        text("INSERT INTO installation (key_fingerprint) VALUES (:f) ON CONFLICT DO NOTHING"), {"f": fingerprint}
    )
    if connection.scalar(text("SELECT key_fingerprint FROM installation")) != fingerprint:
        raise WrongSecretKey


def migrate_now(url: str, keys: Keys) -> None:
    asyncio.run(migrate(url, keys))
