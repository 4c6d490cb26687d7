"""An organization that has something of everything, made over the API: what tests of the console's screens look at."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.browsers import Browser
from tests.ladders import integration, level, team_of
from tests.schedules import rotation
from tests.world import API, PASSWORD, Person, person_of

Json = dict[str, Any]
NIGHTS = [{"days": [], "start": "20:00", "end": "08:00"}]


@dataclass
class Inhabited:
    """Its people, and the addresses of its screens by their route."""

    ana: Person
    bo: Person
    vic: Person
    screens: dict[str, str]


async def came(ana: Person, name: str, role: str) -> Person:
    """Invited, and in."""
    made = await ana.makes("/invitations", email=f"{name.lower()}-{secrets.token_hex(4)}@example.org", role=role)
    account = {"full_name": name, "username": f"{name.lower()}-{secrets.token_hex(4)}", "password": PASSWORD}
    body = {"token": made["link"].partition("#")[2], **account}
    answer = await ana.http.post(f"{API}/invitations/accept", json=body)
    assert answer.is_success, answer.text
    return person_of(ana.http, answer.json())


async def inhabit(ana: Person) -> Inhabited:
    bo, vic, gone = [await came(ana, *who) for who in (("Bo", "admin"), ("Vic", "viewer"), ("Gil", "member"))]
    await ana.makes("/invitations", email="soon@example.org", role="member")
    squad = await team_of(ana, ana, bo, gone, name="Database")
    shop = await _schedules(ana, bo, gone, squad)
    # Nothing listens there: its pages fail, which the log shows.
    hook = {"url": "http://127.0.0.1:9/nobody"}
    await ana.makes("/notifications/channels", channel_type="webhook", name="Chat", config=hook)
    post = {"host": "127.0.0.1", "port": 9, "security": "none", "from_address": "pulsar@example.org"}
    mail = await ana.makes("/notifications/channels", channel_type="email", name="Mail", config=post)
    await ana.patch("/auth/me", time_zone="Europe/Berlin")
    night = {"start": "22:00", "end": "07:00"}
    await ana.makes("/notifications/preferences", channel_id=mail["id"], delay_seconds=1, min_priority="P4", dnd=night)
    await ana.makes("/users/me/devices", name="Chrome on Android", subscription=Browser().subscription())
    on_call = {"type": "schedule", "schedule_id": shop["id"]}
    everybody = {"type": "team", "team_id": squad["id"]}
    rules = [level(0, on_call), level(300, everybody), level(900)]
    policy = await ana.makes("/escalation-policies", name="Default", is_default=True, rules=rules, repeat_count=1)
    nagios = await integration(ana)
    jobs = await integration(ana, name="Jobs", integration_type="custom")
    mapping = {"message": "{{job}} failed", "alias": "job", "entity": "lower(host)", "details": {"*": "@"}}
    await ana.request("PUT", f"/webhooks/incoming/{jobs.id}/mapping", json={"mapping": mapping})
    await jobs.post({"what": "nothing that it knows"})
    await jobs.post({"job": "Nightly backup", "state": "FAILED"})
    await ana.makes("/api-keys", name="Deploys", scopes=["alerts", "read"], expires_at="2030-01-01T00:00:00Z")
    beating = await ana.makes("/heartbeats", name="Nightly backup", interval_seconds=86400, team_id=squad["id"])
    await ana.makes(f"/heartbeats/{beating['id']}/ping")
    told = {"alert_created": True, "patterns": ["schedule.*"], "priorities": ["P1", "P2"], "team_ids": [squad["id"]]}
    await ana.makes("/webhooks/endpoints", name="Chat bot", url="http://127.0.0.1:9/hook", **told)
    await ana.makes("/webhooks/endpoints", name="Data warehouse", url="https://hooks.example.org/in", enabled=False)
    alerts = await _alerts(ana, squad, policy)
    incident = await _incident(ana, bo, squad, alerts)
    await _told(ana, incident)
    await ana.patch(f"/users/{gone.id}", active=False)
    screens = {
        "/alerts/[id]": f"/alerts/{alerts[0]['id']}",
        "/incidents/[id]": f"/incidents/{incident['id']}",
        "/incidents/[id]/postmortem": f"/incidents/{incident['id']}/postmortem",
        "/integrations/[id]": f"/integrations/{nagios.id}",
        "/integrations/[id]/mapping": f"/integrations/{jobs.id}/mapping",
        "/policies/[id]": f"/policies/{policy['id']}",
        "/schedules/[id]": f"/schedules/{shop['id']}",
        "/schedules/[id]/rotations/[rotation]": f"/schedules/{shop['id']}/rotations/{shop['rotations'][0]['id']}",
        "/teams/[id]": f"/teams/{squad['id']}",
    }
    return Inhabited(ana, bo, vic, screens)


async def _schedules(ana: Person, bo: Person, gone: Person, squad: Json) -> Json:
    """One with a gap every day, an override and somebody who is to go; one that nobody is in."""
    start = str(datetime.now(UTC).date() - timedelta(days=19))
    days = rotation(ana, bo, None, name="Days", rotation_type="daily", starts_on=start)
    nights = rotation(bo, gone, name="Nights", starts_on=start, restrictions=NIGHTS)
    fields = {"time_zone": "Europe/Berlin", "team_id": squad["id"], "rotations": [days, nights]}
    shop: Json = await ana.makes("/schedules", name="Shop", description="The till and what is behind it", **fields)
    soon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=30)
    span = {"starts_at": soon.isoformat(), "ends_at": (soon + timedelta(hours=5)).isoformat()}
    path = f"/schedules/{shop['id']}"
    await ana.makes(f"{path}/overrides", user_id=str(bo.id), note="At the dentist", **span)
    await ana.makes("/schedules", name="Warehouse", time_zone="Australia/Lord_Howe")
    await ana.makes(f"{path}/feeds")
    await ana.makes("/users/me/feeds")
    later = {"starts_at": _day(0), "ends_at": _day(21)}
    found = await ana.has("/oncall/shifts", **{"from": later["starts_at"], "to": later["ends_at"]})
    mine = next(one for one in found["items"] if one["starts_at"] > _day(1))
    cover = {name: mine[name] for name in ("starts_at", "ends_at")}
    asked = {"schedule_id": shop["id"], "rotation_id": mine["rotation_id"], "message": "A wedding"}
    await ana.makes("/cover-requests", asked_user_id=str(bo.id), **asked, **cover)
    return shop


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def _alerts(ana: Person, squad: Json, policy: Json) -> list[Json]:
    said = {
        "P1": "The primary database is down",
        "P2": "Replication is 40 minutes behind",
        "P3": "Disk of db-3 is full to 91 percent",
        "P4": "A certificate ends in 20 days",
        "P5": "A backup took twice as long as yesterday",
    }
    made = []
    for priority, message in said.items():
        fields: Json = {"description": f"See https://wiki.example.org/{priority}", "tags": ["db", "eu-central-1"]}
        fields |= {"source": "Nagios", "entity": "db-1.eu.example.org", "details": {"region": "eu-central-1"}}
        where = {"assigned_to_team_id": squad["id"]} if priority < "P4" else {}
        made.append(await ana.makes("/alerts", message=message, priority=priority, **fields, **where))
    await ana.makes("/alert-searches", name="Urgent", query="status=active&priority=P1&priority=P2", shared=True)
    await ana.makes("/alert-searches", name="Mine", query="assignee=me")
    await ana.makes(f"/alerts/{made[0]['id']}/notes", text="On my way to the laptop")
    await ana.makes(f"/alerts/{made[1]['id']}/acknowledge")
    await ana.makes(f"/alerts/{made[2]['id']}/snooze", until=_day(1))
    await ana.makes(f"/alerts/{made[4]['id']}/close", reason="It was the holidays")
    return made


async def _incident(ana: Person, bo: Person, squad: Json, alerts: list[Json]) -> Json:
    """One with something of everything in its room, and one that is over."""
    fields: Json = {"severity": "critical", "priority": "P1", "team_id": squad["id"]}
    fields |= {"description": "The till takes **no cards**.", "alert_ids": [one["id"] for one in alerts[:2]]}
    fields |= {"responders": [{"user_id": str(bo.id), "role": "incident_commander"}]}
    made: Json = await ana.makes("/incidents", title="Nobody can pay by card", **fields)
    path = f"/incidents/{made['id']}"
    await ana.makes(f"{path}/responders", user_id=str(ana.id))
    await ana.makes(f"{path}/notes", text="## Found\n\n- `db-1` is full\n- [runbook](https://wiki.example.org)\n")
    await ana.makes(f"{path}/tasks", title="Make room on db-1", owner_id=str(bo.id), due_at=_day(1))
    done = await ana.makes(f"{path}/tasks", title="Tell the shops")
    await ana.patch(f"{path}/tasks/{done['id']}", done=True)
    await ana.makes(f"{path}/links", url="https://meet.example.org/till", title="The call")
    await ana.makes(f"{path}/subscribers", email="boss@example.org")
    await ana.makes(f"{path}/updates", text="The shops take *cash* only.", status="identified")
    await ana.makes(f"{path}/pages", user_id=str(ana.id), message="Can you look at the till?")
    await ana.makes(f"{path}/postmortem")
    await ana.makes(f"{path}/tasks", title="Watch the disk of db-1", kind="action_item")
    await ana.makes("/incident-fields", name="Customer")
    calls = [{"type": "team", "id": squad["id"]}]
    await ana.makes("/incident-templates", name="The till", title="The till is down", tasks=["Call"], calls=calls)
    over = await ana.makes("/incidents", title="Labels are printed twice", severity="low")
    await ana.patch(f"/incidents/{over['id']}", status="resolved")
    return made


async def _told(ana: Person, incident: Json) -> None:
    """A status page with something on it that goes on, and something that is over."""
    await ana.patch("/status-page", enabled=True, slug=f"shop-{secrets.token_hex(4)}")
    till = await ana.makes("/status-page/components", name="Till", group_name="Shops", description="Paying by card")
    await ana.makes("/status-page/components", name="Website")
    told: Json = {"title": "Cards are refused", "status": "investigating", "text": "We look into it."}
    told["components"] = [{"component_id": till["id"], "state": "partial_outage"}]
    notice = await ana.makes("/status-page/notices", incident_id=incident["id"], **told)
    await ana.makes(f"/status-page/notices/{notice['id']}/updates", status="identified", text="It is the provider.")
    await ana.makes("/status-page/notices", title="Planned work", status="resolved", text="It is done.")
