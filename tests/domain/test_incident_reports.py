"""How fast do people deal with incidents? Made-up pasts, with figures that anybody can work out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from pulsar.base.http import Pulsar
from pulsar.incidents.model import Incident
from tests.domain.test_incidents import incident
from tests.ladders import read, team_of
from tests.world import Person

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SPAN = {"from": "2026-03-28", "to": "2026-03-30", "time_zone": "Europe/Berlin"}
NOTHING = {"mean_seconds": None, "median_seconds": None, "p90_seconds": None}


async def past(
    pulsar: Pulsar, person: Person, *, at: datetime = NOON, after: tuple[int | None, ...] = (), **asked: Any
) -> dict[str, Any]:
    """After so many minutes somebody was on it, it stopped hurting, it was over."""
    made = await incident(person, "Checkout is down", **asked)
    acknowledged, mitigated, resolved = [
        at + timedelta(minutes=one) if one is not None else None for one in (*after, None, None, None)[:3]
    ]
    values = {"acknowledged_at": acknowledged, "mitigated_at": mitigated, "resolved_at": resolved}
    status = "resolved" if resolved else "investigating"
    async with pulsar.db.in_org(person.org_id) as tx:
        await tx.execute(
            update(Incident).where(Incident.id == made["id"]).values(started_at=at, status=status, **values)
        )
    return made


async def test_times_are_counted_from_the_beginning_by_severity_with_the_total(pulsar: Pulsar, ana: Person) -> None:
    await past(pulsar, ana, severity="critical", after=(1, 10, 30))
    await past(pulsar, ana, severity="critical", after=(3, 20))
    await past(pulsar, ana, severity="low", after=(11, None, 60))
    await past(pulsar, ana, severity="low", at=NOON - timedelta(days=2), after=(1, 1, 1))
    report = await read(ana, "/reports/incidents", **SPAN)
    total = report["total"]
    assert [total[one] for one in ("incidents", "acknowledged", "mitigated", "resolved")] == [3, 3, 2, 2]
    assert total["time_to_acknowledge"] == {"mean_seconds": 300, "median_seconds": 180, "p90_seconds": 564}
    assert total["time_to_mitigate"]["mean_seconds"] == 900
    assert total["time_to_resolve"]["median_seconds"] == 2700
    assert [(one["key"], one["incidents"]) for one in report["items"]] == [
        ("critical", 2), ("high", 0), ("medium", 0), ("low", 1)]  # fmt: skip
    assert report["items"][0]["time_to_resolve"]["median_seconds"] == 1800
    assert report["items"][1]["time_to_acknowledge"] == NOTHING


async def test_by_team_and_day_and_narrowed_by_what_is_asked(pulsar: Pulsar, ana: Person) -> None:
    team = await team_of(ana)
    await past(pulsar, ana, team_id=team["id"], priority="P1")
    await past(pulsar, ana)
    await past(pulsar, ana, at=NOON + timedelta(days=2))
    by_team = await read(ana, "/reports/incidents", by="team", **SPAN)
    assert [(one["label"], one["incidents"]) for one in by_team["items"]] == [("No team", 2), ("Database", 1)]
    assert by_team["total"]["incidents"] == 3
    days = await read(ana, "/reports/incidents", by="day", **SPAN)
    assert [(one["key"], one["incidents"]) for one in days["items"]] == [
        ("2026-03-28", 2), ("2026-03-29", 0), ("2026-03-30", 1)]  # fmt: skip
    for narrower in ({"team_id": team["id"]}, {"priority": "P1"}):
        assert (await read(ana, "/reports/incidents", **SPAN, **narrower))["total"]["incidents"] == 1


async def test_a_merged_duplicate_is_not_counted_and_a_later_beginning_makes_no_time_negative(
    pulsar: Pulsar, ana: Person
) -> None:
    kept = await past(pulsar, ana, after=(-5, 0, 10))
    duplicate = await past(pulsar, ana)
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(update(Incident).where(Incident.id == duplicate["id"]).values(merged_into_id=kept["id"]))
    total = (await read(ana, "/reports/incidents", **SPAN))["total"]
    assert (total["incidents"], total["time_to_acknowledge"]["mean_seconds"]) == (1, 0)


async def test_as_csv_and_only_of_the_own_organization(pulsar: Pulsar, ana: Person, vic: Person, eve: Person) -> None:
    await past(pulsar, ana, severity="high", after=(1,))
    header, _, line, *_ = (await vic.get("/reports/incidents", format="csv", **SPAN)).text.splitlines()
    assert header.startswith("key,label,incidents,acknowledged,mitigated,resolved,time_to_acknowledge_mean_seconds")
    assert line == "high,high,1,1,0,0,60.0,60.0,60.0,,,,,,"
    assert (await read(eve, "/reports/incidents", **SPAN))["total"]["incidents"] == 0
