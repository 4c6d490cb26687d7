"""How does a heartbeat stand, and what does its lateness come to? No I/O, no clock."""

from datetime import datetime, timedelta
from typing import Literal

SHORTEST, LONGEST = timedelta(seconds=5), timedelta(days=90)
MOST_GRACE = timedelta(days=7)
MOST_KEPT = 40

Standing = Literal["off", "waiting", "alive", "late"]
Turn = Literal["late", "returned"]


def due_after(ping: datetime, interval: timedelta, grace: timedelta) -> datetime:
    return ping + interval + grace


def standing(enabled: bool, due_at: datetime | None, now: datetime) -> Standing:
    if not enabled:
        return "off"
    if due_at is None:
        return "waiting"
    return "late" if due_at <= now else "alive"


def turn(enabled: bool, due_at: datetime | None, late_since: datetime | None, now: datetime) -> Turn | None:
    """What is to be done about it now: make its alert, close it, or nothing."""
    late = standing(enabled, due_at, now) == "late"
    if late and late_since is None:
        return "late"
    if late_since is not None and not late:
        return "returned"
    return None
