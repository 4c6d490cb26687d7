"""What follows from an incident's status, and what an edit comes to on the timeline."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulsar.incidents.rules import IncidentStatus, Milestones, Severity, severity_of, told_apart

BEGIN = datetime(2026, 11, 24, 22, tzinfo=UTC)
walks = st.lists(st.sampled_from(list(IncidentStatus)), min_size=1, max_size=12)


def walked(walk: list[IncidentStatus]) -> list[Milestones]:
    found = [Milestones(BEGIN)]
    for minutes, status in enumerate(walk):
        found.append(found[-1].at_status(status, BEGIN + timedelta(minutes=minutes)))
    return found


@given(walks)
def test_it_has_an_end_exactly_while_it_is_resolved(walk: list[IncidentStatus]) -> None:
    for status, reached in zip(walk, walked(walk)[1:], strict=True):
        assert (reached.resolved_at is not None) == (status is IncidentStatus.RESOLVED)


@given(walks)
def test_what_was_once_calm_was_first_calm_at_that_time_for_ever(walk: list[IncidentStatus]) -> None:
    calm = [i for i, status in enumerate(walk) if status in {IncidentStatus.MONITORING, IncidentStatus.RESOLVED}]
    expected = BEGIN + timedelta(minutes=calm[0]) if calm else None
    assert walked(walk)[-1].mitigated_at == expected


@given(walks)
def test_an_end_is_the_beginning_of_the_last_stretch_of_being_resolved(walk: list[IncidentStatus]) -> None:
    last = walked(walk)[-1]
    if last.resolved_at:
        place = len(walk) - 1
        while place and walk[place - 1] is IncidentStatus.RESOLVED:
            place -= 1
        assert last.resolved_at == BEGIN + timedelta(minutes=place)


def test_nothing_took_less_than_no_time() -> None:
    later = Milestones(BEGIN + timedelta(hours=1), acknowledged_at=BEGIN)
    assert later.took_until(later.acknowledged_at) == timedelta()
    assert later.took_until(None) is None


fields = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from([status.value for status in IncidentStatus]),
        "severity": st.sampled_from([severity.value for severity in Severity]),
        "title": st.sampled_from("ab"),
        "team_id": st.sampled_from([None, 1]),
    },
)
WHOLE: dict[str, Any] = {"status": "investigating", "severity": "medium", "title": "a", "team_id": None}


@given(fields)
def test_every_field_that_changed_is_on_one_line_and_no_other_is(after: dict[str, Any]) -> None:
    lines = told_apart(WHOLE, after)
    named = [field for _, fields in lines for field in fields]
    assert sorted(named) == sorted(field for field in after if after[field] != WHOLE[field])
    assert len({kind for kind, _ in lines}) == len(lines)


def test_the_kind_of_line_says_where_the_status_went() -> None:
    def kind(before: str, after: str) -> str:
        return told_apart({"status": before}, {"status": after})[0][0]

    assert kind("investigating", "monitoring") == "status_changed"
    assert kind("monitoring", "resolved") == "resolved"
    assert kind("resolved", "identified") == "reopened"


def test_an_alerts_priority_says_how_severe_its_incident_is() -> None:
    assert [severity_of(f"P{i}").value for i in range(1, 6)] == ["critical", "high", "medium", "low", "low"]
