"""The verbs of post-mortems: begin one from what the timeline knows, write it, publish it."""

from uuid import UUID

from sqlalchemy import select

from pulsar.alerts.model import Alert
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, NotFound
from pulsar.base.events import EventRow
from pulsar.incidents import timeline, wording
from pulsar.incidents.events import PostmortemCreated, PostmortemDeleted, PostmortemUpdated
from pulsar.incidents.model import Incident, LinkedAlert
from pulsar.incidents.postmortem_model import Postmortem
from pulsar.incidents.views import IncidentView, incident_view, people_on
from pulsar.incidents.work_views import TaskView, tasks_of

# As much as anybody reads; the timeline has the rest.
_MOST_LINES, _MOST_ALERTS = 1000, 20


class PostmortemExists(Conflict):
    """This incident has a post-mortem already."""


async def of(tx: Transaction, incident_id: UUID, *, to_change: bool = False) -> Postmortem:
    query = select(Postmortem).where(Postmortem.incident_id == incident_id)
    found: Postmortem | None = await tx.scalar(query.with_for_update() if to_change else query)
    if not found:
        raise NotFound("This incident has no post-mortem, or there is no such incident here.")
    return found


async def begin(tx: Transaction, incident: Incident) -> Postmortem:
    made = Postmortem(incident_id=incident.id, text=await _draft(tx, incident))
    async with tx.or_raise(PostmortemExists()):
        tx.add(made)
    tx.record(PostmortemCreated(incident.id, str(made.id)))
    return made


async def _draft(tx: Transaction, incident: Incident) -> str:
    view = await incident_view(tx, incident)
    query = timeline.query(incident.id).order_by(EventRow.number).limit(_MOST_LINES)
    entries = await timeline.entries(tx, (await tx.scalars(query)).all())
    lines = [wording.Line(e.kind, e.at, e.actor.name, e.data, e.note.text if e.note else e.text or "") for e in entries]
    return wording.draft(await _facts(tx, incident, view), lines)


async def _facts(tx: Transaction, incident: Incident, view: IncidentView) -> wording.Facts:
    linked = select(LinkedAlert.alert_id).where(LinkedAlert.incident_id == incident.id)
    query = select(Alert.number, Alert.message).where(Alert.id.in_(linked)).order_by(Alert.id)
    alerts = [f"#{row.number} {row.message[:100]}" for row in await tx.execute(query.limit(_MOST_ALERTS))]
    if view.alert_count > len(alerts):
        alerts.append(f"and {view.alert_count - len(alerts)} more")
    return wording.Facts(
        number=incident.number,
        title=incident.title,
        severity=incident.severity,
        priority=incident.priority,
        started_at=incident.started_at,
        acknowledged=wording.span(view.acknowledged_after_seconds),
        mitigated=wording.span(view.mitigated_after_seconds),
        resolved=wording.span(view.resolved_after_seconds),
        people=tuple(await people_on(tx, incident.id)),
        alerts=tuple(alerts),
    )


async def change(tx: Transaction, found: Postmortem, text: str | None, status: str | None) -> None:
    kinds = []
    if text is not None and text != found.text:
        found.text = text
        kinds.append("postmortem_updated")
    if status and status != found.status:
        found.status = status
        found.published_at = clock.now() if status == "published" else None
        kinds.append("postmortem_published" if status == "published" else "postmortem_withdrawn")
    if kinds:
        found.version += 1
        tx.record(*(PostmortemUpdated(found.incident_id, kind, str(found.id)) for kind in kinds))
        await tx.flush()


async def remove(tx: Transaction, found: Postmortem) -> None:
    tx.record(PostmortemDeleted(found.incident_id, str(found.id)))
    await tx.delete(found)
    await tx.flush()


async def action_items(tx: Transaction, incident_id: UUID) -> list[TaskView]:
    return [task for task in await tasks_of(tx, incident_id) if task.kind == "action_item"]


async def exported(tx: Transaction, found: Postmortem) -> str:
    items = [
        wording.ActionItem(t.title, t.owner.name if t.owner else None, t.due_at, t.done_at is not None)
        for t in await action_items(tx, found.incident_id)
    ]
    return wording.exported(found.text, items)
