"""What happened to messages and channels."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Changes, Event


class NotificationEvent(Event):
    """About what the message was for, so that it stands in the activity of that alert; or in the timeline of the
    incident into which it paged."""

    subject_type: ClassVar = "alert"


@dataclass(frozen=True)
class NotificationSent(NotificationEvent):
    type: ClassVar = "notification.sent"
    notification_id: str
    channel: str
    user: str | None
    level: int | None


@dataclass(frozen=True)
class NotificationDelivered(NotificationEvent):
    """The provider says so, of one that was sent."""

    type: ClassVar = "notification.delivered"
    notification_id: str
    channel: str
    user: str | None
    level: int | None


@dataclass(frozen=True)
class NotificationCancelled(NotificationEvent):
    """It had not gone out, and is not wanted any more."""

    type: ClassVar = "notification.cancelled"
    notification_id: str
    channel: str
    user: str | None
    level: int | None
    reason: str


@dataclass(frozen=True)
class NotificationFailed(NotificationEvent):
    type: ClassVar = "notification.failed"
    notification_id: str
    channel: str
    user: str | None
    level: int | None
    reason: str


class ChannelEvent(Event):
    subject_type: ClassVar = "channel"


@dataclass(frozen=True)
class ChannelCreated(ChannelEvent):
    type: ClassVar = "channel.created"
    name: str
    channel_type: str


@dataclass(frozen=True)
class ChannelUpdated(ChannelEvent):
    type: ClassVar = "channel.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class ChannelDeleted(ChannelEvent):
    type: ClassVar = "channel.deleted"
    name: str


@dataclass(frozen=True)
class ChannelBroken(ChannelEvent):
    """Nothing arrives over it until somebody mends it, or the provider comes back."""

    type: ClassVar = "channel.broken"
    name: str
    reason: str


@dataclass(frozen=True)
class ChannelMended(ChannelEvent):
    type: ClassVar = "channel.mended"
    name: str


class PreferenceEvent(Event):
    """About the person whose it is. What they have set is theirs, so it is not in it."""

    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class PreferenceCreated(PreferenceEvent):
    type: ClassVar = "preference.created"
    channel: str


@dataclass(frozen=True)
class PreferenceUpdated(PreferenceEvent):
    type: ClassVar = "preference.updated"
    channel: str
    changes: Changes


@dataclass(frozen=True)
class PreferenceDeleted(PreferenceEvent):
    type: ClassVar = "preference.deleted"
    channel: str


class DeviceEvent(Event):
    """About the person whose it is. What they call it is theirs, so it is not in it."""

    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class DeviceAdded(DeviceEvent):
    type: ClassVar = "device.added"
    device_id: str


@dataclass(frozen=True)
class DeviceUpdated(DeviceEvent):
    type: ClassVar = "device.updated"
    device_id: str
    changes: Changes


@dataclass(frozen=True)
class DeviceRemoved(DeviceEvent):
    type: ClassVar = "device.removed"
    device_id: str


@dataclass(frozen=True)
class DeviceGone(DeviceEvent):
    """Its push service says that there is nothing there any more."""

    type: ClassVar = "device.gone"
    device_id: str
    reason: str
