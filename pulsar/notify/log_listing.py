"""Which messages? The filters of the log, and its pages, however rare among millions what is asked for is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Select, cast, column, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from pulsar.base.db import Transaction
from pulsar.base.http import MOST_COUNTED, Page, Paging, cursor_of, place_of
from pulsar.notify.model import Notification
from pulsar.notify.rules import Status


@dataclass(frozen=True)
class LogFilter:
    """What is not asked for does not narrow the log."""

    status: Annotated[list[Status] | None, Query()] = None
    channel_id: UUID | None = None
    user_id: UUID | None = None
    alert_id: UUID | None = None
    since: Annotated[AwareDatetime | None, Query(alias="from", description="Written at or after this instant.")] = None
    until: Annotated[AwareDatetime | None, Query(alias="to", description="Written before this instant.")] = None

    def narrowing(self) -> Iterator[ColumnElement[bool]]:
        """All but the status."""
        if self.channel_id:
            yield Notification.channel_id == self.channel_id
        if self.user_id:
            yield Notification.user_id == self.user_id
        if self.alert_id:
            yield Notification.subject_id == self.alert_id
        if self.since:
            yield Notification.created_at >= self.since
        if self.until:
            yield Notification.created_at < self.until


async def log_page(tx: Transaction, wanted: LogFilter, paging: Paging) -> Page[Any]:
    """The newest first: by when they were written, which is what the indexes have them by."""
    counted = select(func.count()).select_from(found(wanted, MOST_COUNTED + 1).subquery())
    total = (await tx.execute(counted)).scalar_one()
    start = 0 if paging.cursor else (paging.page - 1) * paging.page_size
    end = start + paging.page_size
    last = await tx.get(Notification, (tx.org, place_of(paging.cursor, UUID))) if paging.cursor else None
    ids = (await tx.scalars(found(wanted, end + 1, last))).all()
    return Page[Any](
        items=await _rows(tx, ids[start:end]),
        total=min(total, MOST_COUNTED),
        total_is_exact=total <= MOST_COUNTED,
        page=paging.page,
        page_size=paging.page_size,
        next_cursor=cursor_of(ids[end - 1]) if len(ids) > end else None,
    )


def found(wanted: LogFilter, most: int, after: Notification | None = None) -> Select[UUID]:
    """Looked up in each status by itself, so that each look is one piece of an index that ends at its limit: what is
    rare is not searched for among all, and what is frequent is not read whole."""
    statuses = cast(list(wanted.status or get_args(Status)), ARRAY(Text))
    each = func.unnest(statuses).table_valued(column("status", Text()), name="each").render_derived()
    place = tuple_(Notification.created_at, Notification.id)
    look = select(Notification.id, Notification.created_at).where(
        Notification.status == each.c.status, *wanted.narrowing()
    )
    if after:
        look = look.where(place < tuple_(after.created_at, after.id))
    look = look.order_by(Notification.created_at.desc(), Notification.id.desc()).limit(most)
    newest = look.lateral("newest")
    query = select(newest.c.id).select_from(each).join(newest, true())
    return query.order_by(newest.c.created_at.desc(), newest.c.id.desc()).limit(most)


async def _rows(tx: Transaction, ids: Sequence[UUID]) -> list[Notification]:
    rows = {row.id: row for row in await tx.scalars(select(Notification).where(Notification.id.in_(ids)))}
    return [rows[one] for one in ids if one in rows]
