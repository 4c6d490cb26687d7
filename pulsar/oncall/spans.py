"""Which instants may a request ask about? Those within reach of calendars, and spans that are not endless."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime

from pulsar.base import clock
from pulsar.base.errors import Invalid
from pulsar.oncall.rules import Schedule
from pulsar.oncall.size import MOST_SHIFTS, shifts_at_most

LONGEST_SPAN = timedelta(days=400)
_USUAL_SPAN = timedelta(weeks=4)
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def _within_reach(at: Any) -> Any:
    """Far from where the program's own calendar ends."""
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(f"should be in a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Day = Annotated[date, AfterValidator(_within_reach)]
At = Annotated[Instant | None, Query(description="Now, if nothing is said.")]


@dataclass(frozen=True)
class Span:
    start: datetime
    end: datetime

    @classmethod
    def checked(cls, start: datetime, end: datetime) -> Self:
        if end <= start:
            raise Invalid("A span ends after it starts.", field="to")
        if end - start > LONGEST_SPAN:
            raise Invalid(f"Ask for {LONGEST_SPAN.days} days at most.", field="to")
        return cls(start, end)

    @classmethod
    def from_query(
        cls,
        from_: Annotated[Instant | None, Query(alias="from", description="Now, if nothing is said.")] = None,
        to: Annotated[Instant | None, Query(description="Four weeks after `from`, if nothing is said.")] = None,
    ) -> Self:
        start = from_ or clock.now()
        return cls.checked(start, to or start + _USUAL_SPAN)


def expect_few(schedules: Iterable[Schedule], span: Span, most: int = MOST_SHIFTS) -> None:
    if shifts_at_most(schedules, span.start, span.end) > most:
        raise Invalid("These would be too many shifts for one answer: ask for a shorter span.", field="to")


Between = Annotated[Span, Depends(Span.from_query)]
