"""What a monitoring tool is told, what it cannot do, and what comes of many of them at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base.http import Pulsar
from tests.ladders import Integration, Json, alert_of, integration, read, waits_for_a_lock
from tests.world import API, Person


@pytest_asyncio.fixture
async def nagios(ana: Person) -> Integration:
    return await integration(ana)


async def token(ana: Person, which: Integration) -> Json:
    return await read(ana, f"/webhooks/incoming/{which.id}")


async def alerts(ana: Person) -> list[Json]:
    items: list[Json] = (await read(ana, "/alerts", page_size=100))["items"]
    return items


async def refusals(pulsar: Pulsar, ana: Person) -> list[str]:
    async with pulsar.db.in_org(ana.org_id) as tx:
        rows = await tx.execute(text("SELECT data FROM events WHERE type = 'integration.refused' ORDER BY number"))
        return [row.data["reason"] for row in rows]


UNREADABLE = [
    (b"", 400, "malformed_json"),
    (b"disk full", 400, "malformed_json"),
    (b'{"message": "Disk full"', 400, "malformed_json"),
    (b"\xff\xfe{\x00}\x00", 400, "malformed_json"),
    (b'{"message": NaN}', 400, "malformed_json"),
    (b"[" * 200_000, 400, "malformed_json"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "malformed_json"),
    (b"null", 422, "unreadable_payload"),
    (b"17", 422, "unreadable_payload"),
    (b'{"text": "Disk full"}', 422, "unreadable_payload"),
    (b'{"message": ["Disk", "full"]}', 422, "unreadable_payload"),
    (b'{"message": "x", "details": []}', 422, "unreadable_payload"),
    (b'{"action": "close"}', 422, "unreadable_payload"),
    (b'{"action": "explode", "alias": "a", "message": "x"}', 422, "unreadable_payload"),
]


async def test_what_cannot_be_read_is_refused_and_its_owner_learns_why(ana: Person, nagios: Integration) -> None:
    for body, status, code in UNREADABLE:
        answer = await nagios.post(content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body[:80]
        assert answer.headers["content-type"] == "application/problem+json"
        known = await token(ana, nagios)
        assert known["last_error"] == answer.json()["detail"]
        assert known["last_error_at"]
        assert known["request_count"] == 0
    assert await alerts(ana) == []


async def test_of_a_request_that_is_wrong_in_one_place_nothing_is_taken(ana: Person, nagios: Integration) -> None:
    answer = await nagios.post([{"message": "good", "alias": "a"}, {"message": 1.5}, {"message": "good too"}])
    assert answer.status_code == 422
    assert "[1].message" in answer.json()["detail"]
    assert await alerts(ana) == []


async def test_one_reason_makes_one_event_however_often_it_comes(
    ana: Person, nagios: Integration, pulsar: Pulsar
) -> None:
    bodies: list[Json] = [{"text": "x"}, {"text": "y"}, {"message": {}}, {"message": {}}]
    for body in bodies:
        assert (await nagios.post(body)).status_code == 422
    reasons = await refusals(pulsar, ana)
    assert len(reasons) == len(set(reasons)) == 2


async def test_a_megabyte_is_taken_and_a_byte_more_is_not(ana: Person, nagios: Integration) -> None:
    frame = json.dumps({"message": "Disk full", "description": ""}).encode()
    largest = frame.replace(b'""', b'"' + b"x" * (1024 * 1024 - len(frame)) + b'"')
    assert (await nagios.post(content=largest)).status_code == 202
    too_large = await nagios.post(content=largest + b" ")
    assert (too_large.status_code, too_large.json()["code"]) == (413, "payload_too_large")
    assert (await token(ana, nagios))["last_error"] == too_large.json()["detail"]
    assert len(await alerts(ana)) == 1


async def chunks(many: int) -> AsyncIterator[bytes]:
    for _ in range(many):
        yield b" " * 100_000
    yield b'{"message": "Disk full"}'


async def test_the_limit_holds_for_a_body_that_does_not_say_its_length(ana: Person, nagios: Integration) -> None:
    assert (await nagios.post(content=chunks(10))).status_code == 202
    assert (await nagios.post(content=chunks(11))).status_code == 413
    assert len(await alerts(ana)) == 1


async def test_nul_and_halves_of_characters_do_not_keep_an_alert_out(ana: Person, nagios: Integration) -> None:
    body = (
        b'{"message": "Disk\\u0000 full", "alias": "a\\u0000b", "description": "\\u0000", "tags": ["\\u0000x"],'
        b' "details": {"k\\u0000": "v\\u0000"}, "source": "\\u0000", "entity": "caf\xc3\xa9 \xf0\x9f\x94\xa5"}'
    )
    assert (await nagios.post(content=body)).status_code == 202
    (alert,) = await alerts(ana)
    assert (alert["message"], alert["alias"], alert["description"]) == ("Disk full", "ab", "")
    assert (alert["tags"], alert["details"], alert["source"]) == (["x"], {"k": "v"}, "Nagios")
    assert alert["entity"] == "café 🔥"
    broken = await nagios.post(content=b'{"message": "Disk \\ud83d full"}')
    assert broken.status_code in {202, 400}


async def test_a_script_that_writes_latin_1_pages_all_the_same(ana: Person, nagios: Integration) -> None:
    assert (await nagios.post(content='{"message": "Kühlung aus"}'.encode("latin-1"))).status_code == 202
    assert [alert["message"] for alert in await alerts(ana)] == ["K\ufffdhlung aus"]


async def test_an_unknown_token_is_not_found_whatever_it_looks_like(http: httpx.AsyncClient) -> None:
    for unknown in ("0" * 64, "x", "", "é" * 64, "%00" * 64, "a" * 9000):
        answer = await http.post(f"{API}/webhook/{unknown}", json={"message": "x"})
        assert answer.status_code in {404, 405}, unknown


async def test_only_a_post_brings_an_alert_in(nagios: Integration, http: httpx.AsyncClient) -> None:
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert (await http.request(method, f"{API}/webhook/{nagios.token}")).status_code == 405


async def test_a_token_that_is_switched_off_is_refused_at_once_and_taken_again_when_on(
    ana: Person, nagios: Integration
) -> None:
    await nagios.tells(message="one")
    await ana.patch(f"/webhooks/incoming/{nagios.id}", enabled=False)
    refused = await nagios.post({"message": "two"})
    assert (refused.status_code, refused.json()["code"]) == (403, "token_disabled")
    await ana.patch(f"/webhooks/incoming/{nagios.id}", enabled=True)
    await nagios.tells(message="three")
    assert [alert["message"] for alert in await alerts(ana)] == ["three", "one"]


async def test_a_deleted_token_is_unknown_at_once(ana: Person, nagios: Integration) -> None:
    await nagios.tells(message="one")
    await ana.delete(f"/webhooks/incoming/{nagios.id}")
    gone = await nagios.post({"message": "two"})
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_token")


async def test_every_request_that_was_taken_is_counted_and_no_other(ana: Person, nagios: Integration) -> None:
    answers = await asyncio.gather(*(nagios.post({"message": f"m{i}"} if i % 3 else {}) for i in range(60)))
    taken = sum(answer.status_code == 202 for answer in answers)
    assert taken == 40
    known = await token(ana, nagios)
    assert known["request_count"] == taken
    assert known["last_used_at"]


async def test_what_the_integration_adds_is_on_its_alerts(ana: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    source = await integration(
        ana, default_priority="P2", default_tags=["db", "prod", "db"], team_id=team["id"], name="PostgreSQL"
    )
    await source.tells(message="plain")
    await source.tells(message="own", priority="P4", tags=["prod", "own"], source="pg-1")
    own, plain = await alerts(ana)
    assert (plain["priority"], plain["tags"], plain["source"]) == ("P2", ["db", "prod"], "PostgreSQL")
    assert (own["priority"], own["tags"], own["source"]) == ("P4", ["db", "prod", "own"], "pg-1")
    assert plain["assignee"] == {"type": "team", "id": team["id"], "name": "Database"}
    assert plain["integration"] == {"id": source.id, "name": "PostgreSQL"}


async def test_the_same_first_report_64_times_at_once_is_one_alert(ana: Person, nagios: Integration) -> None:
    answers = await asyncio.gather(*(nagios.post({"message": "Disk full", "alias": "disk"}) for _ in range(64)))
    assert [answer.status_code for answer in answers] == [202] * 64
    assert sorted(a.json()["alerts"][0]["result"] for a in answers) == ["created"] + ["repeated"] * 63
    (alert,) = await alerts(ana)
    assert alert["count"] == 64
    assert alert["number"] == 1


async def poison(owner: AsyncConnection, word: str) -> None:
    """Makes the database refuse any alert with this message."""
    await owner.execute(
        text(
            f"CREATE FUNCTION {word}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NEW.message = '{word}' THEN RAISE '{word}'; END IF; RETURN NEW; END $$"
        )
    )
    await owner.execute(text(f"CREATE TRIGGER {word} BEFORE INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION {word}()"))
    await owner.commit()


async def test_what_the_database_refuses_does_not_take_its_neighbours_with_it(
    ana: Person, nagios: Integration, owner: AsyncConnection
) -> None:
    await poison(owner, "poison")
    try:
        bodies: list[Any] = [{"message": f"m{i}"} for i in range(20)]
        bodies[7] = {"message": "poison"}
        answers = await asyncio.gather(*map(nagios.post, bodies))
    finally:
        await owner.execute(text("DROP FUNCTION poison() CASCADE"))
        await owner.commit()
    assert [answer.status_code for answer in answers] == [202] * 7 + [500] + [202] * 12
    assert {alert["message"] for alert in await alerts(ana)} == {f"m{i}" for i in range(20)} - {"m7"}
    assert sorted(alert["number"] for alert in await alerts(ana)) == list(range(1, 20))


async def test_a_connection_lost_half_way_is_no_success_and_the_sender_may_come_again(
    ana: Person, nagios: Integration, owner: AsyncConnection
) -> None:
    """Held at the counter's lock, which is asked for by a statement of the driver's own."""
    await owner.execute(text("SELECT * FROM counters WHERE org_id = :org FOR UPDATE"), {"org": ana.org_id})
    request = asyncio.create_task(nagios.post({"message": "Disk full", "alias": "disk"}))
    waiting = await waits_for_a_lock(owner)
    await owner.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": waiting})
    await owner.rollback()

    answer = await request
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert await alerts(ana) == []
    summary = await nagios.tells(message="Disk full", alias="disk")
    assert (await alert_of(ana, summary["alerts"][0]["id"]))["count"] == 1
