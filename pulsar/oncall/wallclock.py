"""At which instant does the clock on the wall show this time? Pure; zones by name, from the IANA database.

A `wall` is a naive datetime: what the clock shows. A time that the clock jumps over stands for the first instant after
the jump; a time that it shows twice, for the first of them. So a later wall time is never an earlier instant.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=4096)  # a turn's end is the next one's beginning
def instant_of(wall: datetime, zone: str) -> datetime:
    """In UTC. Raises ZoneInfoNotFoundError for a zone that there is not."""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    instant = local.astimezone(UTC)
    # Of two times in one zone Python compares what the clock shows.
    return instant if instant.astimezone(local.tzinfo) == local else _end_of_jump(local)


def _end_of_jump(skipped: datetime) -> datetime:
    """When the clock jumped over this time. Read with fold 1, it lies before that instant, with fold 0 at or after it
    (PEP 495); the instant itself is found by halving, to the second in which all jumps lie."""
    before = skipped.replace(fold=1, microsecond=0).astimezone(UTC)
    after = skipped.replace(microsecond=0).astimezone(UTC)
    offset = skipped.replace(fold=1).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(skipped.tzinfo).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def wall_of(instant: datetime, zone: str) -> datetime:
    """What the clock shows at this instant; not whether for the first time."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
