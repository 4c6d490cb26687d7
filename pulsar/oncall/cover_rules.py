"""What can somebody be covered for, and until when? Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from pulsar.oncall.calendar import shifts
from pulsar.oncall.rules import Schedule

CoverStatus = Literal["open", "accepted", "declined", "cancelled", "expired"]
Answer = Literal["accept", "decline", "cancel"]


@dataclass(frozen=True)
class Stretch:
    """A time in which one person is on call without a break, in one rotation, or (None) by an override of all."""

    rotation_id: UUID | None
    start: datetime
    end: datetime


def stretches(
    schedule: Schedule, user_id: UUID, start: datetime, end: datetime, rotation_id: UUID | None = None
) -> list[Stretch]:
    """When this person is on call within the span, in this rotation, or in any."""
    found: dict[UUID | None, list[Stretch]] = {}
    for shift in shifts(schedule, start, end):
        if shift.user_id != user_id or rotation_id not in (None, shift.rotation_id):
            continue
        lane = found.setdefault(shift.rotation_id, [])
        if lane and lane[-1].end == shift.start:
            lane[-1] = replace(lane[-1], end=shift.end)
        else:
            lane.append(Stretch(shift.rotation_id, shift.start, shift.end))
    return sorted(_flat(found.values()), key=lambda stretch: stretch.start)


def _flat(lanes: Iterable[list[Stretch]]) -> Iterable[Stretch]:
    return (stretch for lane in lanes for stretch in lane)


def status_at(status: str, ends_at: datetime, now: datetime) -> CoverStatus:
    """Nobody can be covered any more when the time is over, and nobody has to write that down."""
    if status == "open":
        return "expired" if ends_at <= now else "open"
    known: dict[str, CoverStatus] = {"accepted": "accepted", "declined": "declined", "cancelled": "cancelled"}
    return known[status]


def answers(status: CoverStatus, requester_id: UUID, asked_id: UUID | None, caller_id: UUID) -> list[Answer]:
    """What this caller, a member, may do. Asked of everybody, it is accepted by one, and declined by nobody: the others
    may still say yes."""
    if status != "open":
        return []
    if caller_id == requester_id:
        return ["cancel"]
    if asked_id is None:
        return ["accept"]
    return ["accept", "decline"] if caller_id == asked_id else []
