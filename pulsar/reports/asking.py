"""What is asked of a report? Its span by the clock of a zone, the team, the priorities, and the form of the answer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import Depends, Header, Query
from pydantic import TypeAdapter, ValidationError

from pulsar.alerts.rules import Priority
from pulsar.base import clock
from pulsar.base.errors import Invalid
from pulsar.oncall.spans import Instant
from pulsar.oncall.wallclock import wall_of
from pulsar.reports.rules import A_DAY, day_begins

LONGEST = timedelta(days=3660)
_USUAL = timedelta(days=29)
_FIRST_YEAR, _LAST_YEAR = 1971, 2199
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_ZONES = available_timezones()

Priorities = Annotated[list[Priority] | None, Query(description="Any of these.")]


@dataclass(frozen=True)
class Question:
    start: datetime
    end: datetime
    zone: str
    team_id: UUID | None
    priorities: tuple[str, ...]

    @classmethod
    def from_query(
        cls,
        from_: Annotated[
            str | None,
            Query(alias="from", description="A day in the zone, or an instant. 29 days before today, if not said."),
        ] = None,
        to: Annotated[
            str | None,
            Query(description="A day, which is included whole, or an instant, which is not. Today, if not said."),
        ] = None,
        time_zone: Annotated[str, Query(max_length=64, description="An IANA name, such as Europe/Berlin.")] = "UTC",
        team_id: Annotated[UUID | None, Query(description="Alerts assigned to this team.")] = None,
        priority: Priorities = None,
    ) -> Self:
        if time_zone not in _ZONES:
            raise Invalid("There is no such time zone.", field="time_zone")
        today = wall_of(clock.now(), time_zone).date()
        start = _instant("from", from_, today - _USUAL, time_zone, timedelta())
        end = _instant("to", to, today, time_zone, A_DAY)
        if end <= start:
            raise Invalid("A report ends after it begins.", field="to")
        if end - start > LONGEST:
            raise Invalid("Ask for ten years at most.", field="to")
        return cls(start, end, time_zone, team_id, tuple(priority or ()))

    @property
    def values(self) -> tuple[Any, ...]:
        """The first parameters of every query: $1 to $4. What is not asked for is null."""
        return self.start, self.end, self.team_id, list(self.priorities) or None


def _instant(field: str, text: str | None, otherwise: date, zone: str, more: timedelta) -> datetime:
    day = otherwise if text is None else _day(text)
    if day is None:
        try:
            return _INSTANT.validate_python(text).astimezone(UTC)
        except (ValidationError, OverflowError):
            raise Invalid(
                "This is neither a day (2026-11-30) nor an instant (2026-11-30T08:00:00Z).", field=field
            ) from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise Invalid(f"Ask about years from {_FIRST_YEAR} to {_LAST_YEAR}.", field=field)
    return day_begins(day + more, zone)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _as_csv(
    wanted: Annotated[
        Literal["json", "csv"] | None, Query(alias="format", description="`csv`, or ask by the Accept header.")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> bool:
    return wanted == "csv" or (not wanted and accept.partition(",")[0].partition(";")[0].strip() == "text/csv")


Asked = Annotated[Question, Depends(Question.from_query)]
AsCsv = Annotated[bool, Depends(_as_csv)]
