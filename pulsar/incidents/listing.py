"""Which incidents? The filters of the list, as one query."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Uuid

from pulsar.alerts.listing import words_of
from pulsar.alerts.rules import Priority
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


Filters = Annotated[IncidentFilter, Query()]


class search_incidents(GenericFunction[UUID]):  # noqa: N801 - the name of the function in the database
    """As for alerts: text search is not leakproof, so this function of the owner's has its own clause."""

    type = Uuid()
    inherit_cache = True


def incidents_query(chosen: IncidentFilter) -> Select[Incident]:
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
    return _searched(query, chosen.search.strip()) if chosen.search else query


def _searched(query: Select[Incident], search: str) -> Select[Incident]:
    def speaks_of(words: str) -> ColumnElement[bool]:
        return Incident.id.in_(select(search_incidents(words)))

    words = words_of(search)
    if number := re.fullmatch(r"(#?)(\d{1,15})", search):
        is_it = Incident.number == int(number[2])
        return query.where(is_it if number[1] else is_it | speaks_of(words))
    return query.where(speaks_of(words)) if words else query
