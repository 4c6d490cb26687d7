"""What tests of paging set up and look at: ladders of people, integrations, an alert's log as a person reads it."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.engine.registry import HANDLERS
from tests.world import API, Engine, Mailbox, Person

Json = dict[str, Any]


def user(person: Person) -> Json:
    return {"type": "user", "user_id": str(person.id)}


def team(found: Json) -> Json:
    return {"type": "team", "team_id": found["id"]}


def level(delay_seconds: int, *targets: Json | Person, condition: str = "not_acknowledged") -> Json:
    named = [user(target) if isinstance(target, Person) else target for target in targets]
    return {"delay_seconds": delay_seconds, "condition": condition, "targets": named}


async def mail_channel(owner: Person, mail: Mailbox, **fields: Any) -> Json:
    made: Json = await owner.makes("/notifications/channels", **(mail.channel | fields))
    return made


async def ladder(
    owner: Person, *levels: Json, name: str = "Everything", is_default: bool = True, **fields: Any
) -> Json:
    made: Json = await owner.makes(
        "/escalation-policies", name=name, is_default=is_default, rules=list(levels), **fields
    )
    return made


async def team_of(owner: Person, *members: Person, name: str = "Database", **fields: Any) -> Json:
    made: Json = await owner.makes("/teams", name=name, **fields)
    for member in members:
        await owner.makes(f"/teams/{made['id']}/members", user_id=str(member.id))
    return made


@dataclass
class Integration:
    """An incoming token, and the monitoring tool that has it."""

    http: httpx.AsyncClient
    id: str
    token: str

    async def post(self, body: Any = None, **options: Any) -> httpx.Response:
        given = options or {"json": body}
        return await self.http.post(f"{API}/webhook/{self.token}", **given)

    async def tells(self, **alert: Any) -> Json:
        """The summary of one alert that must be accepted."""
        return await self.tells_all(alert)

    async def tells_all(self, payload: Any) -> Json:
        response = await self.post(payload)
        assert response.status_code == 202, response.text
        summary: Json = response.json()
        return summary


async def integration(owner: Person, name: str = "Nagios", **fields: Any) -> Integration:
    made = await owner.makes("/webhooks/incoming", name=name, **fields)
    return Integration(owner.http, made["id"], made["token"])


async def renewed(person: Person) -> Person:
    """Signed in still, as the console keeps it, after more time has passed than an access token lasts."""
    session = await person.makes("/auth/refresh", refresh_token=person.refresh_token)
    person.access_token, person.refresh_token = session["access_token"], session["refresh_token"]
    return person


async def read(person: Person, path: str, **params: Any) -> Json:
    response = await person.get(path, **params)
    if response.status_code == 401:
        response = await (await renewed(person)).get(path, **params)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


async def alert_of(person: Person, alert_id: str) -> Json:
    return await read(person, f"/alerts/{alert_id}")


async def activity(person: Person, alert_id: str) -> list[Json]:
    items: list[Json] = (await read(person, f"/alerts/{alert_id}/activity", page_size=100))["items"]
    return items


async def happened(person: Person, alert_id: str) -> list[str]:
    """The types of an alert's events, in their order."""
    return [event["type"] for event in await activity(person, alert_id)]


async def outlook(person: Person, alert_id: str) -> Json:
    return await read(person, f"/alerts/{alert_id}/escalation")


async def log_of(person: Person, alert_id: str) -> list[Json]:
    items: list[Json] = (await read(person, f"/notifications/logs/alert/{alert_id}", page_size=100))["items"]
    return items


async def fire(engine: Engine) -> None:
    """Does the escalation steps that are due, and leaves the messages that follow from them in the queue."""
    await do(engine, "escalate")


async def do(engine: Engine, kind: str) -> None:
    """Does the jobs of this kind that are due, and leaves what follows from them in the queue."""
    query = text(
        "DELETE FROM pgqueuer WHERE entrypoint = :kind AND execute_after <= now()"
        " AND convert_from(payload, 'UTF8')::jsonb->>'org' = :org RETURNING payload"
    )
    async with engine.pulsar.db.without_org() as tx:
        payloads = (await tx.scalars(query, {"org": str(engine.org_id), "kind": kind})).all()
    for payload in payloads:
        await HANDLERS[kind](engine.pulsar, json.loads(payload))


async def waits_for_a_lock(holder: AsyncConnection) -> int:
    """The process of the database that waits for what this transaction holds, once there is one."""
    query = text("SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1")
    while (pid := await holder.scalar(query)) is None:
        await asyncio.sleep(0)
    found: int = pid
    return found


async def is_the_one_to_give_way(owner: AsyncConnection) -> None:
    """Where this transaction and another wait for each other, it is this one that fails, and the test with it."""
    await owner.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
