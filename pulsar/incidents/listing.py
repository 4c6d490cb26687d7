"""Which incidents? The filters of the list, as one query."""

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, any_, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Uuid

from pulsar.alerts.listing import words_of
from pulsar.alerts.rules import Priority
from pulsar.base.db import Transaction
from pulsar.base.http import Page, Paging, page_of, place_of
from pulsar.incidents.model import Incident, LinkedAlert, Responder
from pulsar.incidents.rules import IncidentStatus, Severity


class IncidentFilter(BaseModel):
    """Query parameters; those that can be repeated mean "any of these", and all together mean "and"."""

    model_config = ConfigDict(extra="ignore")

    status: list[IncidentStatus] = Field(default_factory=list)
    severity: list[Severity] = Field(default_factory=list)
    priority: list[Priority] = Field(default_factory=list)
    team_id: UUID | None = None
    responder_id: UUID | None = Field(None, description="Incidents on which this user is a responder.")
    alert_id: UUID | None = Field(None, description="Incidents to which this alert is linked.")
    search: str | None = Field(
        None, max_length=500, description="Words, or their beginnings, in title and description; or a #number."
    )
    started_after: datetime | None = None
    started_before: datetime | None = None


NEWEST = 1000
"""So many are looked at one by one."""

Filters = Annotated[IncidentFilter, Query()]


class search_incidents(GenericFunction[UUID]):  # noqa: N801 - the name of the function in the database
    """As for alerts: text search is not leakproof, so this function of the owner's has its own clause."""

    type = Uuid()
    inherit_cache = True


async def incidents_page(tx: Transaction, chosen: IncidentFilter, paging: Paging) -> Page[Any]:
    """The newest first. Of what a search finds very often, `total` says how many there are at least."""
    narrowed, search = incidents_query(chosen), (chosen.search or "").strip()
    number = re.fullmatch(r"(#?)(\d{1,15})", search)
    is_it = [Incident.number == int(number[2])] if number else []
    if number and number[1]:
        return await page_of(tx, narrowed.where(*is_it), Incident.id, paging, list)
    if words := words_of(search):
        return await _speaking_of(tx, narrowed, words, is_it, paging)
    return await page_of(tx, narrowed, Incident.id, paging, list)


async def _speaking_of(
    tx: Transaction, narrowed: Select[Incident], words: str, or_else: list[ColumnElement[bool]], paging: Paging
) -> Page[Any]:
    """Looked for first where what is frequent is found at once: among the newest that fit all else. What is not there
    is rare, or long ago, so the index of words gives few."""
    newest = narrowed.with_only_columns(Incident.id).order_by(Incident.id.desc()).limit(NEWEST)
    if paging.cursor:
        newest = newest.where(Incident.id < place_of(paging.cursor, UUID))
    ids = (await tx.scalars(newest)).all()
    says = Incident.search.bool_op("@@")(func.to_tsquery(literal_column("'simple'::regconfig"), words))
    among = select(Incident).where(Incident.id == any_(cast(ids, ARRAY(Uuid()))), or_(says, *or_else))
    page: Page[Any] = await page_of(tx, among, Incident.id, paging, list)
    whole = len(ids) < NEWEST
    if whole or page.next_cursor:
        return page.model_copy(update={"total_is_exact": whole and not paging.cursor})
    found = or_(Incident.id.in_(select(search_incidents(words))), *or_else)
    return await page_of(tx, narrowed.where(found), Incident.id, paging, list)


def incidents_query(chosen: IncidentFilter) -> Select[Incident]:
    """All that is asked but the search."""
    query = select(Incident)
    for field in ("status", "severity", "priority"):
        if wanted := getattr(chosen, field):
            query = query.where(getattr(Incident, field).in_(wanted))
    if chosen.team_id:
        query = query.where(Incident.team_id == chosen.team_id)
    if chosen.responder_id:
        on_it = select(Responder.incident_id).where(Responder.user_id == chosen.responder_id)
        query = query.where(Incident.id.in_(on_it))
    if chosen.alert_id:
        linked = select(LinkedAlert.incident_id).where(LinkedAlert.alert_id == chosen.alert_id)
        query = query.where(Incident.id.in_(linked))
    if chosen.started_after:
        query = query.where(Incident.started_at >= chosen.started_after)
    if chosen.started_before:
        query = query.where(Incident.started_at < chosen.started_before)
    return query
