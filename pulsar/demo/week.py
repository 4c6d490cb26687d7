"""What happened in it? A week at a shop: alerts in every state, an incident that is over and one that is not."""

from datetime import timedelta
from typing import Any

from pulsar.base import clock
from pulsar.demo.people import Json, Person, colleague, stand

# Priority, how many hours ago, what, on which entity, and what became of it.
_ALERTS = (
    ("P3", 150, "Disk of db-3 is 91 % full", "db-3", "closed", "Old dumps removed"),
    ("P4", 141, "Certificate of shop.northwind.example ends in 20 days", "shop", "closed", "Renewed"),
    ("P2", 128, "Replication is 40 minutes behind", "db-2", "closed", "The replica caught up"),
    ("P5", 120, "Nightly backup took twice as long as yesterday", "backup-1", "closed", ""),
    ("P1", 98, "Checkout answers with errors: 14 % of requests", "checkout", "closed", "Rolled back to 4.11.2"),
    ("P2", 97, "Payment provider answers slowly: p95 4.2 s", "payments", "closed", "Theirs; it is over"),
    ("P3", 75, "Memory of search-2 above 95 %", "search-2", "closed", "Restarted"),
    ("P4", 60, "Job queue of invoices grows", "invoices", "closed", ""),
    ("P3", 49, "Disk of db-3 is 91 % full", "db-3", "closed", "Volume is larger now"),
    ("P5", 30, "Mail bounces above 2 %", "mail-1", "closed", "One bad list"),
    ("P2", 26, "Login takes longer than 2 s", "accounts", "closed", "Index was missing"),
    ("P3", 20, "Three pods of catalog restart again and again", "catalog", "snoozed", ""),
    ("P4", 9, "Certificate of api.northwind.example ends in 14 days", "api", "acknowledged", ""),
    ("P2", 3, "Error rate of search above 2 %", "search-1", "acknowledged", ""),
    ("P1", 2, "Nobody can pay by card", "payments", "acknowledged", ""),
    ("P3", 1, "Disk of db-1 is 88 % full", "db-1", "open", ""),
)


async def live(mara: Person) -> None:
    jonas = await colleague(mara, "Jonas Weber", "admin")
    aisha = await colleague(mara, "Aisha Khan", "member")
    tomas = await colleague(mara, "Tomas Novak", "member")
    await colleague(mara, "Elena Rossi", "viewer")
    platform = await _team(mara, "Platform", mara, jonas, aisha)
    payments = await _team(mara, "Payments", aisha, tomas)
    await _who_is_on_call(mara, platform, [jonas, aisha, tomas])
    await mara.makes("/webhooks/incoming", name="Prometheus", integration_type="prometheus")
    await mara.makes("/heartbeats", name="Nightly backup", interval_seconds=86_400, team_id=platform["id"])
    made = [await _alert(aisha, payments if "ay" in one[2] else platform, *one) for one in _ALERTS]
    await _over(jonas, aisha, made[4])
    await _under_way(aisha, tomas, payments, made[14])


async def _team(mara: Person, name: str, *members: Person) -> Json:
    made: Json = await mara.makes("/teams", name=name)
    for member in members:
        await mara.makes(f"/teams/{made['id']}/members", user_id=member.id)
    return made


async def _who_is_on_call(mara: Person, platform: Json, people: list[Person]) -> None:
    begins = str((clock.now() - timedelta(days=1)).date())
    ids = [person.id for person in people]
    nights = {"days": [], "start": "20:00", "end": "08:00"}
    rotations: list[Json] = [
        {"name": "First line", "rotation_type": "weekly", "starts_on": begins, "participants": ids},
        {
            "name": "Nights",
            "rotation_type": "daily",
            "starts_on": begins,
            "participants": ids[::-1],
            "restrictions": [nights],
        },
    ]
    made = await mara.makes(
        "/schedules", name="Platform on call", time_zone="Europe/Berlin", team_id=platform["id"], rotations=rotations
    )
    on_call = {"type": "schedule", "schedule_id": made["id"]}
    everybody = {"type": "team", "team_id": platform["id"]}
    rules = [_rule(0, on_call), _rule(300, {"type": "user", "user_id": mara.id}), _rule(600, everybody)]
    await mara.makes("/escalation-policies", name="Page who is on call", is_default=True, rules=rules, repeat_count=1)


def _rule(delay_seconds: int, target: Json) -> Json:
    return {"delay_seconds": delay_seconds, "condition": "not_acknowledged", "targets": [target]}


async def _alert(
    who: Person, team: Json, priority: str, hours: int, message: str, entity: str, becomes: str, reason: str
) -> Json:
    stand(timedelta(hours=hours))
    fields: dict[str, Any] = {"source": "Prometheus", "entity": entity, "tags": ["prod", entity.split("-")[0]]}
    made: Json = await who.makes(
        "/alerts", message=message, priority=priority, assigned_to_team_id=team["id"], **fields
    )
    path = f"/alerts/{made['id']}"
    stand(timedelta(hours=hours) - timedelta(minutes=2 + hours % 7))
    if becomes == "snoozed":
        await who.makes(f"{path}/snooze", until=(clock.now() + timedelta(hours=23)).isoformat())
    elif becomes != "open":
        await who.makes(f"{path}/acknowledge")
    if becomes == "closed":
        stand(timedelta(hours=hours) - timedelta(minutes=20 + hours % 30))
        await who.makes(f"{path}/close", **({"reason": reason} if reason else {}))
    return made


async def _over(jonas: Person, aisha: Person, alert: Json) -> None:
    """From four days ago, with what was learnt."""
    stand(timedelta(hours=97, minutes=50))
    made = await jonas.makes(
        "/incidents", title="Checkout fails for one in seven", severity="critical", alert_ids=[alert["id"]]
    )
    path = f"/incidents/{made['id']}"
    await jonas.makes(f"{path}/responders", user_id=aisha.id)
    stand(timedelta(hours=97, minutes=35))
    await aisha.makes(
        f"{path}/notes", text="Began with release **4.12.0**: the new tax table is read at every request."
    )
    await jonas.makes(f"{path}/updates", text="A release slows the checkout down; we go back.", status="identified")
    stand(timedelta(hours=97))
    await aisha.changes(path, status="resolved")
    stand(timedelta(hours=90))
    await jonas.makes(f"{path}/postmortem")
    await jonas.makes(f"{path}/tasks", title="Load test before each release", kind="action_item", owner_id=aisha.id)


async def _under_way(aisha: Person, tomas: Person, payments: Json, alert: Json) -> None:
    stand(timedelta(hours=1, minutes=50))
    fields: Json = {"severity": "high", "team_id": payments["id"], "alert_ids": [alert["id"]]}
    made = await aisha.makes("/incidents", title="Nobody can pay by card", **fields)
    path = f"/incidents/{made['id']}"
    await aisha.makes(f"{path}/responders", user_id=tomas.id, role="incident_commander")
    stand(timedelta(hours=1, minutes=30))
    await tomas.makes(f"{path}/notes", text="The provider refuses our client certificate since 09:00.")
    await tomas.makes(f"{path}/tasks", title="Call the provider", owner_id=aisha.id)
    await aisha.makes(f"{path}/updates", text="Cards are refused; invoices and PayPal work.", status="identified")
