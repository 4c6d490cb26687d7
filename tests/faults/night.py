"""How does one night go? An organization of its own on a Pulsar that is being killed; then its books."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx

from tests.domain.inviting import came_in, invited
from tests.e2e.processes import until
from tests.faults.account import Message, Paged, Tally, account
from tests.faults.plan import PEOPLE, Alert, Night, Policy
from tests.faults.receivers import Receivers
from tests.ladders import integration, ladder, level
from tests.world import Person, register

# A message that failed a few times comes a minute later; whoever waits longer than this waits in vain.
QUIET_WITHIN_SECONDS = 600.0


@dataclass
class Household:
    """The organization of a night: four people, four policies, and an integration for each of these."""

    night: Night
    people: list[Person]
    integrations: list[str]
    receivers: Receivers
    accepted: dict[int, str] = field(default_factory=dict)
    """Alert ids, by the alert's place in the night."""
    answered: dict[int, datetime] = field(default_factory=dict)
    """When whoever acknowledged had the answer: by then it is committed. The row's own time is from before that."""


async def settled(http: httpx.AsyncClient, night: Night) -> Household:
    receivers = Receivers(night.seed)
    await receivers.start()
    owner = await register(http, "Ana")
    others = [await came_in(http, await invited(owner, role="member")) for _ in range(PEOPLE - 1)]
    people = [owner, *others]
    for channel in (receivers.mail_channel, receivers.webhook_channel):
        await owner.makes("/notifications/channels", bundle_seconds=night.bundle_seconds, **channel)
    tokens = []
    for number, policy in enumerate(night.policies):
        levels = [level(one.delay_seconds, *(people[i] for i in one.people)) for one in policy.levels]
        made = await ladder(
            owner, *levels, name=f"Policy {number}", is_default=number == 0, repeat_count=policy.repeat_count
        )
        tokens.append((await integration(owner, f"Tool {number}", escalation_policy_id=made["id"])).token)
    return Household(night, people, tokens, receivers)


async def lived(household: Household, http: httpx.AsyncClient) -> None:
    """Sends and acknowledges as the night has it; whoever gets no answer asks again, as monitoring tools do."""
    began = time.monotonic()
    alerts = enumerate(household.night.alerts)
    await asyncio.gather(*(_one(household, http, began, number, alert) for number, alert in alerts))


async def _one(household: Household, http: httpx.AsyncClient, began: float, number: int, alert: Alert) -> None:
    await asyncio.sleep(max(0.0, began + alert.at - time.monotonic()))
    path = f"/api/v1/webhook/{household.integrations[alert.policy]}"
    body = {"message": f"Alarm {number}", "alias": f"alarm-{number}", "priority": f"P{1 + number % 5}"}
    taken = await _insist(lambda: http.post(path, json=body), {202})
    household.accepted[number] = taken.json()["alerts"][0]["id"]
    if alert.acknowledged_after is None:
        return
    await asyncio.sleep(alert.acknowledged_after)
    person = household.people[alert.by]
    # 409: it was acknowledged by the try whose answer got lost.
    await _insist(lambda: person.post(f"/alerts/{household.accepted[number]}/acknowledge"), {200, 409})
    household.answered[number] = datetime.now(UTC)


async def _insist(ask: Callable[[], Awaitable[httpx.Response]], wanted: set[int]) -> httpx.Response:
    deadline = time.monotonic() + 60
    while True:
        try:
            answer = await ask()
            if answer.status_code in wanted:
                return answer
            assert answer.status_code == 503, answer.text
        except httpx.TransportError:
            pass  # killed
        assert time.monotonic() < deadline, "no answer for a minute"
        await asyncio.sleep(0.2)


async def quiet(database: asyncpg.Connection, households: list[Household]) -> None:
    """Nothing is left to do for any of them."""
    orgs = [household.people[0].org_id for household in households]

    async def done() -> bool:
        left: int = await database.fetchval(
            "SELECT (SELECT count(*) FROM escalations WHERE org_id = ANY($1) AND status = 'running')"
            " + (SELECT count(*) FROM notifications WHERE org_id = ANY($1) AND status IN ('pending', 'sending'))",
            orgs,
        )
        return left == 0

    # When it does not come to an end, the account says what is unfinished.
    with contextlib.suppress(AssertionError):
        await until("the end of the night", done, QUIET_WITHIN_SECONDS)


async def audited(database: asyncpg.Connection, household: Household) -> Tally:
    org = household.people[0].org_id
    rows = {str(row["id"]): row for row in await database.fetch(_ALERTS, org)}
    paged = [
        _paged(household, alert, household.accepted.get(number), household.answered.get(number), rows)
        for number, alert in enumerate(household.night.alerts)
    ]
    messages = [_message(row) for row in await database.fetch(_MESSAGES, org)]
    return account(paged, messages, household.receivers.arrived)


_ALERTS = """
SELECT a.id, a.created_at, a.acknowledged_at, e.status, e.fired
FROM alerts a JOIN escalations e ON e.org_id = a.org_id AND e.subject_id = a.id WHERE a.org_id = $1
"""
# The key begins with the run and its generation.
_MESSAGES = """
SELECT n.id, n.subject_id, split_part(n.key, ':', 1) || ':' || split_part(n.key, ':', 2) AS life, n.cycle, n.level,
       n.user_id, n.channel_id, n.status, n.held_back_by AS reason, coalesce(n.carried_by, n.id) AS travelled_as,
       ARRAY(SELECT at FROM notification_attempts t WHERE t.org_id = n.org_id AND t.notification_id = n.id
             OR n.status = 'sent' AND t.org_id = n.org_id AND t.notification_id = n.carried_by) AS attempts
FROM notifications n WHERE n.org_id = $1 AND n.purpose = 'page' AND n.level IS NOT NULL
"""


def _paged(
    household: Household, alert: Alert, alert_id: str | None, answered: datetime | None, rows: dict[str, Any]
) -> Paged:
    row = rows.get(alert_id or "")
    fired = json.loads(row["fired"]) if row else []
    return Paged(
        alert=alert_id or "",
        accepted=alert_id is not None,
        found=row is not None,
        created_at=row["created_at"] if row else None,
        acknowledged_at=row and row["acknowledged_at"] and answered,
        running=bool(row and row["status"] == "running"),
        steps=_steps(household, household.night.policies[alert.policy]),
        fired=tuple((one["cycle"], one["position"], datetime.fromisoformat(one["at"])) for one in fired),
    )


def _steps(household: Household, policy: Policy) -> tuple[tuple[int, int, float, frozenset[str]], ...]:
    return tuple(
        (cycle, i, float(one.delay_seconds), frozenset(str(household.people[who].id) for who in one.people))
        for cycle in range(policy.repeat_count + 1)
        for i, one in enumerate(policy.levels)
    )


def _message(row: Any) -> Message:
    return Message(
        id=str(row["id"]),
        travelled_as=str(row["travelled_as"]),
        alert=str(row["subject_id"]),
        life=row["life"],
        cycle=row["cycle"],
        level=row["level"],
        person=str(row["user_id"]) if row["user_id"] else None,
        channel=str(row["channel_id"]),
        status=row["status"],
        reason=row["reason"],
        attempts=tuple(row["attempts"]),
    )
