"""Routes of alerts: take in, list, change, and everything that a person does with one."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from sqlalchemy import select

from pulsar.alerts import actions, intake, listing
from pulsar.alerts.actions import AlertStateConflict
from pulsar.alerts.model import Alert, Note
from pulsar.alerts.rules import DEFAULT_PRIORITY, Priority, Signal
from pulsar.alerts.views import AlertView, alert_view, alert_views
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound, Problem
from pulsar.base.http import Body, Named, Page, Pages, Tags, View, page_of
from pulsar.base.ids import new_id
from pulsar.escalation import policies
from pulsar.orgs.actions import membership_of
from pulsar.people.access import AsAdmin, AsMember, AsViewer
from pulsar.people.model import Team
from pulsar.people.names import user_names

router = APIRouter(prefix="/alerts", tags=["Alerts"])

MOST_IN_BULK = 500

Message = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Description = Annotated[str, StringConstraints(max_length=50_000)]
Short = Annotated[str, StringConstraints(max_length=500)]
Details = Annotated[dict[Short, Annotated[str, StringConstraints(max_length=5000)]], Field(max_length=100)]
Reason = Annotated[str, StringConstraints(max_length=1000)]


class NewAlert(Body):
    message: Message
    description: Description = ""
    priority: Priority = DEFAULT_PRIORITY
    alias: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    source: Short = ""
    entity: Short = ""
    tags: Tags = Field(default_factory=list)
    details: Details = Field(default_factory=dict)
    assigned_to_user_id: UUID | None = None
    assigned_to_team_id: UUID | None = None
    escalation_policy_id: UUID | None = None

    @model_validator(mode="after")
    def _one_assignee(self) -> "NewAlert":
        if self.assigned_to_user_id and self.assigned_to_team_id:
            raise ValueError("assign to a user or to a team, not to both")
        return self


class AlertChange(Body):
    message: Message = ""
    description: Description = ""
    priority: Priority = DEFAULT_PRIORITY
    source: Short = ""
    entity: Short = ""
    tags: Tags = Field(default_factory=list)
    details: Details = Field(default_factory=dict)


class Close(Body):
    reason: Reason | None = None


class Snooze(Body):
    until: AwareDatetime


class EscalateNow(Body):
    policy_id: UUID | None = None


class Assignment(Body):
    user_id: UUID | None = None
    team_id: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> "Assignment":
        if self.user_id and self.team_id:
            raise ValueError("assign to a user or to a team, not to both")
        return self


class NewNote(Body):
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Bulk(Body):
    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_IN_BULK)]


class BulkClose(Bulk):
    reason: Reason | None = None


class NoteView(View):
    id: UUID
    text: str
    author: Named
    created_at: datetime


class BulkFailure(View):
    id: UUID
    code: str
    detail: str


class BulkView(View):
    done: list[UUID]
    failed: list[BulkFailure]


class AlertCounts(View):
    open: int
    acknowledged: int
    snoozed: int
    closed: int
    open_by_priority: dict[Priority, int]


async def _get(tx: Transaction, alert_id: UUID) -> Alert:
    alert = await tx.get(Alert, (tx.org, alert_id))
    if not alert:
        raise NotFound("There is no alert with this id here.")
    return alert


async def _changed(tx: Transaction, alert_id: UUID, change: Callable[[Alert], Awaitable[None]]) -> AlertView:
    """One verb on one alert. When somebody else was faster, the answer has the state that stands."""
    alert = await actions.locked(tx, alert_id)
    try:
        await change(alert)
    except AlertStateConflict as conflict:
        current = await alert_view(tx, alert)
        raise AlertStateConflict(conflict.detail, current=current.model_dump(mode="json")) from None
    await tx.flush()
    return await alert_view(tx, alert)


@router.get("")
async def list_alerts(tx: AsViewer, paging: Pages, chosen: listing.Filters) -> Page[AlertView]:
    page = await listing.alerts_page(tx, chosen, paging)
    views = await alert_views(tx, page.items)
    return Page[AlertView](**page.model_dump(exclude={"items"}), items=views)


@router.get("/counts")
async def count_alerts(tx: AsViewer) -> AlertCounts:
    return AlertCounts(**await listing.counts(tx))


@router.post("", status_code=201, responses={200: {"description": "The alias matched an alert that is not closed."}})
async def create_alert(body: NewAlert, tx: AsMember, response: Response) -> AlertView:
    await _check_references(tx, body)
    signal = Signal(
        action="create",
        alias=body.alias or str(new_id()),
        message=body.message,
        description=body.description,
        priority=body.priority,
        source=body.source or tx.actor.name,
        entity=body.entity,
        tags=tuple(dict.fromkeys(body.tags)),
        details=body.details,
        user_id=body.assigned_to_user_id,
        team_id=body.assigned_to_team_id,
        policy_id=body.escalation_policy_id,
    )
    taken = (await intake.take(tx, [signal]))[0]
    assert taken.alert_id
    response.status_code = 201 if taken.result == "created" else 200
    return await alert_view(tx, await _get(tx, taken.alert_id))


async def _check_references(tx: Transaction, body: NewAlert) -> None:
    if body.assigned_to_user_id and not await membership_of(tx, body.assigned_to_user_id):
        raise Invalid("There is no such user in this organization.", field="assigned_to_user_id")
    if body.assigned_to_team_id and not await tx.get(Team, (tx.org, body.assigned_to_team_id)):
        raise Invalid("There is no such team in this organization.", field="assigned_to_team_id")
    if body.escalation_policy_id:
        await _check_policy(tx, body.escalation_policy_id, "escalation_policy_id")


async def _check_policy(tx: Transaction, policy_id: UUID, field: str) -> None:
    try:
        await policies.get(tx, policy_id)
    except NotFound as missing:
        raise Invalid(missing.detail, field=field) from None


# Before the routes of one alert, whose id would otherwise be taken to be "bulk".
@router.post("/bulk/acknowledge")
async def acknowledge_alerts(body: Bulk, tx: AsMember) -> BulkView:
    return await _in_bulk(tx, body.ids, lambda alert: actions.acknowledge(tx, alert))


@router.post("/bulk/close")
async def close_alerts(body: BulkClose, tx: AsMember) -> BulkView:
    return await _in_bulk(tx, body.ids, lambda alert: actions.close(tx, alert, body.reason))


async def _in_bulk(tx: Transaction, ids: list[UUID], verb: Callable[[Alert], Awaitable[None]]) -> BulkView:
    """Each for itself: what cannot be done is named, and the rest is. Locked in the order of their ids, as
    everywhere, so that two such requests do not wait for each other in a circle."""
    done, failed = [], []
    for alert_id in sorted(set(ids)):
        try:
            await verb(await actions.locked(tx, alert_id))
            done.append(alert_id)
        except Problem as problem:
            failed.append(BulkFailure(id=alert_id, code=problem.code, detail=problem.detail))
    return BulkView(done=done, failed=failed)


@router.get("/{alert_id}")
async def get_alert(alert_id: UUID, tx: AsViewer) -> AlertView:
    return await alert_view(tx, await _get(tx, alert_id))


@router.patch("/{alert_id}")
async def update_alert(alert_id: UUID, body: AlertChange, tx: AsMember) -> AlertView:
    changes = body.sent()
    if "tags" in changes:
        changes["tags"] = list(dict.fromkeys(changes["tags"]))
    return await _changed(tx, alert_id, lambda alert: actions.update(tx, alert, changes))


@router.delete("/{alert_id}", status_code=204)
async def delete_alert(alert_id: UUID, tx: AsAdmin) -> None:
    await actions.remove(tx, await actions.locked(tx, alert_id))


@router.post("/{alert_id}/acknowledge")
async def acknowledge_alert(alert_id: UUID, tx: AsMember) -> AlertView:
    return await _changed(tx, alert_id, lambda alert: actions.acknowledge(tx, alert))


@router.post("/{alert_id}/unacknowledge")
async def unacknowledge_alert(alert_id: UUID, tx: AsMember) -> AlertView:
    return await _changed(tx, alert_id, lambda alert: actions.unacknowledge(tx, alert))


@router.post("/{alert_id}/close")
async def close_alert(alert_id: UUID, tx: AsMember, body: Close | None = None) -> AlertView:
    reason = body.reason if body else None
    return await _changed(tx, alert_id, lambda alert: actions.close(tx, alert, reason))


@router.post("/{alert_id}/snooze")
async def snooze_alert(alert_id: UUID, body: Snooze, tx: AsMember) -> AlertView:
    return await _changed(tx, alert_id, lambda alert: actions.snooze(tx, alert, body.until))


@router.post("/{alert_id}/escalate")
async def escalate_alert(alert_id: UUID, tx: AsMember, body: EscalateNow | None = None) -> AlertView:
    """To the next level now, without waiting for it; or to another policy, from its first level. With the one that it
    follows already, it begins again with that policy as it is now."""
    policy_id = body.policy_id if body else None
    if policy_id:
        await _check_policy(tx, policy_id, "policy_id")
    return await _changed(tx, alert_id, lambda alert: actions.escalate(tx, alert, policy_id))


@router.post("/{alert_id}/assign")
async def assign_alert(alert_id: UUID, body: Assignment, tx: AsMember) -> AlertView:
    return await _changed(tx, alert_id, lambda alert: actions.assign(tx, alert, body.user_id, body.team_id))


@router.get("/{alert_id}/notes")
async def list_notes(alert_id: UUID, tx: AsViewer, paging: Pages) -> Page[NoteView]:
    await _get(tx, alert_id)
    page = await page_of(tx, select(Note).where(Note.alert_id == alert_id), Note.id, paging, list, descending=False)
    names = await user_names(tx, (note.author_id for note in page.items))
    views = [_note_view(note, names.get(note.author_id, note.author_name)) for note in page.items]
    return Page[NoteView](**page.model_dump(exclude={"items"}), items=views)


@router.post("/{alert_id}/notes", status_code=201)
async def add_note(alert_id: UUID, body: NewNote, tx: AsMember) -> NoteView:
    note = await actions.add_note(tx, await actions.locked(tx, alert_id), body.text)
    return _note_view(note, tx.actor.name)


def _note_view(note: Note, author: str) -> NoteView:
    return NoteView(
        id=note.id, text=note.text, author=Named(id=note.author_id, name=author), created_at=note.created_at
    )
