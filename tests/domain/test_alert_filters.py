"""Which alerts? Every filter of the inbox, and what a person may type into its search."""

from datetime import datetime, timedelta
from typing import Any

from tests.ladders import integration, read, team_of
from tests.world import Person


async def found(person: Person, **filters: Any) -> set[str]:
    """The messages of the alerts that pass."""
    page = await read(person, "/alerts", page_size=100, **filters)
    assert page["total"] == len(page["items"])
    return {alert["message"] for alert in page["items"]}


async def test_filters_by_what_an_alert_is_and_all_of_them_together(ana: Person, bo: Person) -> None:
    team = await team_of(ana)
    await ana.makes("/alerts", message="one", priority="P1", tags=["db", "prod"], source="pg", entity="db-1")
    await ana.makes(
        "/alerts", message="two", priority="P2", tags=["db"], alias="second", assigned_to_user_id=str(bo.id)
    )
    three = await ana.makes("/alerts", message="three", priority="P1", tags=["web"], assigned_to_team_id=team["id"])
    await ana.makes(f"/alerts/{three['id']}/close")
    assert await found(ana) == {"one", "two", "three"}
    assert await found(ana, status="open") == {"one", "two"}
    assert await found(ana, status=["open", "closed"]) == {"one", "two", "three"}
    assert await found(ana, status="snoozed") == set()
    assert await found(ana, priority="P1") == {"one", "three"}
    assert await found(ana, priority=["P1", "P2"], status="open") == {"one", "two"}
    assert await found(ana, tag="db") == {"one", "two"}
    assert await found(ana, tag=["db", "prod"]) == {"one"}
    assert await found(ana, source="pg") == {"one"}
    assert await found(ana, source="Ana") == {"two", "three"}
    assert await found(ana, alias="second") == {"two"}
    assert await found(ana, assigned_to_user_id=str(bo.id)) == {"two"}
    assert await found(ana, assigned_to_team_id=team["id"]) == {"three"}
    assert await found(ana, priority="P1", tag="db", status="open", source="pg", search="one") == {"one"}
    assert await found(ana, priority="P1", tag="db", status="closed") == set()
    assert (await ana.get("/alerts", status="broken")).status_code == 422
    assert (await ana.get("/alerts", priority="P9")).status_code == 422


async def test_filters_by_integration_and_by_time(ana: Person) -> None:
    nagios, zabbix = await integration(ana), await integration(ana, name="Zabbix")
    await nagios.tells(message="one")
    await zabbix.tells(message="two")
    assert await found(ana, integration_id=zabbix.id) == {"two"}
    newest = (await read(ana, "/alerts"))["items"][0]
    at = newest["created_at"]
    assert await found(ana, created_after=at) == {"two"}
    assert await found(ana, created_before=at) == {"one"}
    long_ago = (datetime.fromisoformat(at) - timedelta(days=1)).isoformat()
    assert await found(ana, created_after=long_ago) == {"one", "two"}
    assert await found(ana, created_before=long_ago) == set()


async def test_a_time_without_a_zone_is_no_reason_to_break(ana: Person) -> None:
    assert (await ana.get("/alerts", created_after="2026-01-01T00:00:00")).status_code in {200, 422}
    assert (await ana.get("/alerts", created_after="yesterday")).status_code == 422


FINDS = ["disk", "DISK", "dis", "full disk", "ful dis", "db-1", "db-1.example.com", "db-1.exa", "prometheus", "E4711",
         "disk & full", "disk:*", "'disk'", "(disk", "disk)", "!disk", "disk | full", "disk <-> full", "*disk*",
         "\\disk", "#1", "1", "/var/log", "var/log", "log, error", "space_left"]  # fmt: skip
FINDS_NOTHING = ["isk", "disk memory", "full-disk", "#3", "3", "nothing"]
ODD = ["'", "''", "\\", ":", "&", "|", "!", "(", "<->", "*", "@@@", "%", "_", "\x00", "é", "#", "#99999999999999999",
       "9" * 30, "x" * 500, "x" * 501, "a:b:c'd\\e", "--", "$1", "\u2028", "٣", "🔥"]  # fmt: skip


async def test_a_search_finds_words_and_their_beginnings_whatever_stands_around_them(ana: Person) -> None:
    await ana.makes(
        "/alerts",
        message="Disk full on db-1.example.com",
        description="No space left in /var/log, error E4711",
        source="prometheus",
    )
    await ana.makes("/alerts", message="Certificate expires")
    for typed in FINDS:
        assert await found(ana, search=typed) == {"Disk full on db-1.example.com"}, typed
    for typed in FINDS_NOTHING:
        assert await found(ana, search=typed) == set(), typed


async def test_nothing_that_a_person_types_breaks_the_search(ana: Person) -> None:
    await ana.makes("/alerts", message="Disk full")
    for typed in ODD:
        assert (await ana.get("/alerts", search=typed)).status_code in {200, 422}, typed


async def test_a_number_finds_the_alert_with_it_and_what_speaks_of_it(ana: Person) -> None:
    await ana.makes("/alerts", message="Disk full")
    await ana.makes("/alerts", message="HTTP 500 from the shop")
    assert await found(ana, search="#1") == {"Disk full"}
    assert await found(ana, search="500") == {"HTTP 500 from the shop"}
    assert await found(ana, search="#500") == set()


async def test_a_search_stays_in_its_organization(ana: Person, eve: Person) -> None:
    await eve.makes("/alerts", message="Disk full at Eve's")
    assert await found(ana, search="disk") == set()
    assert await found(ana, search="#1") == set()


async def test_what_is_blank_is_no_search(ana: Person) -> None:
    await ana.makes("/alerts", message="Disk full")
    assert await found(ana, search="") == await found(ana, search="  ") == {"Disk full"}


async def test_the_counts_are_of_each_status_those_with_none_too(ana: Person, eve: Person) -> None:
    await eve.makes("/alerts", message="hers")
    none = {"P1": 0, "P2": 0, "P3": 0, "P4": 0, "P5": 0}
    empty = {"open": 0, "acknowledged": 0, "snoozed": 0, "closed": 0, "open_by_priority": none}
    assert await read(ana, "/alerts/counts") == empty
    for verb in ("acknowledge", "close", "close", None):
        alert = await ana.makes("/alerts", message="x", priority="P2")
        if verb:
            await ana.makes(f"/alerts/{alert['id']}/{verb}")
    counted = {"open": 1, "acknowledged": 1, "closed": 2, "open_by_priority": none | {"P2": 1}}
    assert await read(ana, "/alerts/counts") == empty | counted
