"""What would this edit change, and for whom? The edit itself, worked out by what makes it, and never written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.ids import new_id
from pulsar.oncall import overrides, rotations
from pulsar.oncall.changes import Effective, effective_at
from pulsar.oncall.plans import NewRotation, known_zone
from pulsar.oncall.reading import Known, override_of
from pulsar.oncall.rules import Rotation, Schedule


@dataclass(frozen=True)
class Draft:
    """A schedule with edits that nobody has saved. `rotation_id` is of the rotation that is edited, or would be made;
    `user_ids` are of people who would come in."""

    value: Schedule
    effective_at: datetime | None = None
    rotation_id: UUID | None = None
    user_ids: tuple[UUID, ...] = ()

    def with_rotation(self, rotation: Rotation, at: datetime | None) -> "Draft":
        """In the place of the one with its id, or after all others."""
        others = tuple(one for one in self.value.rotations if one.id != rotation.id)
        value = replace(self.value, rotations=(*others, rotation))
        people = (one for _, _, plan in rotation.plans() for one in plan.participants if one)
        return Draft(value, _earlier(self.effective_at, at), rotation.id, (*self.user_ids, *people))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at), default=None)


async def with_zone(draft: Draft, known: Known, zone: str, effective: Effective) -> Draft:
    known_zone(zone)
    now = clock.now()
    listed = {row.id for row in known.listed(now)}
    for rotation in [one for one in draft.value.rotations if one.id in listed]:
        at = effective_at(rotation, effective, now)
        draft = draft.with_rotation(rotations.in_zone(rotation, zone, effective), at)
    return replace(draft, rotation_id=None)


async def with_new_rotation(tx: Transaction, draft: Draft, known: Known, zone: str, sent: dict[str, Any]) -> Draft:
    with _field("rotation"):
        new = NewRotation(**{"name": "New rotation"} | sent)
        return draft.with_rotation(await rotations.first(tx, zone, new, new_id()), None)


async def with_changed_rotation(
    tx: Transaction, draft: Draft, known: Known, rotation_id: UUID, sent: dict[str, Any] | None, effective: Effective
) -> Draft:
    """Removed, if there is nothing in place of it."""
    try:
        row = rotations.row_of(known, rotation_id)
    except NotFound as error:
        raise Invalid(error.detail, field="rotation_id") from None
    held = next(one for one in draft.value.rotations if one.id == rotation_id)
    at = effective_at(held, effective, clock.now())
    if sent is None:
        return draft.with_rotation(rotations.removed(held, effective), at)
    with _field("rotation"):
        kind = rotations.type_with(row, held, sent)
        return draft.with_rotation(await rotations.edited(tx, held, kind, sent, effective), at)


async def with_override(tx: Transaction, draft: Draft, known: Known, values: dict[str, Any]) -> Draft:
    with _field("override"):
        row = await overrides.planned(tx, known, values)
    value = replace(draft.value, overrides=(*draft.value.overrides, override_of(row)))
    at = _earlier(draft.effective_at, row.starts_at)
    return replace(draft, value=value, effective_at=at, user_ids=(*draft.user_ids, row.user_id))


@contextmanager
def _field(name: str) -> Iterator[None]:
    """A problem names the field where it stands in the request."""
    try:
        yield
    except Invalid as error:
        error.errors = [one | {"field": f"{name}.{one['field']}"} for one in error.errors]
        raise
