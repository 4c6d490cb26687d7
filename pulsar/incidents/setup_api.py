"""Routes of what an organization sets up for its incidents: its own fields, and templates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy import select

from pulsar.alerts.rules import DEFAULT_PRIORITY, Priority
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Name, Named, Page, Pages, View, check_version, page_of
from pulsar.escalation.model import Policy
from pulsar.incidents import fields, templates
from pulsar.incidents.rules import Severity
from pulsar.incidents.setup_model import IncidentField, IncidentTemplate
from pulsar.people.access import AsAdmin, AsViewer
from pulsar.people.names import team_names, user_names

router = APIRouter(tags=["Incident setup"])

Text = Annotated[str, StringConstraints(max_length=2000)]
Title = Annotated[str, StringConstraints(max_length=300)]
Description = Annotated[str, StringConstraints(max_length=50_000)]
TaskTitle = Annotated[str, StringConstraints(min_length=1, max_length=500)]
CallType = Literal["user", "team", "policy"]


class NewIncidentField(Body):
    name: Name
    description: Text = ""


class IncidentFieldChange(Body):
    name: Name = ""
    description: Text = ""
    version: int | None = None


class IncidentFieldView(View):
    id: UUID
    name: str
    description: str
    version: int
    created_at: datetime
    updated_at: datetime


class CallBody(Body):
    type: CallType
    id: UUID


class NewTemplate(Body):
    name: Name
    title: Title = ""
    description: Description = ""
    severity: Severity = Severity.MEDIUM
    priority: Priority = DEFAULT_PRIORITY
    team_id: UUID | None = None
    tasks: list[TaskTitle] = Field(default_factory=list, max_length=50)
    calls: list[CallBody] = Field(default_factory=list, max_length=20)


class TemplateChange(Body):
    name: Name = ""
    title: Title = ""
    description: Description = ""
    severity: Severity = Severity.MEDIUM
    priority: Priority = DEFAULT_PRIORITY
    team_id: UUID | None = None
    tasks: list[TaskTitle] = Field(default_factory=list, max_length=50)
    calls: list[CallBody] = Field(default_factory=list, max_length=20)
    version: int | None = None


class CallView(Named):
    type: CallType


class TemplateView(View):
    id: UUID
    name: str
    title: str
    description: str
    severity: Severity
    priority: Priority
    team: Named | None
    tasks: list[str]
    calls: list[CallView]
    """Who is paged into what is declared from it; the name is empty of who is gone."""
    version: int
    created_at: datetime
    updated_at: datetime


_OWN = ("id", "name", "title", "description", "severity", "priority", "tasks", "version", "created_at", "updated_at")


async def _views(tx: Transaction, rows: Sequence[IncidentTemplate]) -> list[TemplateView]:
    called: dict[str, list[UUID]] = {kind: [] for kind in ("user", "team", "policy")}
    for row in rows:
        for call in row.calls:
            called[call["type"]].append(UUID(call["id"]))
    policies = select(Policy.id, Policy.name).where(Policy.id.in_(called["policy"]))
    teams = await team_names(tx, [*called["team"], *(row.team_id for row in rows)])
    names = {**await user_names(tx, called["user"]), **teams, **{p.id: p.name for p in await tx.execute(policies)}}
    return [
        TemplateView(
            **{name: getattr(row, name) for name in _OWN},
            team=Named(id=row.team_id, name=teams.get(row.team_id, "")) if row.team_id else None,
            calls=[CallView(type=c["type"], id=c["id"], name=names.get(UUID(c["id"]), "")) for c in row.calls],
        )
        for row in rows
    ]


async def _view(tx: Transaction, row: IncidentTemplate) -> TemplateView:
    return (await _views(tx, [row]))[0]


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    if "calls" in values:
        values["calls"] = [{"type": call["type"], "id": str(call["id"])} for call in values["calls"]]
    return values


@router.get("/incident-fields")
async def list_incident_fields(tx: AsViewer, paging: Pages) -> Page[IncidentFieldView]:
    def shape(rows: Sequence[IncidentField]) -> list[IncidentFieldView]:
        return [IncidentFieldView.model_validate(row) for row in rows]

    return await page_of(tx, select(IncidentField), IncidentField.id, paging, shape, descending=False)


@router.post("/incident-fields", status_code=201)
async def create_incident_field(body: NewIncidentField, tx: AsAdmin) -> IncidentFieldView:
    return IncidentFieldView.model_validate(await fields.create(tx, body.model_dump()))


@router.patch("/incident-fields/{field_id}")
async def update_incident_field(field_id: UUID, body: IncidentFieldChange, tx: AsAdmin) -> IncidentFieldView:
    found = await fields.get(tx, field_id, to_change=True)
    check_version(found.version, body.version, IncidentFieldView.model_validate(found))
    await fields.change(tx, found, body.sent("version"))
    return IncidentFieldView.model_validate(found)


@router.delete("/incident-fields/{field_id}", status_code=204)
async def delete_incident_field(field_id: UUID, tx: AsAdmin) -> None:
    await fields.remove(tx, await fields.get(tx, field_id, to_change=True))


@router.get("/incident-templates")
async def list_incident_templates(tx: AsViewer, paging: Pages) -> Page[TemplateView]:
    page = await page_of(tx, select(IncidentTemplate), IncidentTemplate.id, paging, list, descending=False)
    return Page[TemplateView](**page.model_dump(exclude={"items"}), items=await _views(tx, page.items))


@router.post("/incident-templates", status_code=201)
async def create_incident_template(body: NewTemplate, tx: AsAdmin) -> TemplateView:
    return await _view(tx, await templates.create(tx, _stored(body.model_dump())))


@router.get("/incident-templates/{template_id}")
async def get_incident_template(template_id: UUID, tx: AsViewer) -> TemplateView:
    return await _view(tx, await templates.get(tx, template_id))


@router.patch("/incident-templates/{template_id}")
async def update_incident_template(template_id: UUID, body: TemplateChange, tx: AsAdmin) -> TemplateView:
    found = await templates.get(tx, template_id, to_change=True)
    check_version(found.version, body.version, await _view(tx, found))
    await templates.change(tx, found, _stored(body.sent("version")))
    return await _view(tx, found)


@router.delete("/incident-templates/{template_id}", status_code=204)
async def delete_incident_template(template_id: UUID, tx: AsAdmin) -> None:
    await templates.remove(tx, await templates.get(tx, template_id, to_change=True))
