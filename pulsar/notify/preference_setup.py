"""What do people want of the channels? Looked up for those who are paged, and set by each for themselves."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import edited, untold
from pulsar.notify.channel import registry
from pulsar.notify.events import PreferenceCreated, PreferenceDeleted, PreferenceUpdated
from pulsar.notify.model import ChannelRow, PreferenceRow
from pulsar.notify.preferences import EVERYTHING, Preference, Window
from pulsar.notify.recipients import lacking
from pulsar.people.model import User


class PreferenceExists(Conflict):
    """You have a preference for this channel already; change that one."""


class TimeZoneNeeded(Invalid):
    """Set your time zone first: do-not-disturb is by the clock where you are."""


Preferences = dict[tuple[UUID, UUID], Preference]
"""By user and channel; only where it is not everything, at once."""


async def preferences_of(tx: Transaction, users: Iterable[UUID]) -> Preferences:
    """Each person's looked up once in a transaction: one that pages for many alerts pages the same people again and
    again."""
    asked: set[UUID] = tx.info.setdefault("preferences_asked", set())
    found: Preferences = tx.info.setdefault("preferences", {})
    if unknown := set(users) - asked:
        asked |= unknown
        query = (
            select(PreferenceRow, User.time_zone)
            .join(User, User.id == PreferenceRow.user_id)
            .where(PreferenceRow.user_id.in_(unknown))
        )
        for row, zone in await tx.execute(query):
            found[row.user_id, row.channel_id] = as_rule(row, zone)
        for place, lacks in (await lacking(tx, unknown)).items():
            found[place] = replace(found.get(place, EVERYTHING), lacks=lacks)
    return found


def as_rule(row: PreferenceRow, zone: str | None) -> Preference:
    dnd = Window(row.dnd_start, row.dnd_end, frozenset(row.dnd_days)) if row.dnd_start is not None else None
    return Preference(row.enabled, row.min_priority, dnd, row.p1_passes_dnd, row.delay, zone)


async def personal_channel(tx: Transaction, channel_id: UUID) -> ChannelRow:
    channel = await tx.get(ChannelRow, (tx.org, channel_id))
    if not channel:
        raise Invalid("There is no such channel here.", field="channel_id")
    if registry()[channel.channel_type].reach != "personal":
        raise Invalid("This channel is a room: it gets one message for all, whoever wants it.", field="channel_id")
    return channel


async def create(tx: Transaction, user_id: UUID, channel_id: UUID, values: dict[str, Any]) -> PreferenceRow:
    channel = await personal_channel(tx, channel_id)
    row = PreferenceRow(user_id=user_id, channel_id=channel_id, **values)
    await _check_zone(tx, row)
    async with tx.or_raise(PreferenceExists(field="channel_id")):
        tx.add(row)
    tx.record(PreferenceCreated(user_id, channel=channel.name))
    return row


async def change(tx: Transaction, row: PreferenceRow, values: dict[str, Any]) -> None:
    for field, value in values.items():
        setattr(row, field, value)
    await _check_zone(tx, row)
    row.version += 1
    changes = untold(edited(row))
    await tx.flush()
    tx.record(PreferenceUpdated(row.user_id, channel=await _channel_name(tx, row), changes=changes))


async def remove(tx: Transaction, row: PreferenceRow) -> None:
    tx.record(PreferenceDeleted(row.user_id, channel=await _channel_name(tx, row)))
    await tx.delete(row)


async def get(tx: Transaction, preference_id: UUID, *, to_change: bool = False) -> PreferenceRow:
    row = await tx.get(PreferenceRow, (tx.org, preference_id), with_for_update=True if to_change else None)
    if not row:
        raise NotFound("There is no preference with this id here.")
    return row


async def _channel_name(tx: Transaction, row: PreferenceRow) -> str:
    return (await tx.get_one(ChannelRow, (tx.org, row.channel_id))).name


async def _check_zone(tx: Transaction, row: PreferenceRow) -> None:
    if row.dnd_start is not None and not (await tx.get_one(User, row.user_id)).time_zone:
        raise TimeZoneNeeded(field="dnd")
