"""How does an alert look to a client? Its row, with the names of those it mentions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from pulsar.alerts.model import Alert
from pulsar.alerts.rules import Priority, Status
from pulsar.base.db import Transaction
from pulsar.base.http import Named, View
from pulsar.people.names import team_names, user_names


class Assignee(Named):
    type: Literal["user", "team"]


class AlertView(View):
    id: UUID
    number: int
    alias: str
    message: str
    description: str
    priority: Priority
    status: Status
    source: str
    entity: str
    tags: list[str]
    details: dict[str, str]
    count: int
    assignee: Assignee | None
    escalation_policy_id: UUID | None
    integration: Named | None
    acknowledged_at: datetime | None
    acknowledged_by: Named | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    closed_by: Named | None
    close_reason: str | None
    last_occurred_at: datetime
    created_at: datetime
    updated_at: datetime


_OWN = set(AlertView.model_fields) - {"assignee", "integration", "acknowledged_by", "closed_by"}


async def alert_views(tx: Transaction, alerts: Sequence[Alert]) -> list[AlertView]:
    people = [
        person
        for alert in alerts
        for person in (alert.assigned_to_user_id, alert.acknowledged_by_user_id, alert.closed_by_user_id)
    ]
    users = await user_names(tx, people)
    teams = await team_names(tx, (alert.assigned_to_team_id for alert in alerts))
    integrations = await _integration_names(tx, {a.integration_id for a in alerts if a.integration_id})
    return [_alert_view(alert, users, teams, integrations) for alert in alerts]


async def alert_view(tx: Transaction, alert: Alert) -> AlertView:
    return (await alert_views(tx, [alert]))[0]


async def _integration_names(tx: Transaction, ids: set[UUID]) -> dict[UUID, str]:
    """By SQL, because integrations are a domain above this one."""
    if not ids:
        return {}
    rows = await tx.execute(text("SELECT id, name FROM incoming_tokens WHERE id = ANY(:ids)"), {"ids": list(ids)})
    return {row.id: row.name for row in rows}


def _alert_view(
    alert: Alert, users: dict[UUID, str], teams: dict[UUID, str], integrations: dict[UUID, str]
) -> AlertView:
    def named(names: dict[UUID, str], wanted: UUID | None, missing: str = "") -> Named | None:
        return Named(id=wanted, name=names.get(wanted, missing)) if wanted else None

    return AlertView(
        **{name: getattr(alert, name) for name in _OWN},
        assignee=_assignee(alert, users, teams),
        integration=named(integrations, alert.integration_id, "(deleted)"),
        acknowledged_by=named(users, alert.acknowledged_by_user_id),
        closed_by=named(users, alert.closed_by_user_id),
    )


def _assignee(alert: Alert, users: dict[UUID, str], teams: dict[UUID, str]) -> Assignee | None:
    if alert.assigned_to_user_id:
        name = users.get(alert.assigned_to_user_id, "")
        return Assignee(type="user", id=alert.assigned_to_user_id, name=name)
    if alert.assigned_to_team_id:
        name = teams.get(alert.assigned_to_team_id, "")
        return Assignee(type="team", id=alert.assigned_to_team_id, name=name)
    return None
