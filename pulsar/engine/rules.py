"""Does paging work? What the tables say of the workers, and what is wrong with that. No I/O, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Each leaves its part a few missed turns, and together with the turn itself stays below a minute.
SWEPT_WITHIN = timedelta(seconds=30)
AUDITED_WITHIN = timedelta(seconds=50)
LATE_AFTER_SECONDS = 30.0


@dataclass(frozen=True)
class Picture:
    """Of the workers that were heard of lately: how many, when one of them last looked for what is late and for what is
    stuck; and by how much the oldest step or message is late."""

    database: bool
    workers: int = 0
    swept_at: datetime | None = None
    audited_at: datetime | None = None
    overdue_seconds: float = 0.0


def troubles(picture: Picture, now: datetime) -> list[str]:
    """Nothing, when alerts are paged, and in time."""
    if not picture.database:
        return ["The database does not answer."]
    if not picture.workers:
        return ["No worker is running: nobody is paged."]
    found = []
    if _before(picture.swept_at, now - SWEPT_WITHIN):
        found.append("No worker looks for what is late.")
    if _before(picture.audited_at, now - AUDITED_WITHIN):
        found.append("No worker looks for what is stuck.")
    if picture.overdue_seconds > LATE_AFTER_SECONDS:
        found.append(f"Steps or messages are late by {picture.overdue_seconds:.0f} seconds.")
    return found


def _before(at: datetime | None, last: datetime) -> bool:
    return at is None or at < last
