"""Routes of notification preferences: each person's own ladder over the personal channels."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints, model_validator
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, NotFound
from pulsar.base.http import Body, Page, Pages, PulsarNode, View, check_version, page_of
from pulsar.notify import preference_setup, trial
from pulsar.notify.api import TrialView, Unreachable
from pulsar.notify.channel import registry
from pulsar.notify.channel_setup import config_of
from pulsar.notify.model import ChannelRow, PreferenceRow
from pulsar.notify.recipients import recipient_of, unreachable
from pulsar.orgs.actions import is_admin
from pulsar.orgs.roles import Role
from pulsar.people.access import AsViewer, Caller, entered

router = APIRouter(prefix="/notifications/preferences", tags=["Notification preferences"])

LONGEST_DELAY = 24 * 3600
MIDNIGHT = "24:00"

Priority = Literal["P1", "P2", "P3", "P4", "P5"]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
ClockOrMidnight = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Days = Annotated[
    list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7), AfterValidator(lambda days: sorted(set(days)))
]
Delay = Annotated[int, Field(ge=0, le=LONGEST_DELAY)]


class DndBody(Body):
    """By the clock in your time zone. `days` (1 is Monday) are those on which it begins; none means every day."""

    start: Clock
    end: ClockOrMidnight
    days: Days = Field(default_factory=list)

    @model_validator(mode="after")
    def _some_time(self) -> "DndBody":
        if self.start == self.end:
            raise ValueError("start and end are the same; for the whole day take 00:00 to 24:00")
        return self


class NewPreference(Body):
    channel_id: UUID
    enabled: bool = True
    min_priority: Priority = "P5"
    dnd: DndBody | None = None
    p1_passes_dnd: bool = True
    delay_seconds: Delay = 0


class PreferenceChange(Body):
    enabled: bool = True
    min_priority: Priority = "P5"
    dnd: DndBody | None = None
    p1_passes_dnd: bool = True
    delay_seconds: Delay = 0
    version: int | None = None


class OwnTest(Body):
    channel_id: UUID


class DndView(View):
    start: str
    end: str
    days: list[int]


class PreferenceView(View):
    id: UUID
    user_id: UUID
    channel_id: UUID
    channel_name: str
    enabled: bool
    min_priority: Priority
    dnd: DndView | None
    p1_passes_dnd: bool
    delay_seconds: int
    version: int
    created_at: datetime
    updated_at: datetime


def _values(sent: dict[str, Any]) -> dict[str, Any]:
    """As the table has them."""
    values = {name: value for name, value in sent.items() if name not in {"dnd", "delay_seconds", "channel_id"}}
    if "dnd" in sent:
        dnd = sent["dnd"] or {"start": None, "end": None, "days": []}
        values["dnd_start"] = dnd["start"] and time.fromisoformat(dnd["start"])
        values["dnd_end"] = time.fromisoformat(dnd["end"]) if dnd["end"] not in {None, MIDNIGHT} else None
        values["dnd_days"] = dnd["days"]
    if "delay_seconds" in sent:
        values["delay"] = timedelta(seconds=sent["delay_seconds"])
    return values


def _view(row: PreferenceRow, channel_name: str) -> PreferenceView:
    dnd = None
    if row.dnd_start is not None:
        end = f"{row.dnd_end:%H:%M}" if row.dnd_end is not None else MIDNIGHT
        dnd = DndView(start=f"{row.dnd_start:%H:%M}", end=end, days=row.dnd_days)
    own = {"dnd", "delay_seconds", "channel_name"}
    plain = {name: getattr(row, name) for name in PreferenceView.model_fields if name not in own}
    delay = int(row.delay.total_seconds())
    return PreferenceView(**plain, dnd=dnd, delay_seconds=delay, channel_name=channel_name)


async def _views(tx: Transaction, rows: Sequence[PreferenceRow]) -> list[PreferenceView]:
    query = select(ChannelRow.id, ChannelRow.name).where(ChannelRow.id.in_({row.channel_id for row in rows}))
    names = {row.id: row.name for row in await tx.execute(query)}
    return [_view(row, names[row.channel_id]) for row in rows]


async def _shown(tx: Transaction, row: PreferenceRow) -> PreferenceView:
    return (await _views(tx, [row]))[0]


async def _own(tx: Transaction, preference_id: UUID, user_id: UUID) -> PreferenceRow:
    """To change. Somebody else's is not there, not even for an admin."""
    row = await preference_setup.get(tx, preference_id, to_change=True)
    if row.user_id != user_id:
        raise NotFound("There is no preference with this id here.")
    return row


@router.post("", status_code=201)
async def create_preference(body: NewPreference, tx: AsViewer, caller: Caller) -> PreferenceView:
    values = _values(body.model_dump())
    return await _shown(tx, await preference_setup.create(tx, caller.user_id, body.channel_id, values))


@router.get("")
async def list_preferences(
    tx: AsViewer, caller: Caller, paging: Pages, user_id: UUID | None = None
) -> Page[PreferenceView]:
    """Your own; an admin may look at somebody else's."""
    if user_id not in {None, caller.user_id} and not await is_admin(tx, caller.user_id):
        raise Forbidden("Only admins see what others have set for themselves.")
    query = select(PreferenceRow).where(PreferenceRow.user_id == (user_id or caller.user_id))
    page = await page_of(tx, query, PreferenceRow.id, paging, list, descending=False)
    return Page[PreferenceView](**page.model_dump(exclude={"items"}), items=await _views(tx, page.items))


@router.post("/test")
async def test_own_channel(body: OwnTest, caller: Caller, pulsar: PulsarNode) -> TrialView:
    """Sends a message to the caller over this personal channel, now; no transaction is open meanwhile."""
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        row = await preference_setup.personal_channel(tx, body.channel_id)
        await trial.check_pace(tx, caller.user_id)
        config, channel = config_of(tx, row), registry()[row.channel_type]
        recipient = await recipient_of(tx, caller.user_id, channel)
        if why := unreachable(channel, recipient):
            raise Unreachable(why)
    result = await trial.try_out(channel, config, recipient)
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        await trial.log_trial(tx, row.id, caller.user_id, result)
    return TrialView(delivered=result.delivered, answer=result.answer, duration_ms=result.duration_ms)


@router.get("/{preference_id}")
async def get_preference(preference_id: UUID, tx: AsViewer, caller: Caller) -> PreferenceView:
    row = await preference_setup.get(tx, preference_id)
    if row.user_id != caller.user_id and not await is_admin(tx, caller.user_id):
        raise NotFound("There is no preference with this id here.")
    return await _shown(tx, row)


@router.patch("/{preference_id}")
async def update_preference(
    preference_id: UUID, body: PreferenceChange, tx: AsViewer, caller: Caller
) -> PreferenceView:
    row = await _own(tx, preference_id, caller.user_id)
    check_version(row.version, body.version, await _shown(tx, row))
    await preference_setup.change(tx, row, _values(body.sent("version")))
    return await _shown(tx, row)


@router.delete("/{preference_id}", status_code=204)
async def delete_preference(preference_id: UUID, tx: AsViewer, caller: Caller) -> None:
    """From then on everything comes over this channel, at once."""
    await preference_setup.remove(tx, await _own(tx, preference_id, caller.user_id))
