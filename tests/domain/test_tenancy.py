"""A stranger's things in the places where routes with an id in the path do not show them: bodies, filters, bulk."""

from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select

from pulsar.alerts.model import Alert
from pulsar.base.db import Database, UnsafeRole, connect_to
from pulsar.base.http import Pulsar
from tests.ladders import Json, level
from tests.world import Mailbox, Person


@pytest_asyncio.fixture
async def anas(ana: Person, mail: Mailbox) -> dict[str, str]:
    """What ana has, and eve would like to use."""
    return {
        "user": str(ana.id),
        "team": (await ana.makes("/teams", name="Database"))["id"],
        "policy": (await ana.makes("/escalation-policies", name="Everything"))["id"],
        "channel": (await ana.makes("/notifications/channels", **mail.channel))["id"],
        "alert": (await ana.makes("/alerts", message="Disk full", tags=["db"], alias="disk"))["id"],
        "integration": (await ana.makes("/webhooks/incoming", name="Nagios"))["id"],
    }


BODIES: list[tuple[str, str, Any]] = [
    ("/teams", "escalation_policy_id", lambda of: {"name": "T", "escalation_policy_id": of["policy"]}),
    ("/alerts", "assigned_to_user_id", lambda of: {"message": "M", "assigned_to_user_id": of["user"]}),
    ("/alerts", "assigned_to_team_id", lambda of: {"message": "M", "assigned_to_team_id": of["team"]}),
    ("/alerts", "escalation_policy_id", lambda of: {"message": "M", "escalation_policy_id": of["policy"]}),
    ("/webhooks/incoming", "team_id", lambda of: {"name": "I", "team_id": of["team"]}),
    ("/webhooks/incoming", "escalation_policy_id", lambda of: {"name": "I", "escalation_policy_id": of["policy"]}),
    ("/notifications/send", "channel_id", lambda of: {"channel_id": of["channel"], "subject": "S"}),
    (
        "/escalation-policies",
        "user_id",
        lambda of: {"name": "P", "rules": [level(0, {"type": "user", "user_id": of["user"]})]},
    ),
    (
        "/escalation-policies",
        "team_id",
        lambda of: {"name": "P", "rules": [level(0, {"type": "team", "team_id": of["team"]})]},
    ),
]


async def test_a_strangers_id_in_a_body_is_refused_by_its_field(anas: dict[str, str], eve: Person) -> None:
    for path, field, body in BODIES:
        answer = await eve.post(path, **body(anas))
        assert answer.status_code == 422, (path, field)
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_strangers_id_in_a_change_is_refused_too(anas: dict[str, str], eve: Person, mail: Mailbox) -> None:
    team = await eve.makes("/teams", name="Eve's")
    token = await eve.makes("/webhooks/incoming", name="Eve's")
    alert = await eve.makes("/alerts", message="Eve's")
    policy = await eve.makes("/escalation-policies", name="Eve's", rules=[level(0, eve)])
    channel = await eve.makes("/notifications/channels", **mail.channel)
    rule = f"/escalation-policies/{policy['id']}/rules/{policy['rules'][0]['id']}"
    answers = [
        await eve.patch(f"/teams/{team['id']}", escalation_policy_id=anas["policy"]),
        await eve.patch(f"/webhooks/incoming/{token['id']}", team_id=anas["team"]),
        await eve.patch(f"/webhooks/incoming/{token['id']}", escalation_policy_id=anas["policy"]),
        await eve.post(f"/alerts/{alert['id']}/assign", user_id=anas["user"]),
        await eve.post(f"/alerts/{alert['id']}/assign", team_id=anas["team"]),
        await eve.post(f"{rule}/targets", type="user", user_id=anas["user"]),
        await eve.post(f"{rule}/targets", type="team", team_id=anas["team"]),
        await eve.post(f"/teams/{team['id']}/members", user_id=anas["user"]),
        await eve.post("/notifications/send", channel_id=channel["id"], user_id=anas["user"], subject="S"),
    ]
    assert [answer.status_code for answer in answers] == [422] * len(answers)
    assert all(answer.json()["errors"] for answer in answers)


async def test_a_strangers_id_in_a_filter_finds_nothing(anas: dict[str, str], ana: Person, eve: Person) -> None:
    await ana.makes(f"/alerts/{anas['alert']}/assign", team_id=anas["team"])
    filters: list[tuple[str, Json]] = [
        ("/alerts", {}),
        ("/alerts", {"assigned_to_team_id": anas["team"]}),
        ("/alerts", {"assigned_to_user_id": anas["user"]}),
        ("/alerts", {"integration_id": anas["integration"]}),
        ("/alerts", {"tag": "db"}),
        ("/alerts", {"alias": "disk"}),
        ("/alerts", {"search": "disk"}),
        ("/alerts", {"search": "#1"}),
        ("/notifications/logs", {"user_id": anas["user"]}),
        ("/notifications/logs", {"channel_id": anas["channel"]}),
        ("/users", {"search": "ana"}),
    ]
    assert [(await eve.has(path, **query))["total"] for path, query in filters] == [0] * len(filters)
    assert (await eve.has("/alerts/counts"))["open"] == 0


async def test_bulk_verbs_pass_a_strangers_alerts_by(anas: dict[str, str], ana: Person, eve: Person) -> None:
    own = (await eve.makes("/alerts", message="Eve's"))["id"]
    for verb in ("acknowledge", "close"):
        answer = await eve.makes(f"/alerts/bulk/{verb}", ids=[anas["alert"], own])
        assert answer["done"] == [own]
        assert [(failed["id"], failed["code"]) for failed in answer["failed"]] == [(anas["alert"], "not_found")]
    assert (await ana.has(f"/alerts/{anas['alert']}"))["status"] == "open"


async def test_the_same_alias_in_two_organizations_is_two_alerts(
    anas: dict[str, str], ana: Person, eve: Person
) -> None:
    hers = await eve.post("/alerts", message="Another disk", alias="disk")
    assert (hers.status_code, hers.json()["number"]) == (201, 1)
    assert (await ana.has(f"/alerts/{anas['alert']}"))["count"] == 1


async def test_a_person_in_two_organizations_sees_one_at_a_time(ana: Person, bo: Person, anas: dict[str, str]) -> None:
    """bo has an organization of his own; his token says which one it is for."""
    assert (await bo.has("/alerts"))["total"] == 1
    own = next(o for o in (await bo.has("/auth/me"))["organizations"] if o["id"] != str(ana.org_id))
    session = await bo.makes("/auth/switch", organization_id=own["id"], refresh_token=bo.refresh_token)
    bo.access_token = session["access_token"]
    assert (await bo.has("/alerts"))["total"] == 0
    assert (await bo.get(f"/alerts/{anas['alert']}")).status_code == 404


async def test_code_without_any_filter_of_its_own_sees_one_organization(
    anas: dict[str, str], ana: Person, eve: Person, pulsar: Pulsar
) -> None:
    async with pulsar.db.in_org(eve.org_id) as tx:
        assert (await tx.scalars(select(Alert))).all() == []
        assert await tx.get(Alert, (ana.org_id, UUID(anas["alert"]))) is None
    async with pulsar.db.in_org(ana.org_id) as tx:
        assert [alert.message for alert in await tx.scalars(select(Alert))] == ["Disk full"]


async def test_a_node_whose_role_could_pass_by_the_policies_does_not_start(pulsar: Pulsar) -> None:
    """As the owner of the tables it would see everybody's rows."""
    unsafe = Database(pulsar.db.url, pulsar.keys, size=1)
    unsafe.engine = connect_to(unsafe.url)
    with pytest.raises(UnsafeRole):
        async with unsafe.opened():
            raise AssertionError("it started")
    await unsafe.engine.dispose()
