"""What does the public read at a slug? Looked up without a session, and nothing that is internal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, text

from pulsar.base import clock
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import NotFound
from pulsar.notify.letters import public_channel
from pulsar.orgs.model import Organization
from pulsar.statuspage import actions
from pulsar.statuspage.model import NoticeRow, PublicUpdate, StatusPage
from pulsar.statuspage.rules import HISTORY, Component, Notice, Told

# More than anybody reads; a page of everybody's has to have an end.
_MOST_NOTICES, _MOST_UPDATES = 200, 2000


@dataclass(frozen=True)
class Shown:
    page_id: UUID
    slug: str
    title: str
    description: str
    set_at: datetime
    components: tuple[Component, ...]
    notices: tuple[Notice, ...]
    """Newest first: all that are not over, and those of the past 90 days."""

    mails: bool
    """Whether it can be read by mail."""

    @property
    def changed_at(self) -> datetime:
        return max([self.set_at, *(one.changed_at for one in self.notices)])


class NoSuchPage(NotFound):
    """There is no status page at this address."""


async def org_of(db: Database, slug: str) -> UUID:
    async with db.without_org() as tx:
        org: UUID | None = await tx.scalar(text("SELECT status_page_org(:slug)"), {"slug": slug})
    if not org:
        raise NoSuchPage
    return org


async def shown(db: Database, slug: str) -> Shown:
    org = await org_of(db, slug)
    async with db.in_org(org) as tx:
        own = await actions.page(tx)
        if not own or not own.enabled:
            raise NoSuchPage
        return Shown(
            own.id,
            own.slug or "",
            await title_of(tx, own),
            own.description,
            own.updated_at,
            tuple(
                Component(row.name, row.description, row.group_name, row.state) for row in await actions.components(tx)
            ),
            await _notices(tx),
            bool(await public_channel(tx)),
        )


async def title_of(tx: Transaction, own: StatusPage) -> str:
    """Where none is set, the organization's name."""
    return own.title or (await tx.get_one(Organization, tx.org)).name


async def _notices(tx: Transaction) -> tuple[Notice, ...]:
    recent = NoticeRow.created_at > clock.now() - HISTORY
    query = select(NoticeRow).where(or_(recent, NoticeRow.status != "resolved"))
    rows = (await tx.scalars(query.order_by(NoticeRow.id.desc()).limit(_MOST_NOTICES))).all()
    updates = select(PublicUpdate).where(PublicUpdate.notice_id.in_([row.id for row in rows]))
    told: dict[UUID, list[Told]] = {}
    for one in await tx.scalars(updates.order_by(PublicUpdate.id.desc()).limit(_MOST_UPDATES)):
        told.setdefault(one.notice_id, []).append(Told(one.status, one.text, one.created_at))
    return tuple(
        Notice(str(row.id), row.title, row.status, row.created_at, tuple(told.get(row.id, ()))) for row in rows
    )
