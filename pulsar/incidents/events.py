"""What happened to an incident. Each of these is one line of its timeline, which is nothing but they."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Changes, Event


class IncidentEvent(Event):
    subject_type: ClassVar = "incident"


@dataclass(frozen=True)
class IncidentCreated(IncidentEvent):
    type: ClassVar = "incident.created"
    number: int
    title: str
    severity: str
    status: str
    priority: str


@dataclass(frozen=True)
class IncidentUpdated(IncidentEvent):
    """`kind` says which line of the timeline it is: status_changed, severity_changed, resolved, reopened, or updated
    for any other fields."""

    type: ClassVar = "incident.updated"
    kind: str
    changes: Changes


@dataclass(frozen=True)
class IncidentDeleted(IncidentEvent):
    type: ClassVar = "incident.deleted"
    number: int
    title: str


@dataclass(frozen=True)
class TimelineAdded(IncidentEvent):
    """A line that somebody wrote: `kind` is note_added, note_edited or note_deleted. The words are in the note."""

    type: ClassVar = "incident.timeline_added"
    kind: str
    note_id: str


@dataclass(frozen=True)
class ResponderAdded(IncidentEvent):
    type: ClassVar = "incident.responder_added"
    responder_id: str
    user_id: str
    user: str
    role: str


@dataclass(frozen=True)
class ResponderRoleChanged(IncidentEvent):
    type: ClassVar = "incident.responder_role_changed"
    responder_id: str
    user_id: str
    user: str
    changes: Changes


@dataclass(frozen=True)
class ResponderRemoved(IncidentEvent):
    type: ClassVar = "incident.responder_removed"
    responder_id: str
    user_id: str
    user: str
    role: str


@dataclass(frozen=True)
class AlertLinked(IncidentEvent):
    type: ClassVar = "incident.alert_linked"
    alert_id: str
    number: int
    message: str
    priority: str


@dataclass(frozen=True)
class AlertUnlinked(IncidentEvent):
    type: ClassVar = "incident.alert_unlinked"
    alert_id: str
    number: int
    message: str
    priority: str


class OnAlert(Event):
    """The same on the alert's side, so that it stands in its activity."""

    subject_type: ClassVar = "alert"


@dataclass(frozen=True)
class IncidentLinked(OnAlert):
    type: ClassVar = "alert.incident_linked"
    incident_id: str
    number: int
    title: str


@dataclass(frozen=True)
class IncidentUnlinked(OnAlert):
    type: ClassVar = "alert.incident_unlinked"
    incident_id: str
    number: int
    title: str


@dataclass(frozen=True)
class IncidentMerged(IncidentEvent):
    """About the duplicate: where work goes on."""

    type: ClassVar = "incident.merged"
    into_id: str
    number: int
    title: str


@dataclass(frozen=True)
class DuplicateMerged(IncidentEvent):
    """About the one that goes on: what came over from the duplicate."""

    type: ClassVar = "incident.duplicate_merged"
    duplicate_id: str
    number: int
    title: str
    notes: int
    tasks: int


@dataclass(frozen=True)
class TaskAdded(IncidentEvent):
    type: ClassVar = "incident.task_added"
    task_id: str
    title: str
    owner: str | None


@dataclass(frozen=True)
class TaskUpdated(IncidentEvent):
    """`kind` is task_done, task_reopened, or task_updated for anything else."""

    type: ClassVar = "incident.task_updated"
    kind: str
    task_id: str
    title: str
    owner: str | None


@dataclass(frozen=True)
class TaskRemoved(IncidentEvent):
    type: ClassVar = "incident.task_removed"
    task_id: str
    title: str


@dataclass(frozen=True)
class LinkAdded(IncidentEvent):
    type: ClassVar = "incident.link_added"
    link_id: str
    title: str
    url: str


@dataclass(frozen=True)
class LinkRemoved(IncidentEvent):
    type: ClassVar = "incident.link_removed"
    link_id: str
    title: str
    url: str


@dataclass(frozen=True)
class Paged(IncidentEvent):
    """Somebody was called: `target_type` is user, team or policy. Whom that meant say the lines of the escalation."""

    type: ClassVar = "incident.paged"
    page_id: str
    target_type: str
    target_id: str
    target: str
    message: str


@dataclass(frozen=True)
class ResponderJoined(IncidentEvent):
    """Who had been called is on it."""

    type: ClassVar = "incident.responder_joined"
    responder_id: str
    user_id: str
    user: str


@dataclass(frozen=True)
class SubscriberAdded(IncidentEvent):
    """Is told of status updates: a member, by name, or somebody else, by address."""

    type: ClassVar = "incident.subscriber_added"
    subscriber_id: str
    subscriber: str


@dataclass(frozen=True)
class SubscriberRemoved(IncidentEvent):
    type: ClassVar = "incident.subscriber_removed"
    subscriber_id: str
    subscriber: str


@dataclass(frozen=True)
class UpdatePublished(IncidentEvent):
    """Stakeholders were told: so many. The words are in the update."""

    type: ClassVar = "incident.update_published"
    update_id: str
    status: str
    recipients: int


@dataclass(frozen=True)
class PostmortemCreated(IncidentEvent):
    type: ClassVar = "incident.postmortem_created"
    postmortem_id: str


@dataclass(frozen=True)
class PostmortemUpdated(IncidentEvent):
    """`kind` is postmortem_updated, postmortem_published or postmortem_withdrawn. The words are in it."""

    type: ClassVar = "incident.postmortem_updated"
    kind: str
    postmortem_id: str


@dataclass(frozen=True)
class PostmortemDeleted(IncidentEvent):
    type: ClassVar = "incident.postmortem_deleted"
    postmortem_id: str


@dataclass(frozen=True)
class NotPaged(IncidentEvent):
    """Whom the template would have called could not be: they are gone."""

    type: ClassVar = "incident.not_paged"
    target_type: str
    target_id: str
    reason: str


class FieldEvent(Event):
    subject_type: ClassVar = "incident_field"


@dataclass(frozen=True)
class FieldCreated(FieldEvent):
    type: ClassVar = "incident_field.created"
    name: str


@dataclass(frozen=True)
class FieldUpdated(FieldEvent):
    type: ClassVar = "incident_field.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class FieldDeleted(FieldEvent):
    type: ClassVar = "incident_field.deleted"
    name: str


class TemplateEvent(Event):
    subject_type: ClassVar = "incident_template"


@dataclass(frozen=True)
class TemplateCreated(TemplateEvent):
    type: ClassVar = "incident_template.created"
    name: str


@dataclass(frozen=True)
class TemplateUpdated(TemplateEvent):
    type: ClassVar = "incident_template.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class TemplateDeleted(TemplateEvent):
    type: ClassVar = "incident_template.deleted"
    name: str
