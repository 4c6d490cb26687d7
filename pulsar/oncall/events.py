"""What happened to schedules, and to the rotations and overrides in them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pulsar.base.events import Changes, Event


class ScheduleEvent(Event):
    """About the schedule, whatever part of it: who shows one follows one subject."""

    subject_type: ClassVar = "schedule"


@dataclass(frozen=True)
class ScheduleCreated(ScheduleEvent):
    type: ClassVar = "schedule.created"
    name: str


@dataclass(frozen=True)
class ScheduleUpdated(ScheduleEvent):
    type: ClassVar = "schedule.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class ScheduleDeleted(ScheduleEvent):
    type: ClassVar = "schedule.deleted"
    name: str


@dataclass(frozen=True)
class RotationCreated(ScheduleEvent):
    type: ClassVar = "rotation.created"
    rotation_id: str
    name: str
    after: dict[str, Any]


@dataclass(frozen=True)
class RotationUpdated(ScheduleEvent):
    type: ClassVar = "rotation.updated"
    rotation_id: str
    name: str
    changes: Changes
    effective_at: str | None


@dataclass(frozen=True)
class RotationRemoved(ScheduleEvent):
    type: ClassVar = "rotation.removed"
    rotation_id: str
    name: str
    before: dict[str, Any]
    effective_at: str


@dataclass(frozen=True)
class OverrideEvent(ScheduleEvent):
    override_id: str
    rotation_id: str | None
    user_id: str
    user: str
    starts_at: str
    ends_at: str


@dataclass(frozen=True)
class OverrideCreated(OverrideEvent):
    type: ClassVar = "override.created"
    note: str


@dataclass(frozen=True)
class OverrideUpdated(OverrideEvent):
    type: ClassVar = "override.updated"
    changes: Changes


@dataclass(frozen=True)
class OverrideDeleted(OverrideEvent):
    """Cancelled before it began, or ended now: then `ends_at` is that instant."""

    type: ClassVar = "override.deleted"


@dataclass(frozen=True)
class ShiftNoticesUpdated(Event):
    """About the person whose they are. What they have set is theirs, so it is not in it."""

    type: ClassVar = "shift_notices.updated"
    subject_type: ClassVar = "user"
    changes: Changes


class FeedEvent(Event):
    subject_type: ClassVar = "calendar_feed"


@dataclass(frozen=True)
class FeedCreated(FeedEvent):
    """`schedule` is its name; none: the shifts of the user."""

    type: ClassVar = "feed.created"
    user_id: str
    schedule: str | None


@dataclass(frozen=True)
class FeedRevoked(FeedEvent):
    type: ClassVar = "feed.revoked"
    user_id: str


@dataclass(frozen=True)
class CoverEvent(ScheduleEvent):
    """`asked` is a name; none: everybody who could."""

    cover_request_id: str
    requester: str
    asked: str | None
    starts_at: str
    ends_at: str


@dataclass(frozen=True)
class CoverRequested(CoverEvent):
    type: ClassVar = "cover.requested"
    message: str


@dataclass(frozen=True)
class CoverAccepted(CoverEvent):
    type: ClassVar = "cover.accepted"
    by: str
    override_ids: list[str]


@dataclass(frozen=True)
class CoverDeclined(CoverEvent):
    type: ClassVar = "cover.declined"
    by: str


@dataclass(frozen=True)
class CoverCancelled(CoverEvent):
    type: ClassVar = "cover.cancelled"
