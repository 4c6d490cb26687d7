"""Routes of cover requests: ask to be covered, and answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from sqlalchemy import ColumnElement, and_, or_, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Named, Page, Pages, View, page_of
from pulsar.oncall import covers
from pulsar.oncall.cover_rules import Answer, CoverStatus, answers, status_at
from pulsar.oncall.model import CoverRequest, RotationRow, ScheduleRow
from pulsar.oncall.people import people
from pulsar.oncall.reading import schedules_with
from pulsar.oncall.spans import Instant
from pulsar.people.access import AsMember, AsViewer, Caller
from pulsar.people.model import TeamMember

router = APIRouter(prefix="/cover-requests", tags=["On call"])


class NewCoverRequest(Body):
    schedule_id: UUID
    starts_at: Instant
    ends_at: Instant
    rotation_id: UUID | None = None
    asked_user_id: UUID | None = None
    message: Annotated[str, StringConstraints(max_length=1000)] = ""


class CoverRequestView(View):
    id: UUID
    schedule: Named
    time_zone: str
    rotation: Named | None
    requester: Named
    asked: Named | None
    """None: everybody who takes turns there, and its team."""
    starts_at: datetime
    ends_at: datetime
    message: str
    status: CoverStatus
    answered_by: Named | None
    answered_at: datetime | None
    created_at: datetime
    may: list[Answer]
    """What you may do with it."""


async def _views(tx: Transaction, rows: Sequence[CoverRequest], caller_id: UUID) -> list[CoverRequestView]:
    query = select(ScheduleRow).where(ScheduleRow.id.in_({row.schedule_id for row in rows}))
    schedules = {row.id: row for row in await tx.scalars(query)}
    named = select(RotationRow.id, RotationRow.name).where(RotationRow.id.in_({row.rotation_id for row in rows}))
    rotations = {row.id: Named(id=row.id, name=row.name) for row in await tx.execute(named)}
    ids = {one for row in rows for one in (row.requester_id, row.asked_user_id, row.answered_by) if one}
    who = {one.id: Named(id=one.id, name=one.name) for one in (await people(tx, ids)).values()}
    found = []
    for row in rows:
        status = status_at(row.status, row.ends_at, clock.now())
        schedule = schedules[row.schedule_id]
        found.append(
            CoverRequestView(
                id=row.id,
                schedule=Named(id=schedule.id, name=schedule.name),
                time_zone=schedule.time_zone,
                rotation=rotations[row.rotation_id] if row.rotation_id else None,
                requester=who[row.requester_id],
                asked=who[row.asked_user_id] if row.asked_user_id else None,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                message=row.message,
                status=status,
                answered_by=who[row.answered_by] if row.answered_by else None,
                answered_at=row.answered_at,
                created_at=row.created_at,
                may=answers(status, row.requester_id, row.asked_user_id, caller_id),
            )
        )
    return found


async def _view(tx: Transaction, row: CoverRequest, caller: Caller) -> CoverRequestView:
    return (await _views(tx, [row], caller.user_id))[0]


def _concerning(user_id: UUID) -> ColumnElement[bool]:
    """Made by this person, asked of them, or of everybody where they take turns or are in the team."""
    mine = schedules_with(user_id).order_by(None).with_only_columns(ScheduleRow.id)
    teams = select(TeamMember.team_id).where(TeamMember.user_id == user_id)
    of_team = select(ScheduleRow.id).where(ScheduleRow.team_id.in_(teams))
    everybody = CoverRequest.schedule_id.in_(mine) | CoverRequest.schedule_id.in_(of_team)
    return or_(
        CoverRequest.requester_id == user_id,
        CoverRequest.asked_user_id == user_id,
        and_(CoverRequest.asked_user_id.is_(None), everybody),
    )


def _in_status(status: CoverStatus) -> ColumnElement[bool]:
    over = CoverRequest.ends_at <= clock.now()
    match status:
        case "open":
            return and_(CoverRequest.status == "open", ~over)
        case "expired":
            return and_(CoverRequest.status == "open", over)
        case _:
            return CoverRequest.status == status


@router.get("")
async def list_cover_requests(
    tx: AsViewer,
    caller: Caller,
    paging: Pages,
    concerning: Annotated[Literal["me", "all"], Query(description="me: made by you, or asked of you too.")] = "me",
    schedule_id: UUID | None = None,
    status: Annotated[list[CoverStatus] | None, Query()] = None,
) -> Page[CoverRequestView]:
    query = select(CoverRequest)
    if concerning == "me":
        query = query.where(_concerning(caller.user_id))
    if schedule_id:
        query = query.where(CoverRequest.schedule_id == schedule_id)
    if status:
        query = query.where(or_(*map(_in_status, status)))
    page = await page_of(tx, query, CoverRequest.id, paging, list)
    views = await _views(tx, page.items, caller.user_id)
    return Page[CoverRequestView](**page.model_dump(exclude={"items"}), items=views)


@router.post("", status_code=201)
async def ask_to_be_covered(body: NewCoverRequest, tx: AsMember, caller: Caller) -> CoverRequestView:
    """For shifts of your own: asks one person, or everybody who takes turns there and its team."""
    return await _view(tx, await covers.ask(tx, caller.user_id, body.model_dump()), caller)


@router.get("/{cover_request_id}")
async def get_cover_request(cover_request_id: UUID, tx: AsViewer, caller: Caller) -> CoverRequestView:
    return await _view(tx, await covers.get(tx, cover_request_id), caller)


@router.post("/{cover_request_id}/accept")
async def accept_cover_request(cover_request_id: UUID, tx: AsMember, caller: Caller) -> CoverRequestView:
    """Your yes becomes overrides at once; the first one counts."""
    request = await covers.get(tx, cover_request_id)
    await covers.accept(tx, request, caller.user_id)
    return await _view(tx, request, caller)


@router.post("/{cover_request_id}/decline")
async def decline_cover_request(cover_request_id: UUID, tx: AsMember, caller: Caller) -> CoverRequestView:
    request = await covers.get(tx, cover_request_id)
    await covers.decline(tx, request, caller.user_id)
    return await _view(tx, request, caller)


@router.post("/{cover_request_id}/cancel")
async def cancel_cover_request(cover_request_id: UUID, tx: AsMember, caller: Caller) -> CoverRequestView:
    request = await covers.get(tx, cover_request_id)
    await covers.cancel(tx, request, caller.user_id)
    return await _view(tx, request, caller)
