"""What a person is shown who waits: what happened on the ladder, who is next, and when."""

from datetime import datetime, timedelta
from typing import Any

from tests.ladders import Json, ladder, level, mail_channel, outlook, team, team_of
from tests.world import Engine, Mailbox, Person


def steps(told: Json) -> list[tuple[Any, ...]]:
    return [(s["cycle"], s["position"], s["state"], s["people"]) for s in told["levels"]]


def minutes(told: Json, since: str) -> list[int]:
    """When the levels were or will be, from the making of the alert."""
    start = datetime.fromisoformat(since)
    return [round((datetime.fromisoformat(s["at"]) - start) / timedelta(minutes=1)) for s in told["levels"]]


async def test_at_each_stage_it_tells_what_was_and_what_comes(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    policy = await ladder(ana, level(60, ana), level(300, bo), repeat_count=1, repeat_delay_seconds=600)
    alert = await ana.makes("/alerts", message="Disk full")
    before = await outlook(ana, alert["id"])
    assert before["policy"] == {"id": policy["id"], "name": "Everything"}
    assert (before["status"], before["cycle"], before["repeat_count"], before["fault"]) == ("running", 0, 1, None)
    assert steps(before) == [
        (0, 0, "next", ["Ana"]),
        (0, 1, "planned", ["Bo"]),
        (1, 0, "planned", ["Ana"]),
        (1, 1, "planned", ["Bo"]),
    ]
    assert minutes(before, alert["created_at"]) == [1, 6, 17, 22]
    assert (before["next"]["people"], before["next"]["channels"]) == (["Ana"], ["E-mail"])

    await engine.advance(seconds=62)
    after = await outlook(ana, alert["id"])
    assert steps(after)[:2] == [(0, 0, "done", ["Ana"]), (0, 1, "next", ["Bo"])]
    assert minutes(after, alert["created_at"]) == [1, 6, 17, 22]
    assert (after["next"]["position"], after["next"]["targets"][0]["name"]) == (1, "Bo")

    await engine.advance(hours=1)
    over = await outlook(ana, alert["id"])
    assert (over["status"], over["next"]) == ("completed", None)
    assert [state for _, _, state, _ in steps(over)] == ["done"] * 4
    assert minutes(over, alert["created_at"]) == [1, 6, 17, 22]


async def test_what_it_said_is_what_happens_when_levels_are_empty(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    nobody = await team_of(ana, name="Nobody")
    await ladder(ana, level(60, ana), level(120, team(nobody)), level(600, bo), level(300, ana))
    alert = await ana.makes("/alerts", message="Disk full")
    said = await outlook(ana, alert["id"])
    assert minutes(said, alert["created_at"]) == [1, 3, 3, 8]
    await engine.advance(hours=1)
    assert minutes(await outlook(ana, alert["id"]), alert["created_at"]) == [1, 3, 3, 8]


async def test_who_would_be_paged_follows_the_team(ana: Person, bo: Person, engine: Engine) -> None:
    database = await team_of(ana, ana)
    await ladder(ana, level(60, team(database)))
    alert = await ana.makes("/alerts", message="Disk full")
    assert (await outlook(ana, alert["id"]))["next"]["people"] == ["Ana"]
    await ana.makes(f"/teams/{database['id']}/members", user_id=str(bo.id))
    assert (await outlook(ana, alert["id"]))["next"]["people"] == ["Ana", "Bo"]


async def test_it_knows_that_a_ladder_without_anybody_ends_at_owners_and_admins(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(60, team(await team_of(ana, name="Nobody"))))
    alert = await ana.makes("/alerts", message="Disk full")
    assert (await outlook(ana, alert["id"]))["next"]["people"] == ["Ana", "Bo"]
    await engine.advance(minutes=2)
    assert steps(await outlook(ana, alert["id"])) == [(0, 0, "skipped", []), (0, 0, "fallback", ["Ana", "Bo"])]


async def test_after_an_acknowledgement_only_levels_until_the_close_are_to_come(
    ana: Person, bo: Person, engine: Engine
) -> None:
    await ladder(ana, level(60, ana), level(60, bo, condition="not_closed"))
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    told = await outlook(ana, alert["id"])
    assert steps(told) == [(0, 1, "next", ["Bo"])]
    assert minutes(told, alert["created_at"]) == [2]
    await engine.advance(seconds=62)
    assert steps(await outlook(ana, alert["id"])) == [(0, 0, "held", []), (0, 1, "next", ["Bo"])]


async def test_a_ladder_of_a_hundred_rounds_is_shown_as_far_as_a_person_reads(ana: Person) -> None:
    await ladder(ana, level(60, ana), repeat_count=100, repeat_delay_seconds=60)
    alert = await ana.makes("/alerts", message="Disk full")
    assert len((await outlook(ana, alert["id"]))["levels"]) == 30


async def test_of_an_alert_elsewhere_it_tells_nothing(ana: Person, eve: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    assert (await eve.get(f"/alerts/{alert['id']}/escalation")).status_code == 404
