"""The audit log: who did what to which object, when, and what it was before; for admins, and as a file."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from pulsar.base.http import Pulsar
from tests.domain.hearing import happen
from tests.ladders import ladder, level
from tests.world import Clock, Mailbox, Person

Audited = dict[str, Any]


async def latest(person: Person, **filters: Any) -> Audited:
    found: Audited = (await person.has("/audit", **filters))["items"][0]
    return found


async def test_an_edit_says_who_made_it_and_what_it_was_before(ana: Person, bo: Person) -> None:
    policy = await ladder(ana, level(0, ana))
    team = await ana.makes("/teams", name="Database")
    await bo.patch(f"/teams/{team['id']}", name="Storage", escalation_policy_id=policy["id"])
    edit = await latest(ana)
    assert (edit["type"], edit["kind"]) == ("team.updated", "audit")
    assert edit["actor"] == {"type": "user", "id": str(bo.id), "name": "Bo"}
    assert edit["subject"] == {"type": "team", "id": team["id"], "name": "Storage"}
    assert edit["changes"] == {
        "name": {"before": "Database", "after": "Storage"},
        "escalation_policy_id": {"before": None, "after": policy["id"]},
    }
    assert edit["names"] == {policy["id"]: policy["name"]}
    assert edit["data"] == {"name": "Storage"}


async def test_an_edit_that_changes_nothing_says_so(ana: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    await ana.patch(f"/teams/{team['id']}", name="Database")
    assert (await latest(ana))["changes"] == {}


async def test_a_policys_edit_tells_its_name_and_its_ladder(ana: Person, bo: Person) -> None:
    policy = await ladder(ana, level(0, ana))
    await ana.patch(f"/escalation-policies/{policy['id']}", name="Nights")
    assert (await latest(ana))["changes"] == {"name": {"before": policy["name"], "after": "Nights"}}
    await ana.patch(f"/escalation-policies/{policy['id']}", repeat_count=2, rules=[level(0, bo)])
    changes = (await latest(ana))["changes"]
    assert changes["repeat_count"] == {"before": 0, "after": 2}
    assert [level["targets"][0]["id"] for level in changes["levels"]["before"]] == [str(ana.id)]
    assert [level["targets"][0]["id"] for level in changes["levels"]["after"]] == [str(bo.id)]


async def test_a_policy_that_is_no_longer_the_default_says_so(ana: Person) -> None:
    one = await ana.makes("/escalation-policies", name="One", is_default=True, rules=[level(0, ana)])
    await ana.makes("/escalation-policies", name="Other", is_default=True, rules=[level(0, ana)])
    edit = await latest(ana, type="policy.updated")
    assert (edit["subject"]["id"], edit["changes"]) == (one["id"], {"is_default": {"before": True, "after": False}})


async def test_no_secret_is_in_it(ana: Person, mail: Mailbox, pulsar: Pulsar) -> None:
    channel = await ana.makes("/notifications/channels", **mail.channel)
    config = {"host": "mail.example.org", "username": "pulsar", "password": "hush hush"}
    assert (await ana.patch(f"/notifications/channels/{channel['id']}", name="Post", config=config)).status_code == 200
    changes = (await latest(ana))["changes"]
    assert changes["name"] == {"before": "E-mail", "after": "Post"}
    assert changes["config.host"] == {"before": "127.0.0.1", "after": "mail.example.org"}
    assert changes["config.password"] == {"before": "(not told)", "after": "(not told)"}
    await ana.makes("/webhooks/incoming", name="Nagios")
    async with pulsar.db.in_org(ana.org_id) as tx:
        everything = await tx.scalar(text("SELECT string_agg(data::text, ' ') FROM events"))
    assert everything
    assert "hush" not in everything


async def test_what_people_have_set_for_themselves_is_not_told(ana: Person, mail: Mailbox) -> None:
    channel = await ana.makes("/notifications/channels", **mail.channel)
    mine = await ana.makes("/notifications/preferences", channel_id=channel["id"], min_priority="P4")
    await ana.patch(f"/notifications/preferences/{mine['id']}", min_priority="P1")
    assert (await latest(ana))["changes"] == {"min_priority": {"before": "(not told)", "after": "(not told)"}}
    await ana.patch("/users/me/shift-notices", before_minutes=[30])
    assert (await latest(ana))["type"] == "shift_notices.updated"


async def test_it_is_for_admins(ana: Person, bo: Person, vic: Person, eve: Person) -> None:
    assert (await bo.get("/audit")).status_code == 200
    for path in ("/audit", "/audit/export"):
        assert (await vic.get(path)).status_code == 403
    hers = {event["id"] for event in (await ana.has("/audit", page_size=100))["items"]}
    assert len(hers) == (await ana.has("/audit"))["total"]
    assert "Ana" not in (await eve.get("/audit")).text


async def test_it_is_narrowed_and_paged(ana: Person, bo: Person, clock: Clock) -> None:
    team = await bo.makes("/teams", name="Theirs")
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    clock.pass_time(timedelta(minutes=5))
    await ana.patch(f"/teams/{team['id']}", name="Ours")

    async def found(**filters: Any) -> list[str]:
        return [event["type"] for event in (await ana.has("/audit", **filters))["items"]]

    assert await found(subject_id=team["id"]) == ["team.updated", "team.created"]
    assert await found(actor_id=str(bo.id), type="team.*") == ["team.created"]
    assert "alert.acknowledged" not in await found(kind="audit")
    assert set(await found(kind="activity")) == {"alert.acknowledged", "alert.created", "escalation.stopped"}
    first = await ana.has("/audit", page_size=2)
    then = await ana.has("/audit", page_size=2, cursor=first["next_cursor"])
    numbers = [event["id"] for event in (*first["items"], *then["items"])]
    assert numbers == list(range(first["total"], first["total"] - 4, -1))


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_thousands_of_events_come_as_a_file(kind: str, ana: Person, pulsar: Pulsar) -> None:
    await happen(pulsar, ana.org_id, 2300)
    answer = await ana.get("/audit/export", format=kind, type="organization.created")
    assert answer.headers["content-disposition"] == f'attachment; filename="pulsar-audit.{kind}"'
    rows = list(csv.DictReader(io.StringIO(answer.text))) if kind == "csv" else json.loads(answer.text)
    numbers = [int(row["id"]) for row in rows]
    assert len(numbers) == 2301
    assert numbers == sorted(set(numbers), reverse=True)


async def test_a_file_has_what_the_log_has(ana: Person, bo: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    await bo.patch(f"/teams/{team['id']}", name="Storage")
    edit = await latest(ana)
    whole = json.loads((await ana.get("/audit/export", format="json", subject_id=team["id"])).text)
    assert whole[0] == edit
    line = next(csv.DictReader(io.StringIO((await ana.get("/audit/export", format="csv", subject_id=team["id"])).text)))
    assert (line["actor_name"], line["subject_name"], json.loads(line["changes"])) == (
        "Bo",
        "Storage",
        edit["changes"],
    )
    nothing = await ana.get("/audit/export", format="json", until="2000-01-01T00:00:00Z")
    assert json.loads(nothing.text) == []


async def test_a_spreadsheet_runs_nothing_of_it(ana: Person) -> None:
    for name in ("=1+1", "+1", "-1", "@SUM(1)", "-2+3", '=HYPERLINK("http://evil.example")'):
        await ana.makes("/teams", name=name)
    rows = list(csv.reader(io.StringIO((await ana.get("/audit/export", format="csv", type="team.created")).text)))[1:]
    assert len(rows) == 6
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))] == []


async def test_a_million_events_of_alerts_do_not_slow_the_log_of_what_people_did(ana: Person, pulsar: Pulsar) -> None:
    """By an index of its own, however the statement is prepared."""
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await tx.scalars(
            text(
                "EXPLAIN SELECT * FROM events WHERE split_part(type, '.', 1) NOT IN"
                " ('alert', 'escalation', 'notification') ORDER BY number DESC LIMIT 20"
            )
        )
        assert "ix_events_audit" in "\n".join(plan)
