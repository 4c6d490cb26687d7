"""Which incidents? Every filter of the list, what people type into its search, and the list's pages."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.domain.test_incidents import incident
from tests.ladders import read, team_of
from tests.world import Person


async def found(person: Person, **filters: Any) -> set[str]:
    page = await read(person, "/incidents", page_size=100, **filters)
    assert page["total"] == len(page["items"])
    return {one["title"] for one in page["items"]}


async def test_filters_by_what_an_incident_is_and_all_of_them_together(ana: Person, bo: Person) -> None:
    team = await team_of(ana)
    on_it = [{"user_id": str(bo.id)}]
    await incident(ana, "one", severity="critical", priority="P1", responders=on_it)
    await incident(ana, "two", severity="high", status="monitoring", team_id=team["id"])
    await incident(ana, "three", severity="critical", status="resolved", started_at="2026-01-01T00:00:00Z")
    assert await found(ana) == {"one", "two", "three"}
    assert await found(ana, severity="critical") == {"one", "three"}
    assert await found(ana, severity=["critical", "high"], status=["monitoring", "investigating"]) == {"one", "two"}
    assert await found(ana, status="resolved") == {"three"}
    assert await found(ana, priority="P1") == {"one"}
    assert await found(ana, team_id=team["id"]) == {"two"}
    assert await found(ana, responder_id=str(bo.id)) == {"one"}
    assert await found(ana, started_before="2026-02-01T00:00:00Z") == {"three"}
    assert await found(ana, started_after="2026-02-01T00:00:00Z") == {"one", "two"}
    assert await found(ana, severity="critical", status="resolved", search="three") == {"three"}
    for wrong in ({"status": "closed"}, {"severity": "awful"}, {"team_id": "x"}):
        assert (await ana.get("/incidents", **wrong)).status_code == 422


async def test_search_finds_words_and_their_beginnings_in_title_and_description(ana: Person, eve: Person) -> None:
    await incident(ana, "Checkout is down", description="Since the deploy of pay-api.example.org")
    await incident(ana, "Mail is slow")
    await incident(eve, "Checkout is down elsewhere")
    assert await found(ana, search="check") == {"Checkout is down"}
    assert await found(ana, search="DOWN checkout") == {"Checkout is down"}
    assert await found(ana, search="pay-api.exam") == {"Checkout is down"}
    assert await found(ana, search="#2") == await found(ana, search="2") == {"Mail is slow"}
    assert await found(ana, search="checkout mail") == set()
    for typed in ("'", "&", "!:*()", "a | b", "'; DROP TABLE incidents; --", "%", "\\"):
        assert (await ana.get("/incidents", search=typed)).status_code == 200, typed


async def test_pages_come_newest_first_and_a_cursor_skips_nothing(ana: Person) -> None:
    titles = [f"Incident {i}" for i in range(5)]
    for title in titles:
        await incident(ana, title)
    first = await ana.has("/incidents", page_size=2)
    await incident(ana, "Newer")
    second = await ana.has("/incidents", page_size=2, cursor=first["next_cursor"])
    assert [one["title"] for one in first["items"] + second["items"]] == list(reversed(titles))[:4]
    assert (await ana.get("/incidents", cursor="broken")).status_code == 422


MANY = """
INSERT INTO incidents (org_id, id, number, title, description, severity, status, priority, started_at, version,
                       created_at, updated_at)
SELECT :org, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n, 'Mail ' || n, '', 'low', 'identified',
       'P3', now(), 1, now(), now()
FROM generate_series(1, 5000) AS n
"""


async def test_search_uses_its_index_when_there_are_many_and_stops_early_for_what_is_frequent(
    ana: Person, owner: AsyncConnection
) -> None:
    await owner.execute(text(MANY), {"org": ana.org_id})
    await owner.commit()
    await owner.execute(text("ANALYZE incidents"))
    # A table so small may be read whole; what is asked is whether the index can be used.
    await owner.execute(text("SET LOCAL enable_seqscan = off"))
    query = "SELECT id FROM incidents WHERE org_id = :org AND search @@ to_tsquery('simple', 'checkout:*')"
    plan = "\n".join((await owner.scalars(text(f"EXPLAIN {query}"), {"org": ana.org_id})).all())
    await owner.rollback()
    assert "ix_incidents_search" in plan
    first = await ana.has("/incidents", search="mail", page_size=2)
    assert [one["number"] for one in first["items"]] == [5000, 4999]
    assert (first["total"], first["total_is_exact"]) == (1000, False)
    second = await ana.has("/incidents", search="mail", page_size=2, cursor=first["next_cursor"])
    assert [one["number"] for one in second["items"]] == [4998, 4997]
    rare = await ana.has("/incidents", search="17")
    assert [one["number"] for one in rare["items"]] == [1799 - n for n in range(20)]
    assert (rare["total"], rare["total_is_exact"]) == (1 + 10 + 100, True)
