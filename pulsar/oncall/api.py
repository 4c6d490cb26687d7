"""Routes of schedules, and of who is on call in one."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Name, Page, Pages, View, check_version, page_of
from pulsar.oncall import schedules
from pulsar.oncall.calendar import gaps, next_on_call, on_call, planned, shifts, uncovered
from pulsar.oncall.changes import Effective
from pulsar.oncall.model import ScheduleRow
from pulsar.oncall.plans import NewRotation, Zone
from pulsar.oncall.reading import read
from pulsar.oncall.rotations import MOST_ROTATIONS
from pulsar.oncall.spans import At, Between, expect_few
from pulsar.oncall.views import (
    GapView,
    OnCallView,
    OverrideView,
    ScheduleView,
    ShiftView,
    gap_views,
    schedule_views,
    shown,
)
from pulsar.people.access import AsAdmin, AsViewer

router = APIRouter(prefix="/schedules", tags=["On call"])

Text = Annotated[str, StringConstraints(max_length=2000)]
Search = Annotated[str, Query(max_length=200, description="A part of the name.")]


class NewSchedule(Body):
    name: Name
    time_zone: Zone = Field(description="An IANA name, such as Europe/Berlin.")
    description: Text = ""
    team_id: UUID | None = None
    warn_about_gaps: bool = True
    rotations: list[NewRotation] = Field(default_factory=list, max_length=MOST_ROTATIONS)


class ScheduleChange(Body):
    name: Name = ""
    time_zone: Zone = ""
    description: Text = ""
    team_id: UUID | None = None
    warn_about_gaps: bool = True
    effective: Effective = Field("now", description="From when on another time zone counts.")
    version: int | None = None


class OnCallAt(View):
    schedule_id: UUID
    at: datetime
    on_call: list[OnCallView]
    next: list[OnCallView]


class ShiftsView(View):
    schedule_id: UUID
    time_zone: str
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    final: list[ShiftView]
    planned: list[ShiftView]
    """As if there were no overrides."""
    overrides: list[OverrideView]
    gaps: list[GapView]


class GapsView(View):
    gaps: list[GapView]
    covered_share: float


async def _view(tx: Transaction, schedule: ScheduleRow) -> ScheduleView:
    return (await schedule_views(tx, [schedule]))[0]


@router.get("")
async def list_schedules(
    tx: AsViewer, paging: Pages, team_id: UUID | None = None, search: Search = ""
) -> Page[ScheduleView]:
    query = select(ScheduleRow).where(*(ScheduleRow.name.icontains(w, autoescape=True) for w in search.split()))
    if team_id:
        query = query.where(ScheduleRow.team_id == team_id)
    page = await page_of(tx, query, ScheduleRow.id, paging, list, descending=False)
    views = await schedule_views(tx, page.items)
    return Page[ScheduleView](**page.model_dump(exclude={"items"}), items=views)


@router.post("", status_code=201)
async def create_schedule(body: NewSchedule, tx: AsAdmin) -> ScheduleView:
    return await _view(tx, await schedules.create(tx, body.model_dump(exclude={"rotations"}), body.rotations))


@router.get("/{schedule_id}")
async def get_schedule(schedule_id: UUID, tx: AsViewer) -> ScheduleView:
    return await _view(tx, await schedules.get(tx, schedule_id))


@router.patch("/{schedule_id}")
async def update_schedule(schedule_id: UUID, body: ScheduleChange, tx: AsAdmin) -> ScheduleView:
    found = await schedules.known(tx, schedule_id, to_change=True)
    check_version(found.row.version, body.version, await _view(tx, found.row))
    await schedules.change(tx, found, body.sent("version", "effective"), body.effective)
    return await _view(tx, found.row)


@router.delete("/{schedule_id}", status_code=204)
async def delete_schedule(schedule_id: UUID, tx: AsAdmin) -> None:
    await schedules.remove(tx, await schedules.get(tx, schedule_id, to_change=True))


@router.get("/{schedule_id}/oncall")
async def who_is_on_call(schedule_id: UUID, tx: AsViewer, at: At = None) -> OnCallAt:
    """At any instant, past or future."""
    at = at or clock.now()
    found = await schedules.known(tx, schedule_id, at=at)
    (parts,) = await shown(tx, [found])
    return OnCallAt(
        schedule_id=schedule_id,
        at=at,
        on_call=parts.on_call(on_call(found.value, at)),
        next=parts.on_call(next_on_call(found.value, at)),
    )


@router.get("/{schedule_id}/shifts")
async def list_shifts(schedule_id: UUID, tx: AsViewer, span: Between) -> ShiftsView:
    """Everybody's shifts between two instants, cut to them."""
    (found,) = await read(tx, [await schedules.get(tx, schedule_id)], span.start, span.end)
    expect_few([found.value], span)
    (parts,) = await shown(tx, [found])
    final = shifts(found.value, span.start, span.end)
    return ShiftsView(
        schedule_id=schedule_id,
        time_zone=found.row.time_zone,
        from_=span.start,
        to=span.end,
        final=parts.shifts(final),
        planned=parts.shifts(planned(found.value, span.start, span.end)),
        overrides=[parts.override(row) for row in found.overrides],
        gaps=gap_views(uncovered(final, span.start, span.end)),
    )


@router.get("/{schedule_id}/gaps")
async def list_gaps(schedule_id: UUID, tx: AsViewer, weeks: Annotated[int, Query(ge=1, le=57)] = 4) -> GapsView:
    """When nobody will be on call, from now on."""
    start, length = clock.now(), timedelta(weeks=weeks)
    (found,) = await read(tx, [await schedules.get(tx, schedule_id)], start, start + length)
    open_ = gaps(found.value, start, start + length)
    uncovered = sum((end - start for start, end in open_), timedelta())
    return GapsView(gaps=gap_views(open_), covered_share=1 - uncovered / length)
