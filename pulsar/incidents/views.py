"""How does an incident look to a client? Its row, with the names of those it mentions, and how long things took."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from pulsar.alerts.rules import Priority
from pulsar.base.db import Transaction
from pulsar.base.http import Named, View
from pulsar.incidents import fields
from pulsar.incidents.model import Incident, LinkedAlert, Responder
from pulsar.incidents.rules import IncidentStatus, ResponderRole, Severity
from pulsar.people.model import User
from pulsar.people.names import team_names, user_names


class NamedIncident(View):
    id: UUID
    number: int
    title: str


class FieldValue(View):
    id: UUID
    name: str
    value: str | None


class IncidentView(View):
    id: UUID
    number: int
    title: str
    description: str
    severity: Severity
    status: IncidentStatus
    priority: Priority
    team: Named | None
    created_by: Named | None
    commanders: list[Named]
    responder_count: int
    alert_count: int
    started_at: datetime
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    acknowledged_after_seconds: int | None
    mitigated_after_seconds: int | None
    resolved_after_seconds: int | None
    merged_into: NamedIncident | None
    """It was a duplicate of that one, where work goes on."""
    fields: list[FieldValue]
    """The organization's own, all of them."""
    version: int
    created_at: datetime
    updated_at: datetime


class ResponderView(View):
    id: UUID
    user: Named
    role: ResponderRole
    joined_at: datetime | None
    """None: paged, and not here yet."""
    created_at: datetime


_OWN = set(IncidentView.model_fields) & set(Incident.__mapper__.columns.keys()) - {"fields"}


async def incident_views(tx: Transaction, incidents: Sequence[Incident]) -> list[IncidentView]:
    ids = [incident.id for incident in incidents]
    teams = await team_names(tx, (incident.team_id for incident in incidents))
    users = await user_names(tx, (incident.created_by_user_id for incident in incidents))
    people = await _people(tx, ids)
    alerts = await _alert_counts(tx, ids)
    own = await fields.names(tx)
    survivors = {one.id: one for one in await _named_incidents(tx, (one.merged_into_id for one in incidents))}
    return [
        IncidentView(
            **{name: getattr(incident, name) for name in _OWN},
            team=_named(teams, incident.team_id),
            created_by=_named(users, incident.created_by_user_id),
            commanders=[who for who, role in people[incident.id] if role == ResponderRole.INCIDENT_COMMANDER],
            responder_count=len(people[incident.id]),
            alert_count=alerts.get(incident.id, 0),
            acknowledged_after_seconds=_seconds(incident, incident.acknowledged_at),
            mitigated_after_seconds=_seconds(incident, incident.mitigated_at),
            resolved_after_seconds=_seconds(incident, incident.resolved_at),
            fields=[FieldValue(id=key, name=own[key], value=incident.fields.get(key)) for key in own],
            merged_into=survivors.get(incident.merged_into_id) if incident.merged_into_id else None,
        )
        for incident in incidents
    ]


async def incident_view(tx: Transaction, incident: Incident) -> IncidentView:
    return (await incident_views(tx, [incident]))[0]


def _named(names: dict[UUID, str], wanted: UUID | None) -> Named | None:
    return Named(id=wanted, name=names.get(wanted, "")) if wanted else None


def _seconds(incident: Incident, at: datetime | None) -> int | None:
    took = incident.milestones.took_until(at)
    return None if took is None else int(took.total_seconds())


async def _named_incidents(tx: Transaction, ids: Iterable[UUID | None]) -> list[NamedIncident]:
    query = select(Incident).where(Incident.id.in_({one for one in ids if one}))
    return [NamedIncident.model_validate(row) for row in await tx.scalars(query)]


async def merged_into(tx: Transaction, incident_id: UUID) -> list[NamedIncident]:
    """Its duplicates."""
    query = select(Incident).where(Incident.merged_into_id == incident_id).order_by(Incident.id)
    return [NamedIncident.model_validate(row) for row in await tx.scalars(query)]


async def _people(tx: Transaction, ids: list[UUID]) -> dict[UUID, list[tuple[Named, str]]]:
    rows = await tx.execute(
        select(Responder.incident_id, Responder.role, User.id, User.full_name)
        .join(User, User.id == Responder.user_id)
        .where(Responder.incident_id.in_(ids))
        .order_by(Responder.id)
    )
    found: dict[UUID, list[tuple[Named, str]]] = defaultdict(list)
    for row in rows:
        found[row.incident_id].append((Named(id=row.id, name=row.full_name), row.role))
    return found


async def people_on(tx: Transaction, incident_id: UUID) -> list[str]:
    """By name, who leads first."""
    found = (await _people(tx, [incident_id]))[incident_id]
    return [who.name for who, _ in sorted(found, key=lambda one: one[1] != ResponderRole.INCIDENT_COMMANDER)]


async def _alert_counts(tx: Transaction, ids: list[UUID]) -> dict[UUID, int]:
    of_these = LinkedAlert.incident_id.in_(ids)
    query = select(LinkedAlert.incident_id, func.count()).where(of_these).group_by(LinkedAlert.incident_id)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def responder_views(tx: Transaction, rows: Sequence[Responder]) -> list[ResponderView]:
    names = await user_names(tx, (row.user_id for row in rows))
    return [
        ResponderView(
            id=row.id,
            user=Named(id=row.user_id, name=names.get(row.user_id, "")),
            role=row.role,
            joined_at=row.joined_at,
            created_at=row.created_at,
        )
        for row in rows
    ]
