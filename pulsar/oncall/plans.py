"""How do people write what a rotation does, and what of it makes no sense?

The API and the console speak of dates, times of day and days of the week; rules.py of a plan. `fields_of` and `plan_of`
go from one to the other, so an edit is the fields of the plan before with those that were sent in their place.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import Field, StringConstraints, model_validator

from pulsar.base.errors import Invalid
from pulsar.base.http import Body, Name
from pulsar.oncall.changes import Effective
from pulsar.oncall.rules import Plan, Turns, Unit, Window
from pulsar.oncall.spans import Day

RotationType = Literal["daily", "weekly", "custom"]

MOST_PARTICIPANTS = 200
MOST_RESTRICTIONS = 50
LONGEST_TURN = timedelta(days=366)
END_OF_DAY = "24:00"

_UNITS: dict[str, Unit] = {"daily": "days", "weekly": "weeks"}
_TYPES: dict[Unit, RotationType] = {"hours": "custom", "days": "daily", "weeks": "weekly"}


Zone = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Weekday = Annotated[int, Field(ge=1, le=7, description="1 is Monday, 7 is Sunday.")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
TimeOrMidnight = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Length = Annotated[int, Field(ge=1, le=366 * 24)]
Participants = Annotated[list[UUID | None], Field(max_length=MOST_PARTICIPANTS)]


class Restriction(Body):
    """From `start` to `end`, past midnight if that is earlier, beginning on each of these days; on every day if none
    is given."""

    days: list[Weekday] = Field(default_factory=list, max_length=7)
    start: TimeOfDay
    end: TimeOrMidnight

    @model_validator(mode="after")
    def _has_a_length(self) -> "Restriction":
        if self.start == self.end:
            raise ValueError("start and end are the same: the window has no length; a whole day is 00:00 to 24:00")
        return self


Restrictions = Annotated[list[Restriction], Field(max_length=MOST_RESTRICTIONS)]


class NewRotation(Body):
    name: Name
    rotation_type: RotationType = "weekly"
    length: Length = Field(1, description="How many days, weeks or units a turn has.")
    unit: Unit | None = Field(None, description="Of a custom rotation; days if nothing is said.")
    starts_on: Day | None = Field(None, description="Today, in the schedule's time zone, if nothing is said.")
    handoff_time: TimeOfDay = "09:00"
    handoff_day: Weekday | None = Field(
        None, description="Of one that counts weeks; to it the first turn is shortened."
    )
    ends_on: Day | None = Field(None, description="It ends at the handoff time of this day.")
    restrictions: Restrictions = Field(default_factory=list)
    turns: Turns = "calendar"
    participants: Participants = Field(default_factory=list, description="In their order; null is nobody.")


class PlanChange(Body):
    """Only what is sent is changed."""

    name: Name = ""
    rotation_type: RotationType = "weekly"
    length: Length = 1
    unit: Unit | None = None
    starts_on: Day = date(2000, 1, 1)
    handoff_time: TimeOfDay = "09:00"
    handoff_day: Weekday | None = None
    ends_on: Day | None = None
    restrictions: Restrictions = Field(default_factory=list)
    turns: Turns = "calendar"
    participants: Participants = Field(default_factory=list)


class RotationChange(PlanChange):
    position: Annotated[int, Field(ge=0, le=1000)] = 0
    effective: Effective = "now"
    version: int | None = None


def known_zone(name: str) -> str:
    if name not in _zones():
        raise Invalid(
            f"There is no time zone {name!r}; take one of the IANA names, such as Europe/Berlin.", field="time_zone"
        )
    return name


@lru_cache
def _zones() -> frozenset[str]:
    # What a machine has beside them is no zone for others.
    return frozenset(available_timezones() - {"Factory", "localtime"})


def unit_of(kind: RotationType, unit: Unit | None) -> Unit:
    if kind == "custom":
        return unit or "days"
    if unit not in (None, _UNITS[kind]):
        raise Invalid(f"A {kind} rotation counts {_UNITS[kind]}; for another unit make it a custom one.", field="unit")
    return _UNITS[kind]


def type_of(last_written: str, plan: Plan) -> RotationType:
    """As it was put, as long as the plan can be put so."""
    return "custom" if last_written == "custom" else _TYPES[plan.unit]


def fields_of(plan: Plan) -> dict[str, Any]:
    return {
        "unit": plan.unit,
        "length": plan.length,
        "starts_on": plan.starts.date(),
        "handoff_time": _written(plan.starts.time()),
        "handoff_day": plan.handoff_day,
        "ends_on": plan.ends.date() if plan.ends else None,
        "restrictions": [_restriction(window) for window in plan.windows],
        "turns": plan.turns,
        "participants": list(plan.participants),
    }


def plan_of(fields: Mapping[str, Any], zone: str) -> Plan:
    """Raises Invalid, with the field at fault."""
    handoff = _read(fields["handoff_time"])
    plan = Plan(
        zone=zone,
        unit=fields["unit"],
        length=fields["length"],
        starts=datetime.combine(fields["starts_on"], handoff),
        ends=datetime.combine(fields["ends_on"], handoff) if fields["ends_on"] else None,
        handoff_day=fields["handoff_day"],
        windows=tuple(_window(restriction) for restriction in fields["restrictions"]),
        participants=tuple(fields["participants"]),
        turns=fields["turns"],
    )
    if plan.step > LONGEST_TURN:
        raise Invalid("A turn is at most 366 days long.", field="length")
    if plan.handoff_day and plan.unit != "weeks":
        raise Invalid("Only a rotation that counts weeks has a day on which it hands over.", field="handoff_day")
    if plan.ends and plan.ends <= plan.starts:
        raise Invalid("A rotation ends after it starts.", field="ends_on")
    return plan


def _window(restriction: Mapping[str, Any]) -> Window:
    end = restriction["end"]
    return Window(
        frozenset(restriction.get("days", ())), _read(restriction["start"]), None if end == END_OF_DAY else _read(end)
    )


def _restriction(window: Window) -> dict[str, Any]:
    end = _written(window.end) if window.end else END_OF_DAY
    return {"days": sorted(window.days), "start": _written(window.start), "end": end}


def _read(at: str) -> time:
    return time.fromisoformat(at)


def _written(at: time) -> str:
    return at.isoformat("minutes")
