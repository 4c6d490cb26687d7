"""Two organizations with one of everything in each, made once, for the tests that go over all tables and routes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import update

from pulsar.app import build_api
from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.inbound import history
from pulsar.inbound.history import Arrival
from pulsar.orgs.model import Membership
from pulsar.people import accounts, contacts
from pulsar.people.accounts import Account
from pulsar.signin.model import Passkey
from pulsar.sso.model import Identity
from pulsar.statuspage import readers
from pulsar.webhooks import outcome, planning
from pulsar.webhooks.claiming import claim
from pulsar.webhooks.sending import send
from tests.architecture.openapi import Operation, operations
from tests.browsers import Browser
from tests.world import Clock, Engine, Mailbox, People, Person


@dataclass
class Household:
    """An organization, its people, and the ids of one object of each kind, by the names that paths have for them."""

    owner: Person
    viewer: Person
    removed: Person
    ids: dict[str, str]


@pytest.fixture(scope="session")
def document(pulsar: Pulsar) -> dict[str, Any]:
    return build_api(pulsar).openapi()


@pytest.fixture(scope="session")
def routes(document: dict[str, Any]) -> list[Operation]:
    found = list(operations(document))
    assert len(found) > 50
    return found


async def _objects(owner: Person, engine: Engine, mailbox: Mailbox) -> dict[str, str]:
    me = {"type": "user", "user_id": str(owner.id)}
    channel = await owner.makes("/notifications/channels", **mailbox.channel)
    rules = [{"delay_seconds": 0, "targets": [me], "round_robin": True}, {"delay_seconds": 600, "targets": [me]}]
    policy = await owner.makes("/escalation-policies", name="Everything", is_default=True, rules=rules)
    team = await owner.makes("/teams", name="Database", escalation_policy_id=policy["id"])
    await owner.makes(f"/teams/{team['id']}/members", user_id=str(owner.id), role="lead")
    token = await owner.makes("/webhooks/incoming", name="Nagios", team_id=team["id"])
    saved = await owner.request("PUT", f"/webhooks/incoming/{token['id']}/mapping", json={"mapping": {"message": "m"}})
    assert saved.status_code == 200
    payload = await _payload(engine.pulsar, owner, UUID(token["id"]))
    preference = await owner.makes("/notifications/preferences", channel_id=channel["id"], min_priority="P4")
    alert = await owner.makes("/alerts", message="Disk full", assigned_to_team_id=team["id"])
    await owner.makes(f"/alerts/{alert['id']}/notes", text="Looking")
    await engine.settle()
    log = await owner.has("/notifications/logs")
    async with engine.pulsar.db.in_org(owner.org_id) as tx:
        contact = await contacts.add(tx, owner.id, "phone", "+4915112345678")
        account = await accounts.link(tx, owner.id, Account("slack", "T1", f"U{owner.id.hex}", owner.name))
    signing_in = await _signing_in(engine.pulsar, owner)
    device = await owner.makes("/users/me/devices", name="Phone", subscription=Browser().subscription())
    invitation = await owner.makes("/invitations", email=f"guest-{owner.email}", team_ids=[team["id"]])
    hook = await _webhook(engine.pulsar, owner) | await _sso(engine.pulsar, owner)
    elsewhere = (
        hook | await _on_call(owner, team["id"]) | await _incident(engine.pulsar, owner, team["id"], alert["id"])
    )
    return (
        elsewhere
        | signing_in
        | {
            "alert_id": alert["id"],
            "channel_id": channel["id"],
            "contact_id": str(contact.id),
            "account_id": str(account.id),
            "device_id": device["id"],
            "invitation_id": invitation["id"],
            "log_id": log["items"][0]["id"],
            "payload_id": str(payload),
            "policy_id": policy["id"],
            "preference_id": preference["id"],
            "rule_id": policy["rules"][0]["id"],
            "target_id": policy["rules"][0]["targets"][0]["id"],
            "team_id": team["id"],
            "token_id": token["id"],
            "user_id": str(owner.id),
        }
    )


async def _signing_in(pulsar: Pulsar, owner: Person) -> dict[str, str]:
    """A passkey, without what counts as a second factor of the account."""
    async with pulsar.db.without_org() as tx:
        passkey = Passkey(
            user_id=owner.id,
            name="Laptop",
            credential_id=owner.id.bytes,
            public_key=b"",
            sign_count=0,
            transports="",
            synced=False,
        )
        tx.add(passkey)
    session = (await owner.has("/auth/sessions"))["items"][0]
    return {"passkey_id": str(passkey.id), "session_id": session["id"]}


async def _payload(pulsar: Pulsar, owner: Person, token_id: UUID) -> UUID:
    body, at = b'{"message": "Disk full"}', clock.now()
    arrival = Arrival(owner.org_id, token_id, "", "generic", "192.0.2.1", at, len(body), body, [])
    async with pulsar.db.in_org(owner.org_id) as tx:
        return (await history.write(tx, [arrival]))[0]


async def _webhook(pulsar: Pulsar, owner: Person) -> dict[str, str]:
    endpoint = await owner.makes("/webhooks/endpoints", name="Chat", url="http://127.0.0.1:9/", patterns=["team.*"])
    await owner.makes("/teams", name="Told of")
    async with pulsar.db.in_org(owner.org_id) as tx:
        await planning.plan(tx, "http://pulsar.test")
    async with pulsar.db.in_org(owner.org_id) as tx:
        [request] = await claim(tx, {UUID(endpoint["id"]): 1})
    sent = await send(request)
    async with pulsar.db.in_org(owner.org_id) as tx:
        await outcome.conclude(tx, [sent])
    assert (await owner.patch(f"/webhooks/endpoints/{endpoint['id']}", enabled=False)).is_success
    return {"endpoint_id": endpoint["id"], "delivery_id": str(request.delivery_id)}


async def _sso(pulsar: Pulsar, owner: Person) -> dict[str, str]:
    domain = f"{owner.id.hex}.example.org"
    body = {"issuer": "http://127.0.0.1:1", "client_id": "pulsar", "client_secret": "secret", "domains": [domain]}
    assert (await owner.request("PUT", "/sso", json=body | {"enabled": False})).status_code == 200
    identity = Identity(issuer="x", subject="1", user_id=owner.id, email=owner.email, last_used_at=clock.now())
    async with pulsar.db.in_org(owner.org_id) as tx:
        tx.add(identity)
    return {"identity_id": str(identity.id)}


async def _on_call(owner: Person, team_id: str) -> dict[str, str]:
    me = str(owner.id)
    schedule = await owner.makes("/schedules", name="Nights", time_zone="Europe/Berlin", team_id=team_id)
    path = f"/schedules/{schedule['id']}"
    rotation = await owner.makes(f"{path}/rotations", name="First line", starts_on="2026-01-05", participants=[me])
    span = {"starts_at": "2040-01-01T00:00:00Z", "ends_at": "2040-01-02T00:00:00Z"}
    override = await owner.makes(f"{path}/overrides", user_id=me, **span)
    feed = await owner.makes(f"{path}/feeds")
    assert (await owner.patch("/users/me/shift-notices", before_minutes=[60])).status_code == 200
    cover = await owner.makes("/cover-requests", schedule_id=schedule["id"], **span)
    heartbeat = await owner.makes("/heartbeats", name="Backup", interval_seconds=60, team_id=team_id)
    key = await owner.makes("/api-keys", name="CI", scopes=["read"])
    search = await owner.makes("/alert-searches", name="Mine", query="assignee=me")
    return {
        "key_id": key["id"],
        "search_id": search["id"],
        "heartbeat_id": heartbeat["id"],
        "schedule_id": schedule["id"],
        "rotation_id": rotation["id"],
        "override_id": override["id"],
        "feed_id": feed["id"],
        "cover_request_id": cover["id"],
    }


async def _incident(pulsar: Pulsar, owner: Person, team_id: str, alert_id: str) -> dict[str, str]:
    people = [{"user_id": str(owner.id)}]
    incident = await owner.makes(
        "/incidents", title="Disk full", team_id=team_id, alert_ids=[alert_id], responders=people
    )
    note = await owner.makes(f"/incidents/{incident['id']}/notes", text="Looking")
    on_it = await owner.has(f"/incidents/{incident['id']}/responders")
    task = await owner.makes(f"/incidents/{incident['id']}/tasks", title="Delete logs")
    page = await owner.makes(f"/incidents/{incident['id']}/pages", team_id=team_id)
    reader = await owner.makes(f"/incidents/{incident['id']}/subscribers", email=f"boss-{owner.email}")
    told = await owner.makes(f"/incidents/{incident['id']}/updates", text="It is the disk")
    await owner.makes(f"/incidents/{incident['id']}/postmortem")
    link = await owner.makes(f"/incidents/{incident['id']}/links", url="https://example.org/runbook")
    field = await owner.makes("/incident-fields", name="Customer")
    template = await owner.makes("/incident-templates", name="Outage")
    component = await owner.makes("/status-page/components", name="Website")
    async with pulsar.db.in_org(owner.org_id) as tx:
        reader_id = await readers.confirm(tx, f"reader-{owner.email}")
    notice = {"incident_id": incident["id"], "title": "Slow", "status": "investigating", "text": "We look"}
    public = await owner.makes("/status-page/notices", **notice)
    return {
        "component_id": component["id"],
        "notice_id": public["id"],
        "reader_id": str(reader_id),
        "field_id": field["id"],
        "template_id": template["id"],
        "incident_id": incident["id"],
        "link_id": link["id"],
        "note_id": note["id"],
        "page_id": page["id"],
        "subscriber_id": reader["id"],
        "task_id": task["id"],
        "update_id": told["id"],
        "responder_id": on_it["items"][0]["id"],
    }


async def household(people: People, name: str, mailbox: Mailbox) -> Household:
    owner = await people.founder(name)
    removed = await people.colleague(owner, "Rob", "owner")
    async with people.pulsar.db.in_org(owner.org_id) as tx:
        await tx.execute(update(Membership).where(Membership.user_id == removed.id).values(active=False))
    engine = Engine(people.pulsar, Clock(), owner.org_id)
    ids = await _objects(owner, engine, mailbox)
    return Household(owner, await people.colleague(owner, "Vic", "viewer"), removed, ids)


@pytest_asyncio.fixture(scope="session")
async def anas(http: httpx.AsyncClient, pulsar: Pulsar, smtp: Mailbox) -> Household:
    return await household(People(http, pulsar), "Ana", smtp)


@pytest_asyncio.fixture(scope="session")
async def eves(http: httpx.AsyncClient, pulsar: Pulsar, smtp: Mailbox) -> Household:
    return await household(People(http, pulsar), "Eve", smtp)
