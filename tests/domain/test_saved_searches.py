"""Searches of the inbox that people save, for themselves or for everybody."""

from tests.ladders import Json
from tests.world import NOWHERE, People, Person

SEARCHES = "/alert-searches"
MINE = {"name": "Mine", "query": "assignee=me"}


async def names(person: Person) -> list[str]:
    return [one["name"] for one in (await person.has(SEARCHES))["items"]]


async def test_a_search_is_saved_changed_and_forgotten(ana: Person) -> None:
    made: Json = await ana.makes(SEARCHES, **MINE)
    assert (made["query"], made["shared"], made["user"]["name"]) == ("assignee=me", False, "Ana")
    path = f"{SEARCHES}/{made['id']}"
    changed = (await ana.patch(path, query="assignee=me&status=open", version=1)).json()
    assert (changed["name"], changed["query"], changed["version"]) == ("Mine", "assignee=me&status=open", 2)
    stale = await ana.patch(path, name="Late", version=1)
    assert (stale.status_code, stale.json()["current"]["query"]) == (409, "assignee=me&status=open")
    assert (await ana.delete(path)).status_code == 204
    assert await names(ana) == []


async def test_others_see_what_is_for_everybody_and_nothing_else(ana: Person, bo: Person, vic: Person) -> None:
    await bo.makes(SEARCHES, **MINE)
    shared = await bo.makes(SEARCHES, name="Night shift", query="priority=P1", shared=True)
    assert await names(ana) == await names(vic) == ["Night shift"]
    assert await names(bo) == ["Mine", "Night shift"]
    assert (await ana.patch(f"{SEARCHES}/{shared['id']}", name="Nights")).json()["name"] == "Nights", "an owner may"


async def test_only_who_saved_it_and_admins_change_what_everybody_has(people: People, ana: Person) -> None:
    cy = await people.colleague(ana, "Cy", "member")
    shared = await ana.makes(SEARCHES, name="Night shift", query="priority=P1", shared=True)
    own = await ana.makes(SEARCHES, **MINE)
    refused = await cy.patch(f"{SEARCHES}/{shared['id']}", query="")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    assert (await cy.delete(f"{SEARCHES}/{own['id']}")).status_code == 404, "one that they do not see"
    assert (await cy.delete(f"{SEARCHES}/{NOWHERE}")).status_code == 404


async def test_a_name_is_taken_by_ones_own_search_only(ana: Person, bo: Person) -> None:
    await ana.makes(SEARCHES, **MINE)
    taken = await ana.post(SEARCHES, **MINE | {"name": "MINE"})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "name")
    await bo.makes(SEARCHES, **MINE)


async def test_the_stream_does_not_say_what_somebody_looks_for(ana: Person) -> None:
    made = await ana.makes(SEARCHES, **MINE)
    await ana.patch(f"{SEARCHES}/{made['id']}", query="q=salary", shared=True)
    await ana.delete(f"{SEARCHES}/{made['id']}")
    told = (await ana.has("/audit", subject_id=made["id"]))["items"]
    assert [one["type"] for one in told] == [f"saved_search.{verb}" for verb in ("deleted", "updated", "created")]
    assert "salary" not in str(told)
    assert "assignee" not in str(told)


async def test_another_organization_sees_none(ana: Person, eve: Person) -> None:
    made = await ana.makes(SEARCHES, **MINE | {"shared": True})
    assert await names(eve) == []
    assert (await eve.patch(f"{SEARCHES}/{made['id']}", name="Hers")).status_code == 404
