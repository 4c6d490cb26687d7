"""How do components stand taken together, and what happened on which day? No I/O, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

HISTORY = timedelta(days=90)


class ComponentState(StrEnum):
    """From best to worst; maintenance is meant, so it is not bad."""

    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"


WORDS = {
    "operational": "Operational",
    "maintenance": "Under maintenance",
    "degraded": "Degraded performance",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
}
_OVERALL = {
    "operational": "All systems operational",
    "maintenance": "Maintenance under way",
    "degraded": "Degraded performance",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
}


@dataclass(frozen=True)
class Told:
    status: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Notice:
    """What the public reads of an incident: newest update first."""

    id: str
    title: str
    status: str
    began_at: datetime
    updates: tuple[Told, ...]

    @property
    def over(self) -> bool:
        return self.status == "resolved"

    @property
    def changed_at(self) -> datetime:
        return self.updates[0].at if self.updates else self.began_at


@dataclass(frozen=True)
class Component:
    name: str
    description: str
    group: str
    state: str


def overall(states: Iterable[str], burning: bool) -> tuple[str, str]:
    """The worst state, and how that is said. While something is told of, not everything is well."""
    order = list(ComponentState)
    worst = max(states, key=lambda state: order.index(ComponentState(state)), default="operational")
    said = "An incident is being worked on" if burning and worst == "operational" else _OVERALL[worst]
    return worst, said


def grouped(components: Sequence[Component]) -> list[tuple[str, list[Component]]]:
    """In their order; a group stands where its first component does."""
    groups: dict[str, list[Component]] = {}
    for one in components:
        groups.setdefault(one.group, []).append(one)
    return list(groups.items())


@dataclass(frozen=True)
class Days:
    """One day with what began on it; or several, on which nothing did."""

    first: date
    last: date
    notices: tuple[Notice, ...]


def by_day(notices: Iterable[Notice], now: datetime) -> list[Days]:
    """Of the past 90 days, the newest first, in UTC; quiet days in a row are one."""
    began: dict[date, list[Notice]] = {}
    for one in notices:
        began.setdefault(one.began_at.date(), []).append(one)
    found: list[Days] = []
    for back in range(HISTORY.days):
        day = now.date() - timedelta(days=back)
        own = tuple(began.get(day, ()))
        if found and not own and not found[-1].notices:
            found[-1] = Days(day, found[-1].last, ())
        else:
            found.append(Days(day, day, own))
    return found
