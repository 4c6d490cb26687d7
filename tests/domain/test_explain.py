"""Why was I paged, and why was I not? Answered in words that somebody understands who does not know the code."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.domain import crowd
from tests.ladders import Json, activity, integration, ladder, level, mail_channel, outlook, read, team, team_of
from tests.receiver import Receiver
from tests.schedules import override, rotation, schedule
from tests.world import Engine, Mailbox, People, Person


async def explained(person: Person, alert: str, of: Person | None = None) -> Json:
    return await read(person, f"/alerts/{alert}/explain", **({"user": str(of.id)} if of else {}))


def said(found: Json, *kinds: str) -> list[str]:
    return [line["text"] for line in found["lines"] if not kinds or line["kind"] in kinds]


async def opened(person: Person, **fields: Any) -> str:
    made: Json = await person.makes("/alerts", **({"message": "Disk full"} | fields))
    return str(made["id"])


async def test_the_whole_chain_from_the_alarm_to_the_answer_of_the_mail_server(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    found = await schedule(ana, rotation(bo))
    policy = await ladder(ana, level(0, {"type": "schedule", "schedule_id": found["id"]}), name="Nights")
    nagios = await integration(ana, escalation_policy_id=policy["id"])
    await nagios.tells(message="Disk full", alias="disk")
    await nagios.tells(message="Disk full", alias="disk")
    await engine.settle()
    alert = (await ana.has("/alerts"))["items"][0]["id"]
    await bo.makes(f"/alerts/{alert}/acknowledge")
    told = await explained(ana, alert, bo)
    assert said(told, "alert", "policy", "level") == [
        "The integration Nagios reported it, with the priority P3: “Disk full”.",
        "Paging follows the policy Nights, which the integration that it came through names.",
        "The same alarm came again, 2 times in all by then. That pages nobody anew.",
        "Level 1 paged Bo (on call in Database by the rotation First line).",
        "Bo acknowledged it.",
    ]
    sent = said(told, "message")
    assert sent[0].startswith("A message went to Bo over E-mail, at the first try. The answer was: ")
    assert told["paged"]
    assert told["answer"].startswith("Yes. Bo was paged once, first at ")
    times = [line["at"] for line in told["lines"]]
    assert times == sorted(times)


async def test_an_override_is_named_as_the_reason_also_after_the_schedule_has_changed(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    found = await schedule(ana, rotation(ana))
    covering = await override(bo, found, bo, engine.clock.now(), hours=8)
    await ladder(ana, level(0, {"type": "schedule", "schedule_id": found["id"]}))
    alert = await opened(ana)
    await engine.advance(minutes=1)
    await bo.delete(f"/schedules/{found['id']}/overrides/{covering['id']}")
    told = await explained(ana, alert, ana)
    why = "Bo (on call in Database by an override in the place of Ana)"
    assert said(told, "level") == [f"Level 1 paged {why}."]
    assert not told["paged"]
    assert told["answer"].startswith(f"No. Level 1 pages whoever is on call in Database. That was {why} when it fired")
    assert told["answer"].endswith("and not Ana.")


async def test_of_whoever_was_not_paged_the_first_reason_that_held_is_given(
    ana: Person, bo: Person, vic: Person, people: People, engine: Engine, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    mia = await people.colleague(ana, "Mia", "member")
    await bo.makes("/notifications/preferences", channel_id=channel["id"], min_priority="P1")
    await ladder(ana, level(0, ana, bo), level(600, vic))
    alert = await opened(ana)
    await engine.settle()
    quiet = (await explained(ana, alert, bo))["answer"]
    assert quiet == "No. Nothing went to Bo over E-mail: It is P3; this person wants P1 and above here."
    waiting = (await explained(ana, alert, vic))["answer"]
    assert waiting.startswith("No. Not yet: level 2 of Everything pages Vic at ")
    assert (await explained(ana, alert, mia))["answer"] == "No. No level of the policy Everything leads to Mia."
    await ana.makes(f"/alerts/{alert}/acknowledge")
    stopped = (await explained(ana, alert, vic))["answer"]
    assert stopped == "No. Level 2 of Everything would have paged Vic, but before, it was acknowledged by Ana."
    mine = await read(ana, f"/alerts/{alert}/explain", user="me")
    assert mine["paged"]


async def test_whoever_had_not_the_turn_learns_whose_it_was(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana, bo) | {"round_robin": True})
    alert = await opened(ana)
    await engine.settle()
    paged, other = (ana, bo) if mail.to(ana) else (bo, ana)
    assert (await explained(ana, alert, paged))["paged"]
    answer = (await explained(ana, alert, other))["answer"]
    assert answer == f"No. Level 1 could have paged {other.name}, but it was the turn of {paged.name}."


async def test_who_joined_the_team_later_learns_that(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    database = await team_of(ana, bo)
    await ladder(ana, level(0, team(database)))
    alert = await opened(ana)
    await engine.settle()
    await ana.makes(f"/teams/{database['id']}/members", user_id=str(vic.id))
    answer = (await explained(ana, alert, vic))["answer"]
    assert answer == "No. Level 1 of Everything leads to Vic now, but did not when it fired."


async def test_it_says_where_an_alert_without_anybody_went_and_what_began_it_again(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    nobody = await team_of(ana, name="Nobody")
    await ladder(ana, level(0, team(nobody)))
    alert = await opened(ana)
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await ana.makes(f"/alerts/{alert}/unacknowledge")
    found = await explained(ana, alert)
    default = "the default: neither the alert nor its integration nor its team names one."
    assert (found["user"], found["paged"], found["answer"]) == (None, None, None)
    assert said(found, "alert", "policy", "level", "end") == [
        "Ana reported it, with the priority P3: “Disk full”.",
        f"Paging follows the policy Everything, {default}",
        "Level 1 paged nobody: the team Nobody has no active member.",
        "The levels had reached nobody, so the owners and admins were paged: Ana and Bo.",
        "Every level has had its turn: nobody is left to page.",
        "Ana acknowledged it.",
        "Ana took the acknowledgement back.",
        "Paging began at the first level, because it was unacknowledged by Ana."
        f" Paging follows the policy Everything, {default}",
    ]


async def test_a_message_that_was_withdrawn_in_time_says_by_what(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    await bo.makes("/notifications/preferences", channel_id=channel["id"], delay_seconds=300)
    await ladder(ana, level(0, ana, bo))
    alert = await opened(ana)
    await engine.settle()
    waits = (await explained(ana, alert, bo))["answer"]
    assert waits.startswith("No. A message to Bo over E-mail waits, and goes out at ")
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(minutes=6)
    withdrawn = (await explained(ana, alert, bo))["answer"]
    assert withdrawn == (
        "No. A message to Bo over E-mail was withdrawn before it went out: it was acknowledged by Ana."
    )


async def test_of_somebody_of_nowhere_and_of_an_alert_elsewhere_it_tells_nothing(
    ana: Person, eve: Person, engine: Engine
) -> None:
    alert = await opened(ana)
    assert (await ana.get(f"/alerts/{alert}/explain", user=str(eve.id))).status_code == 404
    assert (await eve.get(f"/alerts/{alert}/explain")).status_code == 404
    wrong = await ana.get(f"/alerts/{alert}/explain", user="ana")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "user")


async def test_a_lot_among_a_thousand_is_told_in_few_words_and_answers_each_of_them(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    database = await team_of(ana, bo)
    await crowd.come(engine, 1000)
    await crowd.join(engine, database["id"])
    await ladder(ana, level(0, {"type": "team_random", "team_id": database["id"]}))
    alert = await opened(ana)
    await engine.settle()
    (fired,) = [e for e in await activity(ana, alert) if e["type"] == "escalation.level_fired"]
    (drawn,) = fired["data"]["people"]
    assert len(json.dumps(fired["data"])) < 10_000
    why = fired["data"]["why"]
    assert (len(why["passed_over"]), why["more"]) == (50, {"people": 0, "passed_over": 950})
    written = {one["id"] for one in why["passed_over"]}
    members = (await read(ana, "/users", page_size=100, search="M99"))["items"]
    others = [one for one in members if one["id"] not in written and one["full_name"] != drawn]
    assert others
    found = await read(ana, f"/alerts/{alert}/explain", user=others[0]["id"])
    assert found["answer"] == f"No. Level 1 could have paged {others[0]['full_name']}, but the lot fell on {drawn}."


async def test_whom_a_room_was_told_of_is_known_by_their_id_and_not_by_their_name(
    ana: Person, bo: Person, people: People, engine: Engine, receiver: Receiver
) -> None:
    """Two may have the same name."""
    namesake = await people.colleague(ana, "Bo", "member")
    await ana.makes("/notifications/channels", **receiver.channel())
    await ladder(ana, level(0, bo))
    alert = await opened(ana)
    await engine.settle()
    told = await explained(ana, alert, bo)
    assert told["paged"]
    assert said(told, "message")[0].startswith("A message went to the room, for Bo over Webhook")
    of_the_other = await explained(ana, alert, namesake)
    assert not of_the_other["paged"]
    assert said(of_the_other, "message") == []


async def test_times_are_by_the_clock_of_whoever_asks(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    await ladder(ana, level(0, ana), level(600, bo))
    alert = await opened(ana)
    await engine.settle()
    assert (await ana.patch("/auth/me", time_zone="Asia/Kolkata")).is_success
    fired = datetime.fromisoformat((await outlook(ana, alert))["next"]["at"])

    of_bo = (await explained(ana, alert, bo))["answer"]
    assert f"pages Bo at {fired.astimezone(ZoneInfo('Asia/Kolkata')):%H:%M:%S} IST" in of_bo
    assert f"pages Bo at {fired.astimezone(UTC):%H:%M:%S} UTC" in (await explained(bo, alert, bo))["answer"]
    of_ana = await explained(ana, alert, ana)
    assert of_ana["answer"].endswith(" IST over Webhook.")
    # Instants of the API are in UTC for everybody.
    assert all(line["at"].endswith("Z") for line in of_ana["lines"])
