"""Another secret key: everything that was sealed is sealed anew, whatever happens on the way, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio
from sqlalchemy import LargeBinary, select
from sqlalchemy.exc import DBAPIError

from pulsar import app, schema
from pulsar.base.crypto import BadSignature, Keys, SecretUnreadable
from pulsar.base.db import Database, connect_to
from pulsar.base.http import Pulsar
from pulsar.base.model import Sealed
from pulsar.notify.model import DeviceRow
from pulsar.notify.recipients import opened
from pulsar.notify.web_push import public_bytes
from pulsar.rotation import remembered, rotate, sealed_columns
from pulsar.signin.model import Totp
from tests.browsers import Browser
from tests.world import Clock, Person, register

OLD, NEW = "the key that was there before, long enough", "the key that is there from now on, long enough"
WEBHOOK = {"url": "https://hooks.example.org/a", "headers": {"Authorization": "open sesame"}}
# Bytes that are no secret of ours: what came in, and what any browser may know.
NOT_SEALED = {"content", "credential_id", "public_key", "nonce"}


@asynccontextmanager
async def node(pulsar: Pulsar, url: str, keys: Keys) -> AsyncIterator[tuple[httpx.AsyncClient, Database]]:
    """With these keys, on this database."""
    database = Database(url, keys, size=3)
    edge = app.build(replace(pulsar, keys=keys, db=database))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(edge.api.router.lifespan_context(edge.api))
        transport = httpx.ASGITransport(edge, raise_app_exceptions=False)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://pulsar.test"))
        yield http, database


@dataclass
class Installation:
    """A database of its own, in which ana has one secret of each kind."""

    pulsar: Pulsar
    url: str
    ana: Person
    channel_id: str

    async def sealed(self) -> list[bytes]:
        engine = connect_to(self.url)
        async with engine.connect() as owner:
            found = [
                value
                for column in sealed_columns()
                for value in await owner.scalars(select(column).where(column.is_not(None)))
            ]
        await engine.dispose()
        return found

    async def opened_by(self, keys: Keys) -> int:
        return sum(_opens(keys, sealed) for sealed in await self.sealed())

    async def works_with(self, keys: Keys) -> bool:
        """Ana's session, her channel's secret and her device, at a node that has these keys."""
        async with node(self.pulsar, self.url, keys) as (http, database):
            ana = replace(self.ana, http=http)
            shown = await ana.get(f"/notifications/channels/{self.channel_id}")
            async with database.in_org(ana.org_id) as tx:
                device = opened(tx, (await tx.scalars(select(DeviceRow))).one())
        assert device
        assert public_bytes(device.sender) == public_bytes(Keys(OLD).push_key), "push services would refuse it"
        return shown.status_code == 200 and shown.json()["secrets"] == ["headers"]


def _opens(keys: Keys, sealed: bytes) -> bool:
    try:
        return bool(keys.unseal(sealed))
    except SecretUnreadable:
        return False


async def _with_secrets(pulsar: Pulsar, url: str) -> Installation:
    async with node(pulsar, url, Keys(OLD)) as (http, database):
        ana = await register(http, "Ana")
        channel = await ana.makes("/notifications/channels", name="Room", channel_type="webhook", config=WEBHOOK)
        secret_header = {"name": "X-Key", "value": "open sesame", "secret": True}
        await ana.makes("/webhooks/endpoints", name="Chat", url=WEBHOOK["url"], headers=[secret_header])
        await ana.makes("/users/me/devices", name="Phone", subscription=Browser().subscription())
        async with database.without_org() as tx:
            tx.add(Totp(user_id=ana.id, sealed_secret=tx.keys.seal({"secret": "JBSWY3DPEHPK3PXP"})))
    return Installation(pulsar, url, ana, channel["id"])


@pytest_asyncio.fixture
async def installation(pulsar: Pulsar) -> AsyncIterator[Installation]:
    owner = await asyncpg.connect(pulsar.db.url)
    await owner.execute("CREATE DATABASE rotated")
    url = urlunsplit(urlsplit(pulsar.db.url)._replace(path="/rotated"))
    try:
        await schema.migrate(url, Keys(OLD))
        yield await _with_secrets(pulsar, url)
    finally:
        await owner.execute("DROP DATABASE rotated WITH (FORCE)")
        await owner.close()


def test_every_column_of_bytes_is_sealed_a_hash_or_no_secret() -> None:
    """So none is forgotten when the key changes."""
    columns = [column for table in schema.metadata().sorted_tables for column in table.columns]
    unknown = {
        f"{column.table.name}.{column.name}"
        for column in columns
        if isinstance(column.type, LargeBinary) and not isinstance(column.type, Sealed)
        if not column.name.endswith("_hash") and column.name not in NOT_SEALED
    }
    assert unknown == set()
    assert len(sealed_columns()) >= 6


async def test_a_key_is_changed_while_pulsar_works_and_a_kill_on_the_way_loses_nothing(
    installation: Installation,
) -> None:
    both, new = Keys(NEW, OLD), Keys(NEW)
    secrets = len(await installation.sealed())
    assert secrets >= 5
    with pytest.raises(schema.WrongSecretKey):
        await schema.migrate(installation.url, new)
    # First the nodes get the new key, one after the other: those that have it read what the others wrote.
    await schema.migrate(installation.url, both)
    assert await installation.works_with(both)

    await _killed_before_the_last(installation.url, both)
    half = await installation.opened_by(new)
    assert 0 < half < secrets
    assert await remembered(installation.url) == Keys(OLD).fingerprint
    assert await installation.works_with(both)
    assert await installation.works_with(Keys(OLD, NEW)), "a node that was not restarted yet"

    done = await rotate(installation.url, both)
    assert (done.sealed, done.unreadable) == (secrets - half, 0)
    assert await installation.opened_by(new) == secrets
    assert await installation.opened_by(Keys(OLD)) == 0
    assert await remembered(installation.url) == new.fingerprint
    assert (await rotate(installation.url, both)).sealed == 0
    assert await installation.works_with(both)

    # Without the old key what it signed is void, and what it sealed is still there.
    await schema.migrate(installation.url, new)
    assert not await installation.works_with(new)
    with pytest.raises(schema.WrongSecretKey):
        await schema.migrate(installation.url, Keys(OLD))


async def _killed_before_the_last(url: str, keys: Keys) -> None:
    """Its connection dies while it waits for a row that somebody holds."""
    holder, watcher = await asyncpg.connect(url), await asyncpg.connect(url)
    tables = [column.table.name for column in sealed_columns()]
    filled = [table for table in tables if await watcher.fetchval(f"SELECT count(*) FROM {table}")]
    async with holder.transaction():
        await holder.execute(f"SELECT FROM {filled[-1]} FOR UPDATE")
        rotation = asyncio.create_task(rotate(url, keys))
        await _waits_for_a_lock(watcher)
        await watcher.execute(f"SELECT pg_terminate_backend(pid) {_LOCKED}")
        with pytest.raises(DBAPIError):
            await rotation
    await holder.close()
    await watcher.close()


_LOCKED = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'rotated'"


async def _waits_for_a_lock(watcher: asyncpg.Connection) -> None:
    async with asyncio.timeout(20):
        while not await watcher.fetchval(f"SELECT count(*) {_LOCKED}"):
            await asyncio.sleep(0.02)


async def test_what_opens_with_neither_key_is_counted_and_left_as_it_is(installation: Installation) -> None:
    owner = await asyncpg.connect(installation.url)
    lost = b"sealed by a key that nobody has"
    await owner.execute("UPDATE totp SET sealed_secret = $1", lost)
    done = await rotate(installation.url, Keys(NEW, OLD))
    assert done.unreadable == 1
    assert await owner.fetchval("SELECT sealed_secret FROM totp") == lost
    await owner.close()


async def test_what_was_changed_meanwhile_stays_as_it_was_changed(installation: Installation) -> None:
    """Somebody enters another secret between the reading of a row and its writing."""
    newer = Keys(NEW).seal({"headers": {"X-Key": "close sesame"}})
    holder, watcher = await asyncpg.connect(installation.url), await asyncpg.connect(installation.url)
    async with holder.transaction():
        await holder.execute("UPDATE channels SET secrets = $1 WHERE secrets IS NOT NULL", newer)
        rotation = asyncio.create_task(rotate(installation.url, Keys(NEW, OLD)))
        await _waits_for_a_lock(watcher)
    await rotation
    assert await holder.fetchval("SELECT secrets FROM channels") == newer
    await holder.close()
    await watcher.close()


def test_a_signature_of_the_key_before_is_good_beside_the_new_one_and_not_alone(clock: Clock) -> None:
    now = clock.now()
    token = Keys(OLD).sign("links", {"sub": "ana"}, now, timedelta(hours=1))
    assert Keys(NEW, OLD).verify("links", token, now)["sub"] == "ana"
    assert Keys(OLD, NEW).verify("links", Keys(NEW).sign("links", {}, now, timedelta(hours=1)), now)
    for keys, purpose, at in (
        (Keys(NEW), "links", now),
        (Keys(NEW, OLD), "pages", now),
        (Keys(NEW, OLD), "links", now + timedelta(hours=2)),
    ):
        with pytest.raises(BadSignature):
            keys.verify(purpose, token, at)
