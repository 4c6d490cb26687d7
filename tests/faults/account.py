"""Was anybody not paged who should have been? What the log and the mail server say, held against the policies. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

# An attempt that began before the acknowledgement was committed is under way and cannot be called back.
UNDER_WAY = timedelta(milliseconds=250)


@dataclass(frozen=True)
class Message:
    """A notification: of this alert, to this person (None: the room), for this level of this round."""

    id: str
    travelled_as: str
    """Its own id, or that of the digest that it went out with."""
    alert: str
    life: str
    """Which run of the policy, and which of its lives."""
    cycle: int
    level: int
    person: str | None
    channel: str
    status: str
    reason: str | None
    attempts: tuple[datetime, ...]


@dataclass(frozen=True)
class Paged:
    """What one alert should have come to. `fired` are the levels that its run says it has fired, and when."""

    alert: str
    accepted: bool
    found: bool
    created_at: datetime | None
    acknowledged_at: datetime | None
    running: bool
    steps: tuple[tuple[int, int, float, frozenset[str]], ...]
    """Of its policy: round, level, seconds after the step before, and whom it names."""
    fired: tuple[tuple[int, int, datetime], ...]


@dataclass
class Tally:
    alerts: int = 0
    messages: int = 0
    lost_alerts: int = 0
    """Answered with a 2xx, and not there."""
    unfinished: int = 0
    missing_levels: int = 0
    """Of alerts that nobody acknowledged: never fired."""
    missing_pages: int = 0
    """Of levels that were fired: neither arrived, nor withdrawn by an acknowledgement."""
    planned_twice: int = 0
    after_acknowledgement: int = 0
    sent_twice: int = 0
    """Arrived twice as the same message: a process died between sending and writing it down."""
    lateness: list[float] = field(default_factory=list)
    """Seconds between when a level was due and when it was fired."""

    def add(self, other: "Tally") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def faults(self) -> dict[str, int]:
        """What must be none."""
        names = ("lost_alerts", "unfinished", "missing_levels", "missing_pages", "planned_twice")
        return {name: getattr(self, name) for name in (*names, "after_acknowledgement") if getattr(self, name)}


def account(alerts: Sequence[Paged], messages: Sequence[Message], arrived: Counter[str]) -> Tally:
    """`arrived` counts what the receivers got, by the message's id."""
    tally = Tally(alerts=len(alerts), messages=len(messages))
    for alert in alerts:
        of_alert = [message for message in messages if message.alert == alert.alert]
        tally.lost_alerts += alert.accepted and not alert.found
        tally.unfinished += alert.running
        tally.missing_levels += _missing_levels(alert)
        tally.missing_pages += _missing_pages(alert, of_alert, arrived)
        tally.after_acknowledgement += _after_acknowledgement(alert, of_alert)
        tally.lateness += _lateness(alert)
    planned = Counter((m.life, m.cycle, m.level, m.person, m.channel) for m in messages)
    tally.planned_twice = sum(times - 1 for times in planned.values())
    travelled = {message.travelled_as for message in messages}
    tally.sent_twice = sum(arrived[one] - 1 for one in travelled if arrived[one] > 1)
    return tally


def _missing_levels(alert: Paged) -> int:
    if not alert.found or alert.acknowledged_at:
        return 0
    fired = {(cycle, level) for cycle, level, _ in alert.fired}
    return sum((cycle, level) not in fired for cycle, level, _, _ in alert.steps)


def _missing_pages(alert: Paged, messages: Sequence[Message], arrived: Counter[str]) -> int:
    """Each level that was fired has a message for everybody it names and one for the room, and each of them arrived.
    One that was held back because the same had just been said, or put together with others, arrived with them."""
    missing = 0
    for cycle, level, _ in alert.fired:
        named = next(people for c, i, _, people in alert.steps if (c, i) == (cycle, level))
        here = [message for message in messages if (message.cycle, message.level) == (cycle, level)]
        missing += len(named - {message.person for message in here if message.person})
        missing += not any(message.person is None for message in here)
        missing += sum(not _served(alert, message, messages, arrived) for message in here)
    return missing


def _served(alert: Paged, message: Message, messages: Iterable[Message], arrived: Counter[str]) -> bool:
    if arrived[message.travelled_as] and message.status in {"sent", "delivered"}:
        return True
    if message.status == "cancelled":
        return alert.acknowledged_at is not None
    same = (m for m in messages if (m.person, m.channel) == (message.person, message.channel))
    return (
        message.status == "suppressed" and message.reason == "duplicate" and any(arrived[m.travelled_as] for m in same)
    )


def _after_acknowledgement(alert: Paged, messages: Iterable[Message]) -> int:
    if not alert.acknowledged_at:
        return 0
    last = alert.acknowledged_at + UNDER_WAY
    return sum(at > last for message in messages for at in message.attempts)


def _lateness(alert: Paged) -> list[float]:
    found, before = [], alert.created_at
    waits = {(cycle, level): wait for cycle, level, wait, _ in alert.steps}
    for cycle, level, at in alert.fired:
        if before:
            found.append((at - before).total_seconds() - waits[cycle, level])
        before = at
    return found
