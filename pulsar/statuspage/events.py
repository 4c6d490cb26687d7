"""What happened to the status page. Who subscribed is not told: addresses do not belong into a stream that is kept."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Changes, Event


class StatusPageEvent(Event):
    subject_type: ClassVar = "status_page"


@dataclass(frozen=True)
class StatusPageUpdated(StatusPageEvent):
    type: ClassVar = "status_page.updated"
    changes: Changes


@dataclass(frozen=True)
class ComponentCreated(StatusPageEvent):
    type: ClassVar = "status_page.component_created"
    component_id: str
    name: str


@dataclass(frozen=True)
class ComponentUpdated(StatusPageEvent):
    type: ClassVar = "status_page.component_updated"
    component_id: str
    name: str
    changes: Changes


@dataclass(frozen=True)
class ComponentDeleted(StatusPageEvent):
    type: ClassVar = "status_page.component_deleted"
    component_id: str
    name: str


@dataclass(frozen=True)
class NoticePublished(StatusPageEvent):
    type: ClassVar = "status_page.notice_published"
    notice_id: str
    incident_id: str | None
    title: str


@dataclass(frozen=True)
class PublicUpdatePublished(StatusPageEvent):
    type: ClassVar = "status_page.update_published"
    notice_id: str
    title: str
    status: str
    text: str


@dataclass(frozen=True)
class NoticeDeleted(StatusPageEvent):
    type: ClassVar = "status_page.notice_deleted"
    notice_id: str
    title: str


@dataclass(frozen=True)
class ReaderConfirmed(StatusPageEvent):
    type: ClassVar = "status_page.reader_confirmed"
    reader_id: str


@dataclass(frozen=True)
class ReaderRemoved(StatusPageEvent):
    """They unsubscribed, or an admin removed them."""

    type: ClassVar = "status_page.reader_removed"
    reader_id: str
