"""Events that are old enough are forgotten, each kind by its own age, in bounded batches; who missed them is told."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.audit import forgetting
from pulsar.audit.rules import kind_of
from pulsar.base.events import AUDIT, EventRow
from pulsar.base.http import Pulsar
from tests.domain.hearing import Dial, hear, ticket
from tests.world import Clock, Person


async def types(pulsar: Pulsar, person: Person) -> list[str]:
    async with pulsar.db.in_org(person.org_id) as tx:
        return list(await tx.scalars(select(EventRow.type).order_by(EventRow.number)))


async def grow_old(owner: AsyncConnection, person: Person, days: int) -> None:
    """To the function it is the database's clock that counts."""
    query = text("UPDATE events SET at = at - make_interval(days => :days) WHERE org_id = :org")
    await owner.execute(query, {"days": days, "org": person.org_id})
    await owner.commit()


async def forget(pulsar: Pulsar, **days: int) -> None:
    settings = pulsar.settings.model_copy(update={"keep_activity_days": 730} | days)
    await forgetting.forget(pulsar.db, settings)


async def test_each_kind_has_its_own_age_and_the_audit_log_is_kept_for_ever_unless_somebody_says_otherwise(
    ana: Person, pulsar: Pulsar, owner: AsyncConnection
) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes("/teams", name="Database")
    before = await types(pulsar, ana)
    await grow_old(owner, ana, 1000)
    await ana.makes(f"/alerts/{alert['id']}/notes", text="Looking")
    await forget(pulsar)
    assert await types(pulsar, ana) == [one for one in before if kind_of(one) == "audit"] + ["alert.note_added"]
    await forget(pulsar, keep_audit_days=1001)
    assert (await types(pulsar, ana))[-2:] == ["team.created", "alert.note_added"]
    await forget(pulsar, keep_audit_days=999)
    assert await types(pulsar, ana) == ["alert.note_added"]


async def test_what_is_left_goes_on_counting(ana: Person, pulsar: Pulsar, owner: AsyncConnection) -> None:
    await ana.makes("/alerts", message="Disk full")
    await grow_old(owner, ana, 1000)
    last = (await ana.has("/events"))["last_id"]
    await forget(pulsar, keep_audit_days=10)
    page = await ana.has("/events")
    assert (page["items"], page["last_id"], page["resync"]) == ([], last, True)
    await ana.makes("/teams", name="Database")
    page = await ana.has("/events", after=last)
    assert ([event["id"] for event in page["items"]], page["resync"]) == ([last + 1], False)


async def test_a_reader_behind_the_cut_is_told_to_load_anew(
    ana: Person, pulsar: Pulsar, owner: AsyncConnection, dial: Dial
) -> None:
    await ana.makes("/alerts", message="Disk full")
    await grow_old(owner, ana, 1000)
    await ana.makes("/alerts", message="Disk fuller")
    last = (await ana.has("/events"))["last_id"]
    await forget(pulsar)
    async with dial(await ticket(ana), last - 2) as behind, dial(await ticket(ana), last - 1) as not_behind:
        assert [(await hear(behind))["type"] for _ in range(2)] == ["connection.connected", "connection.resync"]
        assert [(await hear(not_behind))["type"] for _ in range(2)] == ["connection.connected", "alert.created"]


async def test_many_are_forgotten_a_batch_at_a_time(
    ana: Person, eve: Person, pulsar: Pulsar, owner: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 7)
    for person in (ana, eve):
        await asyncio.gather(*(person.makes("/alerts", message=f"Disk {i}") for i in range(10)))
        await grow_old(owner, person, 1000)
    await forget(pulsar)
    for person in (ana, eve):
        assert "alert.created" not in await types(pulsar, person)
        assert "organization.created" in await types(pulsar, person)


async def test_nobody_can_forget_what_is_young(pulsar: Pulsar, ana: Person, clock: Clock) -> None:
    for kind, age in (("activity", timedelta(hours=23)), ("audit", timedelta()), ("all", timedelta(days=9))):
        query = text("SELECT forget_events(:kind, :before, 1000)")
        async with pulsar.db.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="nothing as young"):
                await connection.execute(query, {"kind": kind, "before": clock.now() - age})


async def test_the_program_and_the_database_mean_the_same_by_audit(ana: Person, pulsar: Pulsar) -> None:
    await ana.makes("/alerts", message="Disk full")
    async with pulsar.db.in_org(ana.org_id) as tx:
        all_types = set(await tx.scalars(select(EventRow.type)))
        audit = set(await tx.scalars(select(EventRow.type).where(AUDIT)))
    assert audit == {one for one in all_types if kind_of(one) == "audit"} != all_types
