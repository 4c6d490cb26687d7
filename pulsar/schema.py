"""What does the database look like, and how does it get there? All tables in one place, and the migrations."""

import asyncio
from contextlib import AsyncExitStack
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError

from pulsar.base.crypto import Keys
from pulsar.base.db import APP_ROLE, Unusable, check_role, connect_to

if TYPE_CHECKING:
    from alembic.config import Config

OLDEST_POSTGRESQL = 150000
# Any number; one migrates while the others wait.
MIGRATION_LOCK = 7_064_181_021
_DOMAINS = (
    "orgs",
    "people",
    "notify",
    "signin",
    "sso",
    "invitations",
    "oncall",
    "escalation",
    "alerts",
    "heartbeats",
    "incidents",
    "statuspage",
    "inbound",
    "webhooks",
    "live",
    "engine",
)
_INSUFFICIENT_PRIVILEGE = "42501"


class NoAnswer(Unusable):
    """The database does not answer, or does not let Pulsar in."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(f"Pulsar cannot use the database: {reason(cause)}. See PULSAR_DATABASE_URL.")


class DatabaseTooOld(Unusable):
    """Pulsar needs PostgreSQL 15 or newer."""


class PulsarTooOld(Unusable):
    """A newer version of Pulsar has set this database up; install that one."""


class NotAllowed(Unusable):
    """The database user may not do what Pulsar needs. As a superuser of that server, type:
    GRANT CREATE ON DATABASE <the database> TO <the user>; GRANT USAGE, CREATE ON SCHEMA public TO <the user>;
    CREATE ROLE pulsar_app NOLOGIN (where there is none yet); GRANT pulsar_app TO <the user>;"""


class WrongSecretKey(Unusable):
    """This database was set up with another PULSAR_SECRET_KEY: stored secrets and sessions would be unreadable."""


# What comes of opening a connection: a URL that cannot be read is a ValueError.
UNREACHABLE = (OSError, DBAPIError, ValueError)


def reason(error: Exception) -> str:
    """What the server or the system said, without what libraries put around it."""
    said = error.orig if isinstance(error, DBAPIError) else getattr(error, "strerror", None) or error
    return str(said) or type(error).__name__


def metadata() -> MetaData:
    """All tables. Only who compares them with the database needs every model to be there."""
    for domain in _DOMAINS:
        import_module(f"pulsar.{domain}.model")
    import_module("pulsar.incidents.page_model")
    import_module("pulsar.incidents.postmortem_model")
    import_module("pulsar.incidents.setup_model")
    import_module("pulsar.incidents.update_model")
    import_module("pulsar.incidents.work_model")
    import_module("pulsar.base.events")
    import_module("pulsar.base.installation")
    from pulsar.base.model import Base

    return Base.metadata


def _migrations() -> Path:
    return Path(str(resources.files("pulsar"))) / "migrations"


def _versions() -> list[str]:
    """The files have dated names, so they stand in their order."""
    return sorted(file.stem.removeprefix("v") for file in (_migrations() / "versions").glob("v*.py"))


def newest() -> str:
    return _versions()[-1]


def pending(version: str | None) -> int:
    """How many migrations are still to come. One that we do not know is a newer version's, which has had all ours."""
    known = _versions()
    if version is None:
        return len(known)
    return len(known) - 1 - known.index(version) if version in known else 0


def current(connection: Connection) -> str | None:
    """None where there is no schema yet."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(connection: Connection) -> None:
    version = connection.scalar(text("SELECT current_setting('server_version_num')::int")) or 0
    if version < OLDEST_POSTGRESQL:
        raise DatabaseTooOld
    found = current(connection)
    if found == newest():
        return
    if found and found not in _versions():
        raise PulsarTooOld
    from alembic import command  # takes a moment, which most starts need not wait for

    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()
    try:
        # A migration that waits for a lock makes everybody behind it wait; better it fails and is tried again.
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        command.upgrade(_config(connection), "head")
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_migrations()))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def migrate(url: str, keys: Keys) -> None:
    """To the newest version, as the owner of the tables. Safe to run on many nodes at once. Raises Unusable."""
    engine = connect_to(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        try:
            connection = await stack.enter_async_context(engine.connect())
        except UNREACHABLE as error:
            raise NoAnswer(error) from error
        try:
            await connection.run_sync(_upgrade)
            await connection.run_sync(_remember_key, keys)
            await connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
            await check_role(connection)
            await connection.commit()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") == _INSUFFICIENT_PRIVILEGE:
                raise NotAllowed from error
            raise


def _remember_key(connection: Connection, keys: Keys) -> None:
    connection.execute(
        text("INSERT INTO installation (key_fingerprint) VALUES (:f) ON CONFLICT DO NOTHING"), {"f": keys.fingerprint}
    )
    if not keys.fit(connection.scalar(text("SELECT key_fingerprint FROM installation"))):
        raise WrongSecretKey


def check_fits(version: str, key_fingerprint: str, keys: Keys) -> None:
    """Whether a database of this schema and this key would be usable here. Raises Unusable."""
    if version not in _versions():
        raise PulsarTooOld
    if not keys.fit(key_fingerprint):
        raise WrongSecretKey


def migrate_now(url: str, keys: Keys) -> None:
    asyncio.run(migrate(url, keys))
