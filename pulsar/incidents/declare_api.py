"""Routes of declaring an incident: by hand, from an alert, from a template; and all of it at once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from pulsar.alerts.rules import DEFAULT_PRIORITY, Priority
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.http import Body
from pulsar.incidents import actions, linking, responders, templates
from pulsar.incidents.api import Description, FieldTexts, Title
from pulsar.incidents.rules import IncidentStatus, ResponderRole, Severity
from pulsar.incidents.setup_model import IncidentTemplate
from pulsar.incidents.views import IncidentView, incident_view
from pulsar.people.access import AsMember

router = APIRouter(tags=["Incidents"])

AlertIds = Annotated[list[UUID], Field(max_length=500)]


class NewResponder(Body):
    user_id: UUID
    role: ResponderRole = ResponderRole.RESPONDER


People = Annotated[list[NewResponder], Field(max_length=100)]


class NewIncident(Body):
    """Only a title is needed, or a template, which may have one."""

    template_id: UUID | None = None
    title: Title | None = None
    description: Description = ""
    severity: Severity = Severity.MEDIUM
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    priority: Priority = DEFAULT_PRIORITY
    team_id: UUID | None = None
    started_at: AwareDatetime | None = None
    fields: FieldTexts = Field(default_factory=dict)
    alert_ids: AlertIds = Field(default_factory=list)
    responders: People = Field(default_factory=list)


class DeclaredFrom(Body):
    """What is not said, the alert says; severity, priority and team the template, if there is one."""

    template_id: UUID | None = None
    title: Title | None = None
    description: Description | None = None
    severity: Severity | None = None
    priority: Priority | None = None
    team_id: UUID | None = None
    fields: FieldTexts = Field(default_factory=dict)
    responders: People = Field(default_factory=list)


_BESIDE = {"template_id", "alert_ids", "responders"}
_FROM_TEMPLATE = ("severity", "priority", "team_id")


@router.post("/incidents", status_code=201)
async def create_incident(body: NewIncident, tx: AsMember) -> IncidentView:
    template = await _template(tx, body.template_id)
    plain = body.model_dump(exclude=_BESIDE, exclude_none=True)
    said = body.model_dump(exclude=_BESIDE, exclude_none=True, exclude_unset=True)
    values = plain | (_without_none(templates.prefilled(template)) if template else {}) | said
    if "title" not in values:
        raise Invalid("An incident needs a title, or a template.", field="title")
    return await _declare(tx, values, body.alert_ids, body.responders, template)


@router.post("/alerts/{alert_id}/incidents", status_code=201)
async def declare_from_alert(alert_id: UUID, tx: AsMember, body: DeclaredFrom | None = None) -> IncidentView:
    """It takes its title, description, team and priority, and by that its severity, from the alert, unless you say
    others; the alert is linked to it."""
    body = body or DeclaredFrom()
    values = linking.declared_from(await linking.alert_of(tx, alert_id))
    template = await _template(tx, body.template_id)
    if template:
        values |= {name: value for name in _FROM_TEMPLATE if (value := templates.prefilled(template)[name])}
    values |= body.model_dump(exclude=_BESIDE, exclude_none=True)
    return await _declare(tx, values, [alert_id], body.responders, template)


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


async def _template(tx: Transaction, template_id: UUID | None) -> IncidentTemplate | None:
    try:
        return await templates.get(tx, template_id) if template_id else None
    except NotFound as missing:
        raise Invalid(missing.detail, field="template_id") from None


async def _declare(
    tx: Transaction,
    values: dict[str, Any],
    alert_ids: list[UUID],
    people: list[NewResponder],
    template: IncidentTemplate | None,
) -> IncidentView:
    incident = await actions.create(tx, values)
    await linking.link(tx, incident, alert_ids)
    for one in people:
        await responders.add(tx, incident, one.user_id, one.role)
    if template:
        await templates.follow(tx, template, incident)
    await tx.flush()
    return await incident_view(tx, incident)
