"""How does one read and write? In a transaction that belongs to one organization, which PostgreSQL enforces."""

import contextlib
import inspect
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from pulsar.base import clock, events, jobs
from pulsar.base.bell import Bell
from pulsar.base.crypto import Keys
from pulsar.base.errors import Problem
from pulsar.base.events import SYSTEM, Actor, Event
from pulsar.base.jobs import Job
from pulsar.base.json import pack

APP_ROLE = "pulsar_app"
_BEGUN = "begun"


class Unusable(Exception):
    """Pulsar cannot work on this database."""

    def __str__(self) -> str:
        return super().__str__() or inspect.cleandoc(self.__doc__ or "")


class UnsafeRole(Unusable):
    """The role pulsar_app could pass by row-level security, which keeps the organizations apart. It must own nothing,
    and as a superuser of that server, type: ALTER ROLE pulsar_app NOSUPERUSER NOBYPASSRLS;"""


class Transaction(AsyncSession):
    """An SQLAlchemy session that ends in one commit, with the events and jobs that follow from its changes.

    Verbs take it as their first argument. Only `Database.in_org` and `Database.without_org` commit.
    """

    org: UUID | None
    actor: Actor
    keys: Keys
    began_at: datetime
    driver: asyncpg.Connection
    """asyncpg's own connection inside this transaction, for SQL on many rows at once."""

    async def begin_for(self, org: UUID | None, actor: Actor, keys: Keys) -> None:
        self.org, self.actor, self.keys = org, actor, keys
        self._events: dict[UUID | None, list[tuple[Event, Actor, str]]] = {}
        self._jobs: list[Job] = []
        connection = await self.connection()
        raw = await connection.get_raw_connection()
        self.driver = raw.driver_connection  # type: ignore[assignment]
        self._slot_info = connection.sync_connection.info  # type: ignore[union-attr]
        self._slot_info[_BEGUN] = True
        self.began_at = clock.now()
        await self.driver.execute(f"BEGIN; SET LOCAL pulsar.org = '{org or ''}'")

    def record(self, *facts: Event, about: str | None = None) -> None:
        """`about` is the kind of object, of events that can be about several."""
        self._record(self.org, facts, about)

    def record_in(self, orgs: Iterable[UUID], *facts: Event) -> None:
        """What concerns several organizations at once, such as a new password of somebody's who is in all of them."""
        for org in orgs:
            self._record(org, facts, None)

    def _record(self, org: UUID | None, facts: Iterable[Event], about: str | None) -> None:
        here = self._events.setdefault(org, [])
        here.extend((event, self.actor, about or event.subject_type) for event in facts)

    def enqueue(self, *work: Job) -> None:
        self._jobs.extend(work)

    @contextlib.asynccontextmanager
    async def or_raise(self, problem: Problem | Callable[[str], Problem | None]) -> AsyncIterator[None]:
        """For a change that a constraint may forbid. What it means can depend on which: that is named in the text."""
        try:
            async with self.begin_nested():
                yield
        except IntegrityError as error:
            found = problem if isinstance(problem, Problem) else problem(str(error.orig))
            raise found or error from None

    async def conclude(self) -> None:
        """Writes the jobs and the events, and commits.

        Events are numbered from the organization's counter, whose row stays locked until the commit: so numbers
        become visible in their order, and a reader that has seen n has seen everything before n. That lines up the
        organization's transactions, so the lock must not outlast a trip over the wire, least of all to a process that
        is busy: the function and the COMMIT go to the server in one message. Such a message takes no parameters, so
        what people wrote travels in base64, in which nothing can be mistaken for SQL.
        """
        await self.flush()
        await self.driver.execute(" ".join([*self._writing(), "COMMIT"]))
        del self._slot_info[_BEGUN]
        await self.commit()

    def _writing(self) -> Iterator[str]:
        queued, stated = self._jobs, self.org
        # In the order of their ids, or two that write to the same organizations could wait for each other.
        for org in sorted(self._events, key=str) or ([self.org] if queued else []):
            work = {
                "jobs": jobs.lines(queued, self.began_at),
                "events": events.lines(self._events.get(org, ())),
                "at": clock.now(),
            }
            queued = []
            packed = b64encode(pack(work).encode()).decode()
            if org != stated:
                yield f"SET LOCAL pulsar.org = '{org}';"
                stated = org
            yield f"SELECT conclude(convert_from(decode('{packed}', 'base64'), 'UTF8')::jsonb);"

    @property
    def rings(self) -> dict[str, Any]:
        return {"jobs": bool(self._jobs), "orgs": {org for org in self._events if org}}


def connect_to(
    url: str, *, seconds: float = 10, server_settings: dict[str, str] | None = None, **pool: Any
) -> AsyncEngine:
    """asyncpg reads the URL itself, and so all that may stand in it for libpq: sslmode, several hosts."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url, timeout=seconds, server_settings=server_settings)

    # A failed statement is logged; what it was given is nobody else's to read.
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, **pool)


async def check_role(connection: AsyncConnection) -> None:
    """Raises UnsafeRole unless those who work on this connection are bound by the policies."""
    query = text(
        "SELECT current_user = :role AND NOT rolsuper AND NOT rolbypassrls AND NOT EXISTS"
        " (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relname = 'alerts')"
        " FROM pg_roles WHERE rolname = current_user"
    )
    if not await connection.scalar(query, {"role": APP_ROLE}):
        raise UnsafeRole


def _replace_when_lost(_: object, slot: ConnectionPoolEntry) -> None:
    """After the database was gone, nobody gets an error from a connection that died with it; a ping before each
    use would cost a trip over the wire."""
    driver: asyncpg.Connection = slot.driver_connection  # type: ignore[assignment]
    driver.add_termination_listener(lambda _: slot.invalidate(soft=True))


def _roll_back(connection: DBAPIConnection, slot: ConnectionPoolEntry, state: PoolResetState) -> None:
    """What was begun and not committed, when its connection comes back. Noted by us: who hangs up while BEGIN is under
    way leaves a transaction that the driver has not heard of."""
    if slot.info.pop(_BEGUN, False) and not state.terminate_only:
        connection.run_async(lambda driver: driver.execute("ROLLBACK"))


class Database:
    """A node's connections. Each takes the role `pulsar_app`: neither owner nor superuser, so policies hold."""

    def __init__(self, url: str, keys: Keys, *, size: int) -> None:
        self.url = url
        self.keys = keys
        self.engine = connect_to(
            url,
            seconds=5,
            server_settings={
                "role": APP_ROLE,
                "application_name": "pulsar",
                "TimeZone": "UTC",
                # Whoever asked has long gone; what is never answered must not hold a connection for ever.
                "statement_timeout": "120s",
            },
            pool_size=size,
            max_overflow=0,
            pool_timeout=30,
            # The connection that was used last has its plans and pages at hand.
            pool_use_lifo=True,
            pool_pre_ping=False,
            # BEGIN and COMMIT are said by Transaction itself, each in one message with what belongs to it.
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
        )
        event.listen(self.engine.sync_engine, "connect", _replace_when_lost)
        event.listen(self.engine.sync_engine, "reset", _roll_back)
        self.bell = Bell(url)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator["Database"]:
        async with self.engine.connect() as connection:
            await check_role(connection)
        async with self.bell.hung():
            try:
                yield self
            finally:
                await self.engine.dispose()

    @contextlib.asynccontextmanager
    async def in_org(self, org: UUID, actor: Actor = SYSTEM) -> AsyncIterator[Transaction]:
        async with self._transaction(org, actor) as tx:
            yield tx

    @contextlib.asynccontextmanager
    async def without_org(self) -> AsyncIterator[Transaction]:
        """For what belongs to no organization: users, sessions, the installation. Anything else errors."""
        async with self._transaction(None, SYSTEM) as tx:
            yield tx

    @contextlib.asynccontextmanager
    async def _transaction(self, org: UUID | None, actor: Actor) -> AsyncIterator[Transaction]:
        try:
            async with Transaction(self.engine, expire_on_commit=False) as tx:
                await tx.begin_for(org, actor, self.keys)
                yield tx
                await tx.conclude()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            # Of a statement on the driver itself. Outside of here there is one family of database errors. The last of
            # these is raised between a server's last words and the end of its connection.
            lost = getattr(error, "sqlstate", None) or "08"
            raise DBAPIError(None, None, error, connection_invalidated=lost[:2] in {"08", "57"}) from error
        self.bell.ring(**tx.rings)
