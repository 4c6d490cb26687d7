"""The verbs of notices: tell the public, on the page and by mail, and take back what was told."""

from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.incidents.model import Incident
from pulsar.statuspage import actions, readers
from pulsar.statuspage.events import NoticeDeleted, NoticePublished, PublicUpdatePublished
from pulsar.statuspage.model import NoticeRow, PublicUpdate


class AlreadyPublished(Conflict):
    """The public is told of this incident already: add an update to its notice."""


async def notice(tx: Transaction, notice_id: UUID, *, to_change: bool = False) -> NoticeRow:
    if to_change:
        await actions.locked(tx)
    found = await tx.get(NoticeRow, (tx.org, notice_id), with_for_update=True if to_change else None)
    if not found:
        raise NotFound("There is no notice with this id here.")
    return found


async def publish(
    tx: Transaction, incident_id: UUID | None, title: str, status: str, text: str, states: dict[UUID, str]
) -> NoticeRow:
    """The public is told of something new."""
    if incident_id and not await tx.get(Incident, (tx.org, incident_id)):
        raise Invalid("There is no incident with this id here.", field="incident_id")
    own = await actions.locked(tx)
    made = NoticeRow(incident_id=incident_id, title=title, status=status)
    async with tx.or_raise(AlreadyPublished()):
        tx.add(made)
    about = str(incident_id) if incident_id else None
    tx.record(NoticePublished(own.id, notice_id=str(made.id), incident_id=about, title=title))
    await tell(tx, made, status, text, states)
    return made


async def tell(tx: Transaction, about: NoticeRow, status: str, text: str, states: dict[UUID, str]) -> PublicUpdate:
    """How it stands now, and how the components do that it is about."""
    own = await actions.locked(tx)
    about.status = status
    update = PublicUpdate(notice_id=about.id, status=status, text=text)
    tx.add(update)
    await tx.flush()
    tx.record(PublicUpdatePublished(own.id, notice_id=str(about.id), title=about.title, status=status, text=text))
    for component_id, state in states.items():
        try:
            row = await actions.component(tx, component_id, to_change=True)
        except NotFound as missing:
            raise Invalid(missing.detail, field="components") from None
        await actions.change_component(tx, row, {"state": state})
    await readers.tell(tx, own, about, update)
    return update


async def take_back(tx: Transaction, row: NoticeRow) -> None:
    """Off the page, with all its updates. What somebody has read of it they have read."""
    own = await actions.locked(tx)
    tx.record(NoticeDeleted(own.id, notice_id=str(row.id), title=row.title))
    await tx.delete(row)
    await tx.flush()
