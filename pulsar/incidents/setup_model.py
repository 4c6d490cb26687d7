"""The tables of what an organization sets up for its incidents: fields of its own, and templates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import OrgOwned, created_at_column, updated_at_column


class IncidentField(OrgOwned):
    """A name; what stands under it is text, and stands with each incident."""

    __tablename__ = "incident_fields"

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


Index("uq_incident_fields_name", IncidentField.org_id, func.lower(IncidentField.name), unique=True)


class IncidentTemplate(OrgOwned):
    """`calls` are those who are paged into what is declared from it: a type (user, team or policy) and an id each.
    Without a foreign key: who is gone by then, the timeline says."""

    __tablename__ = "incident_templates"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"], ondelete="SET NULL (team_id)"),
        CheckConstraint("severity IN ('critical','high','medium','low')", name="severity"),
        CheckConstraint("priority IN ('P1','P2','P3','P4','P5')", name="priority"),
    )

    name: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    severity: Mapped[str]
    priority: Mapped[str]
    team_id: Mapped[UUID | None]
    tasks: Mapped[list[str]] = mapped_column(JSONB)
    calls: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


Index("uq_incident_templates_name", IncidentTemplate.org_id, func.lower(IncidentTemplate.name), unique=True)
