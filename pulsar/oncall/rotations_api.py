"""Routes of a schedule's rotations, and of the people in them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Page, check_version
from pulsar.oncall import rotations, schedules
from pulsar.oncall.changes import Effective
from pulsar.oncall.plans import MOST_PARTICIPANTS, NewRotation, Participants, RotationChange
from pulsar.oncall.rotations import MOST_ROTATIONS
from pulsar.oncall.views import ParticipantView, RotationView, Shown, shown
from pulsar.people.access import AsAdmin, AsViewer

router = APIRouter(prefix="/schedules/{schedule_id}/rotations", tags=["On call"])


class NewParticipant(Body):
    user_id: UUID | None = Field(description="null: in this turn nobody is on call.")
    position: Annotated[int, Field(ge=0, le=MOST_PARTICIPANTS)] | None = None
    effective: Effective = "now"


class Order(Body):
    user_ids: Participants
    effective: Effective = "now"
    version: int | None = None


async def _shown(tx: Transaction, schedule_id: UUID) -> Shown:
    (parts,) = await shown(tx, [await schedules.known(tx, schedule_id)])
    return parts


async def _view(tx: Transaction, schedule_id: UUID, rotation_id: UUID) -> RotationView:
    parts = await _shown(tx, schedule_id)
    return parts.rotation(rotations.row_of(parts.known, rotation_id), clock.now())


async def _participants(
    tx: Transaction, schedule_id: UUID, rotation_id: UUID, effective: Effective = "now"
) -> Page[ParticipantView]:
    """As they are when an edit with this effect has come to hold."""
    parts = await _shown(tx, schedule_id)
    row = rotations.row_of(parts.known, rotation_id)
    people = parts.participants(rotations.plan_to_change(parts.known.rotation(row.id), effective))
    return Page[ParticipantView](
        items=people, total=len(people), total_is_exact=True, page=1, page_size=MOST_PARTICIPANTS, next_cursor=None
    )


@router.get("")
async def list_rotations(schedule_id: UUID, tx: AsViewer) -> Page[RotationView]:
    found = (await _shown(tx, schedule_id)).rotations(clock.now())
    return Page[RotationView](
        items=found, total=len(found), total_is_exact=True, page=1, page_size=MOST_ROTATIONS, next_cursor=None
    )


@router.post("", status_code=201)
async def create_rotation(schedule_id: UUID, body: NewRotation, tx: AsAdmin) -> RotationView:
    found = await schedules.known(tx, schedule_id, to_change=True)
    rotation = await rotations.create(tx, found.row, body, found.going_on(clock.now()))
    return await _view(tx, schedule_id, rotation.id)


@router.get("/{rotation_id}")
async def get_rotation(schedule_id: UUID, rotation_id: UUID, tx: AsViewer) -> RotationView:
    return await _view(tx, schedule_id, rotation_id)


@router.patch("/{rotation_id}")
async def update_rotation(schedule_id: UUID, rotation_id: UUID, body: RotationChange, tx: AsAdmin) -> RotationView:
    found = await schedules.known(tx, schedule_id, to_change=True)
    row = rotations.row_of(found, rotation_id)
    check_version(row.version, body.version, await _view(tx, schedule_id, rotation_id))
    await rotations.change(tx, found, row, body.sent("version", "effective"), body.effective)
    return await _view(tx, schedule_id, rotation_id)


@router.delete("/{rotation_id}", status_code=204)
async def delete_rotation(schedule_id: UUID, rotation_id: UUID, tx: AsAdmin, effective: Effective = "now") -> None:
    """Who was on call by it stays known."""
    found = await schedules.known(tx, schedule_id, to_change=True)
    await rotations.remove(tx, found, rotations.row_of(found, rotation_id), effective)


@router.get("/{rotation_id}/participants")
async def list_participants(schedule_id: UUID, rotation_id: UUID, tx: AsViewer) -> Page[ParticipantView]:
    return await _participants(tx, schedule_id, rotation_id)


@router.post("/{rotation_id}/participants", status_code=201)
async def add_participant(
    schedule_id: UUID, rotation_id: UUID, body: NewParticipant, tx: AsAdmin
) -> Page[ParticipantView]:
    found = await schedules.known(tx, schedule_id, to_change=True)
    row = rotations.row_of(found, rotation_id)
    people = list(rotations.plan_to_change(found.rotation(row.id), body.effective).participants)
    if len(people) == MOST_PARTICIPANTS:
        raise rotations.Crowded
    people.insert(len(people) if body.position is None else body.position, body.user_id)
    await rotations.change(tx, found, row, {"participants": people}, body.effective, "user_id")
    return await _participants(tx, schedule_id, rotation_id, body.effective)


@router.put("/{rotation_id}/participants")
async def reorder_participants(schedule_id: UUID, rotation_id: UUID, body: Order, tx: AsAdmin) -> Page[ParticipantView]:
    """The whole order anew, in one step."""
    found = await schedules.known(tx, schedule_id, to_change=True)
    row = rotations.row_of(found, rotation_id)
    check_version(row.version, body.version, await _view(tx, schedule_id, rotation_id))
    await rotations.change(tx, found, row, {"participants": body.user_ids}, body.effective, "user_ids")
    return await _participants(tx, schedule_id, rotation_id, body.effective)


@router.delete("/{rotation_id}/participants/{user_id}")
async def remove_participant(
    schedule_id: UUID, rotation_id: UUID, user_id: UUID, tx: AsAdmin, effective: Effective = "now"
) -> Page[ParticipantView]:
    """From every place that the person has in the order."""
    found = await schedules.known(tx, schedule_id, to_change=True)
    await rotations.drop(tx, found, rotations.row_of(found, rotation_id), user_id, effective)
    return await _participants(tx, schedule_id, rotation_id, effective)
