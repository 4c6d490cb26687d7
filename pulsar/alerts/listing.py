"""Which alerts? The filters of the inbox, as one query."""

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Uuid

from pulsar.alerts.model import Alert
from pulsar.alerts.rules import PUNCTUATION, Priority, Status
from pulsar.base.db import Transaction


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


class search_alerts(GenericFunction[UUID]):  # noqa: N801 - the name of the function in the database
    """Text search is not leakproof, so under row-level security it would not use its index; this function of
    the owner's has its own clause for the organization."""

    type = Uuid()
    inherit_cache = True


_SPACES = str.maketrans(PUNCTUATION, " " * len(PUNCTUATION))


def words_of(search: str) -> str:
    """A tsquery of what is typed between spaces, each of which may be a beginning: "db-1.exa" is db, then 1, then what
    begins with exa. Nothing that a person types is an operator."""
    parts = (typed.translate(_SPACES).split() for typed in search.split())
    return " & ".join(" <-> ".join(f"'{part}'" for part in some) + ":*" for some in parts if some)


def alerts_query(chosen: AlertFilter) -> Select[Alert]:
    query = select(Alert)
    if chosen.status:
        query = query.where(Alert.status.in_(chosen.status))
    if chosen.priority:
        query = query.where(Alert.priority.in_(chosen.priority))
    if chosen.tag:
        query = query.where(Alert.tags.contains(chosen.tag))
    for field in ("assigned_to_user_id", "assigned_to_team_id", "source", "entity", "alias", "integration_id"):
        if (wanted := getattr(chosen, field)) is not None:
            query = query.where(getattr(Alert, field) == wanted)
    if chosen.created_after:
        query = query.where(Alert.created_at >= chosen.created_after)
    if chosen.created_before:
        query = query.where(Alert.created_at < chosen.created_before)
    return _searched(query, chosen.search.strip()) if chosen.search else query


def _searched(query: Select[Alert], search: str) -> Select[Alert]:
    def speaks_of(words: str) -> ColumnElement[bool]:
        return Alert.id.in_(select(search_alerts(words)))

    if number := re.fullmatch(r"(#?)(\d{1,15})", search):
        is_it = Alert.number == int(number[2])
        # As a whole word: beginnings of numbers stand in every generated alias.
        return query.where(is_it if number[1] else is_it | speaks_of(number[2]))
    words = words_of(search)
    return query.where(speaks_of(words)) if words else query


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
