"""What tests of on-call set up and look at: schedules with rotations, and who has which shift, as a person reads it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import select, update

from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from pulsar.orgs.model import Membership
from tests.ladders import Json
from tests.world import API, PASSWORD, Clock, Person

BERLIN = ZoneInfo("Europe/Berlin")


def ids(*people: Person | None) -> list[str | None]:
    return [str(person.id) if person else None for person in people]


def rotation(*people: Person | None, name: str = "First line", **fields: Any) -> Json:
    """Weekly, from Monday, 5 January 2026, unless it is said otherwise."""
    return {"name": name, "starts_on": "2026-01-05", "participants": ids(*people)} | fields


async def schedule(owner: Person, *rotations: Json, name: str = "Database", **fields: Any) -> Json:
    body = {"name": name, "time_zone": "Europe/Berlin", "rotations": list(rotations)} | fields
    made: Json = await owner.makes("/schedules", **body)
    return made


def path_of(found: Json, *parts: str) -> str:
    """Of a schedule, or of a rotation in one."""
    if "schedule_id" in found:
        return "/".join(("/schedules", found["schedule_id"], "rotations", found["id"], *parts))
    return "/".join(("/schedules", found["id"], *parts))


def wall(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """What the clock shows there, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def stand_at(clock: Clock, at: datetime) -> None:
    """Puts the hands there. Who signed in before has to sign in again when that is more than minutes away."""
    clock.pass_time(at - clock.now())


def fields_of(answer: httpx.Response) -> set[str]:
    """Of a refusal: which fields it names."""
    assert answer.status_code == 422, answer.text
    return {error["field"] for error in answer.json()["errors"]}


async def signed_in_again(person: Person) -> Person:
    """When the hands were moved by months: no session lasts that long."""
    body = {"email": person.email, "password": PASSWORD}
    answer = (await person.http.post(f"{API}/auth/login", json=body)).json()
    person.access_token, person.refresh_token = answer["access_token"], answer["refresh_token"]
    return person


async def on_call(person: Person, found: Json, at: datetime | None = None) -> list[str]:
    params = {"at": at.isoformat()} if at else {}
    answer = await person.has(path_of(found, "oncall"), **params)
    return [shift["user"]["name"] for shift in answer["on_call"]]


async def shifts(person: Person, found: Json, start: datetime, end: datetime, kind: str = "final") -> list[Json]:
    answer = await person.has(path_of(found, "shifts"), **{"from": start.isoformat(), "to": end.isoformat()})
    items: list[Json] = answer[kind]
    return items


def names(found: list[Json], zone: ZoneInfo = BERLIN) -> list[tuple[str, str, str]]:
    """Who, from when, to when, by the clock on the wall."""
    return [(one["user_name"], shown(one["starts_at"], zone), shown(one["ends_at"], zone)) for one in found]


def shown(instant: str, zone: ZoneInfo = BERLIN) -> str:
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%a %d %b %H:%M")


async def override(person: Person, found: Json, who: Person, start: datetime, hours: float, **fields: Any) -> Json:
    end = start + timedelta(hours=hours)
    body = {"user_id": str(who.id), "starts_at": start.isoformat(), "ends_at": end.isoformat()} | fields
    made: Json = await person.makes(path_of(found, "overrides"), **body)
    return made


async def leaves(pulsar: Pulsar, person: Person, of: Person) -> None:
    """Is no member of the other's organization any more."""
    async with pulsar.db.in_org(of.org_id) as tx:
        await tx.execute(update(Membership).where(Membership.user_id == person.id).values(active=False))


NOW = "2026-03-25 12:00"
"""A Wednesday in Berlin; the Sunday after it the clocks go forward."""


async def events_of(pulsar: Pulsar, person: Person, made: Json) -> list[Json]:
    async with pulsar.db.in_org(person.org_id) as tx:
        rows = await tx.scalars(select(EventRow).where(EventRow.subject_id == made["id"]).order_by(EventRow.number))
        return [{"type": row.type, "data": row.data} for row in rows]
