"""What do the reports say? Made-up pasts with figures that anybody can work out, and random ones beside a plain
count in Python."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pulsar.base.http import Pulsar
from tests.ladders import read, team_of
from tests.reports import Past, remember
from tests.world import Person

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SPAN = {"from": "2026-03-28", "to": "2026-03-30", "time_zone": "Europe/Berlin"}
NOTHING = {"mean_seconds": None, "median_seconds": None, "p90_seconds": None}


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


async def test_the_response_is_counted_from_an_alerts_creation_to_its_first_acknowledgement_and_close(
    pulsar: Pulsar, ana: Person
) -> None:
    pasts = [Past(NOON, minutes(1), minutes(10)), Past(NOON, minutes(3)), Past(NOON, minutes(11), minutes(30))]
    await remember(pulsar, ana, [*pasts, Past(NOON, closed=minutes(2)), Past(NOON)])
    total = (await read(ana, "/reports/response", **SPAN))["total"]
    assert (total["alerts"], total["acknowledged"], total["closed"]) == (5, 3, 3)
    assert total["acknowledgement_rate"] == 0.6
    assert total["time_to_acknowledge"] == {"mean_seconds": 300, "median_seconds": 180, "p90_seconds": 564}
    assert total["time_to_close"] == {"mean_seconds": 840, "median_seconds": 600, "p90_seconds": 1560}


async def test_an_alert_that_opens_again_keeps_its_first_acknowledgement(ana: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    first = (await read(ana, "/reports/response"))["total"]["time_to_acknowledge"]
    await ana.makes(f"/alerts/{alert['id']}/unacknowledge")
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    again = (await read(ana, "/reports/response"))["total"]
    assert again["acknowledged"] == 1
    assert again["time_to_acknowledge"] == first != NOTHING


async def test_days_are_those_of_the_asked_zone_with_the_empty_ones_and_across_a_clock_change(
    pulsar: Pulsar, ana: Person
) -> None:
    at = ["2026-03-27T22:59:59Z", "2026-03-27T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z",
          "2026-03-30T21:59:59Z", "2026-03-30T22:00:00Z"]  # fmt: skip
    await remember(pulsar, ana, [Past(datetime.fromisoformat(one)) for one in at])
    report = await read(ana, "/reports/alerts", **SPAN)
    assert [(one["label"], one["alerts"]) for one in report["items"]] == [
        ("2026-03-28", 1), ("2026-03-29", 1), ("2026-03-30", 2)]  # fmt: skip
    assert (report["start"], report["end"]) == ("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z")
    assert report["items"][0]["time_to_close"] == NOTHING
    weeks = await read(ana, "/reports/alerts", by="week", **SPAN)
    assert [(one["key"], one["alerts"]) for one in weeks["items"]] == [("2026-03-23", 2), ("2026-03-30", 2)]


async def test_alerts_by_what_they_are(pulsar: Pulsar, ana: Person) -> None:
    team = await team_of(ana)
    pasts = [Past(NOON, priority="P1", source="zabbix", team_id=team["id"]), Past(NOON), Past(NOON, source="zabbix")]
    await remember(pulsar, ana, pasts)

    async def by(what: str, **more: Any) -> list[tuple[str, int]]:
        return [
            (one["label"], one["alerts"])
            for one in (await read(ana, "/reports/alerts", by=what, **SPAN, **more))["items"]
        ]

    assert await by("priority") == [("P1", 1), ("P2", 0), ("P3", 2), ("P4", 0), ("P5", 0)]
    assert await by("source") == [("zabbix", 2), ("nagios", 1)]
    assert await by("team") == [("No team", 2), ("Database", 1)]
    assert await by("source", team_id=team["id"]) == [("zabbix", 1)]
    assert await by("source", priority=["P3", "P4"]) == [("nagios", 1), ("zabbix", 1)]
    assert await by("priority", priority="P1") == [("P1", 1)]
    assert dict(await by("hour_of_week"))["Saturday 13:00"] == 3


async def test_the_noisiest_aliases_come_first_with_what_became_of_them(pulsar: Pulsar, ana: Person) -> None:
    pasts = [Past(NOON + minutes(n), closed=minutes(1), alias="flaky", count=3) for n in range(3)]
    await remember(pulsar, ana, [*pasts, Past(NOON, minutes(1), alias="rare"), Past(NOON + minutes(9), alias="flaky")])
    found = (await read(ana, "/reports/noise", **SPAN))["items"]
    assert [(one["alias"], one["alerts"], one["occurrences"]) for one in found] == [("flaky", 4, 10), ("rare", 1, 1)]
    assert (found[0]["acknowledged"], found[0]["closed_unseen"], found[0]["latest_number"]) == (0, 3, 5)
    assert (found[0]["message"], found[1]["acknowledgement_rate"]) == ("Alarm 5", 1)
    assert len((await read(ana, "/reports/noise", limit=1, **SPAN))["items"]) == 1


async def test_nobody_sees_another_organizations_figures(pulsar: Pulsar, ana: Person, eve: Person, vic: Person) -> None:
    await remember(pulsar, ana, [Past(NOON)])
    for path in ("response", "alerts", "noise", "load", "delivery"):
        assert (await vic.get(f"/reports/{path}", **SPAN)).status_code == 200
    assert (await read(eve, "/reports/response", **SPAN))["total"]["alerts"] == 0
    for path in ("noise", "load", "delivery"):
        assert (await read(eve, f"/reports/{path}", **SPAN))["items"] == []


async def test_each_report_is_there_as_csv_and_what_came_from_outside_is_no_formula(
    pulsar: Pulsar, ana: Person
) -> None:
    await remember(pulsar, ana, [Past(NOON, minutes(1), alias='=HYPERLINK("http://evil")')])
    answer = await ana.get("/reports/noise", format="csv", **SPAN)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="pulsar-noise.csv"'
    header, line, *_ = answer.text.splitlines()
    assert header.startswith("alias,alerts,occurrences,acknowledged,acknowledgement_rate,closed_unseen,latest_id")
    assert line.startswith('"\'=HYPERLINK(""http://evil"")",1,1,1,1.0,0,')
    for path in ("response", "alerts", "load", "delivery"):
        assert (await ana.get(f"/reports/{path}", format="csv", **SPAN)).headers["content-type"].startswith("text/csv")
    days = (await ana.get("/reports/response", format="csv", **SPAN)).text.splitlines()
    assert days[0].startswith("key,alerts,acknowledged,acknowledgement_rate,closed,time_to_acknowledge_mean_seconds")
    assert days[1] == "2026-03-28,1,1,1.0,0,60.0,60.0,60.0,,,"
    by_header = await ana.http.get(
        "/api/v1/reports/response", headers={"Authorization": f"Bearer {ana.access_token}", "Accept": "text/csv"}
    )
    assert by_header.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-03-30", "to": "2026-03-28"}, "to"),
        ({"from": "2026-03-30T00:00:00Z", "to": "2026-03-30T00:00:00Z"}, "to"),
        ({"from": "1990-01-01", "to": "2026-01-01"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"to": "2026-03-30T00:00:00"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "\x00"}, "from"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused_by_name(ana: Person, asked: dict[str, str], field: str) -> None:
    answer = await ana.get("/reports/response", **asked)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


pasts = st.builds(
    Past,
    at=st.datetimes(datetime(2026, 3, 26), datetime(2026, 4, 2)).map(lambda at: at.replace(tzinfo=UTC)),
    acknowledged=st.none() | st.integers(0, 100_000).map(lambda n: timedelta(seconds=n)),
    closed=st.none() | st.integers(0, 1_000_000).map(lambda n: timedelta(seconds=n)),
    priority=st.sampled_from(["P1", "P2", "P3", "P4", "P5"]),
    source=st.sampled_from(["nagios", "zabbix", "größer"]),
    alias=st.sampled_from(["", ""]),
)


def part(values: list[float], share: float) -> float | None:
    """Of the sorted values, with a straight line between two."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return sorted(values)[low] + (place - low) * (sorted(values)[high] - sorted(values)[low])


def figures(chosen: list[Past]) -> dict[str, Any]:
    def times(spans: list[timedelta | None]) -> dict[str, Any]:
        seconds = [one.total_seconds() for one in spans if one is not None]
        mean = sum(seconds) / len(seconds) if seconds else None
        told = {"mean_seconds": mean, "median_seconds": part(seconds, 0.5), "p90_seconds": part(seconds, 0.9)}
        return {name: pytest.approx(value) if value is not None else None for name, value in told.items()}

    acknowledged = sum(one.acknowledged is not None for one in chosen)
    return {
        "alerts": len(chosen),
        "acknowledged": acknowledged,
        "acknowledgement_rate": pytest.approx(acknowledged / len(chosen)) if chosen else None,
        "closed": sum(one.closed is not None for one in chosen),
        "time_to_acknowledge": times([one.acknowledged for one in chosen]),
        "time_to_close": times([one.closed for one in chosen]),
    }


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(alerts=st.lists(pasts, max_size=30), zone=st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "UTC"]))
async def test_a_plain_count_in_python_comes_to_the_same(
    alerts: list[Past], zone: str, pulsar: Pulsar, eve: Person
) -> None:
    async with pulsar.db.in_org(eve.org_id) as tx:
        await tx.execute(text("DELETE FROM alerts"))
    await remember(pulsar, eve, alerts)
    asked = {"from": "2026-03-28", "to": "2026-03-31", "time_zone": zone}

    def local(one: Past) -> datetime:
        return one.at.astimezone(ZoneInfo(zone))

    inside = [one for one in alerts if "2026-03-28" <= str(local(one).date()) <= "2026-03-31"]
    report = await read(eve, "/reports/response", **asked)
    assert report["total"] == figures(inside)
    for line in report["items"]:
        expected = figures([one for one in inside if str(local(one).date()) == line["key"]])
        assert {name: line[name] for name in expected} == expected
    for line in (await read(eve, "/reports/alerts", by="priority", **asked))["items"]:
        expected = figures([one for one in inside if one.priority == line["key"]])
        assert {name: line[name] for name in expected} == expected
    for line in (await read(eve, "/reports/alerts", by="hour_of_week", **asked))["items"]:
        assert line["alerts"] == sum(local(one).strftime("%A %H:00") == line["label"] for one in inside)
    sources = {
        line["label"]: line["alerts"] for line in (await read(eve, "/reports/alerts", by="source", **asked))["items"]
    }
    assert sources == {
        name: n for name in {one.source for one in inside} if (n := sum(one.source == name for one in inside))
    }
