"""Is this person told over this channel, and when? By their preference, the priority, the instant. No I/O, no clock.

A preference is a filter and a rung: what it lets through goes out after its delay, and the delays of a person's
channels together make the ladder on which they are woken.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HeldBackBy = Literal["contact", "disabled", "priority", "dnd", "duplicate", "bundled", "busy"]
"""Of what is not sent: what is lacking, the wish, or that it had just been told. Of what waits: for the digest, for
others before it."""

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Do not disturb, by the clock on the person's wall: it holds while the clock shows a time in it, so an hour that
    is shown twice is in it twice, and one that is skipped never.

    `days` are those on which it begins (ISO: 1 is Monday), none meaning every day. Without an `end` it lasts until
    midnight; with one that is not after its start, until then on the day after.
    """

    start: time
    end: time | None
    days: frozenset[int] = frozenset()

    def holds(self, wall: datetime) -> bool:
        shown = wall.time()
        begun_today = self._begins_on(wall) and shown >= self.start
        if self.end is None:
            return begun_today
        if self.end > self.start:
            return begun_today and shown < self.end
        return begun_today or (self._begins_on(wall - _DAY) and shown < self.end)

    def _begins_on(self, wall: datetime) -> bool:
        return not self.days or wall.isoweekday() in self.days

    def __str__(self) -> str:
        end = f"{self.end:%H:%M}" if self.end else "24:00"
        days = f" ({', '.join(DAY_NAMES[day - 1] for day in sorted(self.days))})" if self.days else ""
        return f"{self.start:%H:%M} to {end}{days}"


@dataclass(frozen=True)
class Preference:
    """What one person wants of one channel. As it stands here it is what holds for whoever has said nothing:
    everything, at once."""

    enabled: bool = True
    min_priority: str = "P5"
    dnd: Window | None = None
    p1_passes_dnd: bool = True
    delay: timedelta = timedelta()
    zone: str | None = None
    """The person's own, in which `dnd` is meant."""
    lacks: str | None = None
    """What the channel would have to know of this person, for the log; no wish of theirs, and nothing passes it by."""


@dataclass(frozen=True)
class Send:
    at: datetime


@dataclass(frozen=True)
class HeldBack:
    by: HeldBackBy
    reason: str


EVERYTHING = Preference()


def decide(preference: Preference, priority: str, now: datetime) -> Send | HeldBack:
    """For a message that is to go out now, were it not for the preference. Do-not-disturb is asked for the moment at
    which it would go out. Of several reasons the first in this order is given."""
    if preference.lacks:
        return HeldBack("contact", preference.lacks)
    if not preference.enabled:
        return HeldBack("disabled", "This person has switched this channel off for themselves.")
    if priority > preference.min_priority:
        return HeldBack("priority", f"It is {priority}; this person wants {preference.min_priority} and above here.")
    at = now + preference.delay
    if preference.dnd and not (priority == "P1" and preference.p1_passes_dnd) and disturbs(preference, at):
        return HeldBack("dnd", f"Do not disturb: {preference.dnd} in {preference.zone}.")
    return Send(at)


def disturbs(preference: Preference, at: datetime) -> bool:
    """Whether a message at this instant would come in the person's do-not-disturb time. A zone that this node does not
    know disturbs nobody: when in doubt, the page goes out."""
    if not preference.dnd or not preference.zone:
        return False
    try:
        wall = at.astimezone(ZoneInfo(preference.zone)).replace(tzinfo=None)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return preference.dnd.holds(wall)


def unreachable(decision: Send | HeldBack) -> bool:
    """Whether it cannot be done, rather than not be wanted."""
    return isinstance(decision, HeldBack) and decision.by == "contact"
