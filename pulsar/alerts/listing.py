"""Which alerts? The filters of the inbox, and where the database looks for what passes them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from pulsar.alerts.model import Alert
from pulsar.alerts.rules import PUNCTUATION, Priority, Status
from pulsar.base.db import Transaction
from pulsar.base.http import Page, Paging, cursor_of, place_of

MOST_COUNTED = 1000


class AlertFilter(BaseModel):
    """Query parameters; those that can be repeated mean "any of these", and all together mean "and"."""

    model_config = ConfigDict(extra="ignore")

    status: list[Status] = Field(default_factory=list)
    priority: list[Priority] = Field(default_factory=list)
    tag: list[str] = Field(default_factory=list, description="Alerts that have every one of these tags.")
    assigned_to_user_id: UUID | None = None
    assigned_to_team_id: UUID | None = None
    source: str | None = Field(None, max_length=500)
    entity: str | None = Field(None, max_length=500)
    alias: str | None = Field(None, max_length=1000)
    integration_id: UUID | None = None
    search: str | None = Field(
        None,
        max_length=500,
        description="Words, or their beginnings, in message, description, alias, source and entity; or a #number.",
    )
    created_after: datetime | None = None
    created_before: datetime | None = None


Filters = Annotated[AlertFilter, Query()]


_SPACES = str.maketrans(PUNCTUATION, " " * len(PUNCTUATION))


def words_of(search: str) -> str:
    """A tsquery of what is typed between spaces, each of which may be a beginning: "db-1.exa" is db, then 1, then what
    begins with exa. Nothing that a person types is an operator."""
    parts = (typed.translate(_SPACES).split() for typed in search.split())
    return " & ".join(" <-> ".join(f"'{part}'" for part in some) + ":*" for some in parts if some)


@dataclass(frozen=True)
class _Search:
    """What somebody typed: words, a number, or a number that may be a word as well."""

    words: str | None = None
    number: int | None = None

    @classmethod
    def of(cls, typed: str) -> Self:
        if number := re.fullmatch(r"(#?)(\d{1,15})", typed):
            # As a whole word: beginnings of numbers stand in every generated alias.
            return cls(None if number[1] else number[2], int(number[2]))
        return cls(words_of(typed) or None)


async def alerts_page(tx: Transaction, chosen: AlertFilter, paging: Paging) -> Page[Any]:
    """The newest first. Counts no further than it must look anyway: of very many, `total` says how many there are at
    least."""
    start = 0 if paging.cursor else (paging.page - 1) * paging.page_size
    end = start + paging.page_size
    ids, whole = await _found(tx, chosen, end + 1, _place(paging.cursor) if paging.cursor else None)
    counted = (ids, whole) if not paging.cursor else await _found(tx, chosen, paging.page_size + 1, None)
    rows = {row.id: row for row in await tx.scalars(select(Alert).where(Alert.id.in_(ids[start:end])))}
    shown = [rows[one] for one in ids[start:end] if one in rows]
    return Page[Any](
        items=shown,
        total=len(counted[0]),
        total_is_exact=counted[1],
        page=paging.page,
        page_size=paging.page_size,
        next_cursor=cursor_of(ids[end - 1]) if len(ids) > end else None,
    )


def _place(cursor: str) -> UUID:
    return place_of(cursor, UUID)


async def _found(tx: Transaction, chosen: AlertFilter, needed: int, below: UUID | None) -> tuple[list[UUID], bool]:
    search = _Search.of(chosen.search.strip()) if chosen.search else _Search()
    connection = tx.driver
    row = await connection.fetchrow(
        "SELECT ids, whole FROM find_alerts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        max(needed, MOST_COUNTED),
        needed,
        below,
        chosen.status or None,
        chosen.priority or None,
        chosen.assigned_to_user_id,
        chosen.assigned_to_team_id,
        chosen.source,
        chosen.integration_id,
        _aware(chosen.created_after),
        _aware(chosen.created_before),
        search.words,
        search.number,
        chosen.entity,
        chosen.alias,
        chosen.tag or None,
    )
    assert row
    return row["ids"], row["whole"]


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and not at.tzinfo else at


async def counts(tx: Transaction) -> dict[str, Any]:
    """How many there are in each status, those with none too; of the open ones by priority as well."""
    by_status = select(Alert.status, func.count()).group_by(Alert.status)
    found = dict((await tx.execute(by_status)).all())
    # Asked apart: of the closed ones, which are many, the index alone answers the first question.
    by_priority = select(Alert.priority, func.count()).where(Alert.status == Status.OPEN).group_by(Alert.priority)
    urgent = dict((await tx.execute(by_priority)).all())
    return {status.value: found.get(status.value, 0) for status in Status} | {
        "open_by_priority": {priority.value: urgent.get(priority.value, 0) for priority in Priority}
    }
