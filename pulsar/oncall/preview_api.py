"""The route that shows what an edit would change, before it is saved."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from pulsar.base.db import Transaction
from pulsar.base.http import Body, Named, View
from pulsar.oncall import preview, schedules
from pulsar.oncall.calendar import Shift, shifts, uncovered
from pulsar.oncall.changes import Effective, changes, hours
from pulsar.oncall.overrides_api import NewOverride
from pulsar.oncall.plans import PlanChange, Zone
from pulsar.oncall.preview import Draft
from pulsar.oncall.reading import Known, read
from pulsar.oncall.spans import Instant, Span, expect_few
from pulsar.oncall.views import GapView, ShiftView, Shown, gap_views, shown
from pulsar.people.access import AsMember

router = APIRouter(prefix="/schedules/{schedule_id}", tags=["On call"])


class Preview(Body):
    """An edit, or several at once. A rotation without `rotation_id` is a new one; `rotation_id` without a rotation
    removes it."""

    rotation_id: UUID | None = None
    rotation: PlanChange | None = None
    override: NewOverride | None = None
    time_zone: Zone | None = None
    effective: Effective = "now"
    from_: Instant = Field(alias="from")
    to: Instant


class ChangeView(View):
    starts_at: datetime
    ends_at: datetime
    before: list[Named]
    after: list[Named]


class HoursView(View):
    user_id: UUID
    user_name: str
    before: float
    after: float


class PreviewView(View):
    effective_at: datetime | None
    rotation_id: UUID | None
    """What the edited rotation is called in `after`; of a new one for this once."""
    before: list[ShiftView]
    after: list[ShiftView]
    gaps_before: list[GapView]
    gaps_after: list[GapView]
    changes: list[ChangeView]
    hours: list[HoursView]


async def _draft(tx: Transaction, known: Known, body: Preview) -> Draft:
    draft = Draft(known.value)
    if body.time_zone:
        draft = await preview.with_zone(draft, known, body.time_zone, body.effective)
    sent = body.rotation.sent() if body.rotation else None
    if body.rotation_id:
        draft = await preview.with_changed_rotation(tx, draft, known, body.rotation_id, sent, body.effective)
    elif sent is not None:
        draft = await preview.with_new_rotation(tx, draft, known, body.time_zone or known.row.time_zone, sent)
    if body.override:
        draft = await preview.with_override(tx, draft, known, body.override.model_dump())
    return draft


def _changes(parts: Shown, before: list[Shift], after: list[Shift]) -> list[ChangeView]:
    return [
        ChangeView(
            starts_at=change.start,
            ends_at=change.end,
            before=parts.named(sorted(change.before)),
            after=parts.named(sorted(change.after)),
        )
        for change in changes(before, after)
    ]


def _hours(parts: Shown, before: list[Shift], after: list[Shift]) -> list[HoursView]:
    was, becomes = hours(before), hours(after)
    none, hour = timedelta(), timedelta(hours=1)
    people = sorted(was.keys() | becomes.keys(), key=parts.name)
    return [
        HoursView(
            user_id=one,
            user_name=parts.name(one),
            before=was.get(one, none) / hour,
            after=becomes.get(one, none) / hour,
        )
        for one in people
    ]


def _compared(parts: Shown, draft: Draft, span: Span) -> PreviewView:
    value = parts.known.value
    expect_few((value, draft.value), span)
    before, after = (shifts(one, span.start, span.end) for one in (value, draft.value))
    return PreviewView(
        effective_at=draft.effective_at,
        rotation_id=draft.rotation_id,
        before=parts.shifts(before),
        after=parts.shifts(after),
        gaps_before=gap_views(uncovered(before, span.start, span.end)),
        gaps_after=gap_views(uncovered(after, span.start, span.end)),
        changes=_changes(parts, before, after),
        hours=_hours(parts, before, after),
    )


@router.post("/preview")
async def preview_schedule(schedule_id: UUID, body: Preview, tx: AsMember) -> PreviewView:
    """What would change between two instants. Nothing is written."""
    row = await schedules.get(tx, schedule_id)
    span = Span.checked(body.from_, body.to)
    (known,) = await read(tx, [row], span.start, span.end)
    draft = await _draft(tx, known, body)
    (parts,) = await shown(tx, [known], draft.user_ids)
    return _compared(parts, draft, span)
