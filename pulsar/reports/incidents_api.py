"""The route of the report on incidents: JSON for charts, or the same lines as CSV."""

from typing import Any, Literal

from fastapi import APIRouter

from pulsar.base.http import IN_TURN, View
from pulsar.people.access import AsViewer
from pulsar.reports import incidents
from pulsar.reports.asking import AsCsv, Asked
from pulsar.reports.rules import Step
from pulsar.reports.spreadsheet import csv_of
from pulsar.reports.views import CSV, TIMES, Spanned, Times, span_of

router = APIRouter(prefix="/reports", tags=["Reports"], dependencies=[IN_TURN])

By = Literal["severity", "team", "day", "week", "month"]

_COLUMNS = (
    *("key", "label", "incidents", "acknowledged", "mitigated", "resolved"),
    *(f"time_to_{span}.{part}" for span in incidents.SPANS for part in TIMES),
)


class IncidentFigures(View):
    incidents: int
    acknowledged: int
    mitigated: int
    resolved: int
    time_to_acknowledge: Times
    time_to_mitigate: Times
    time_to_resolve: Times


class IncidentLine(IncidentFigures):
    key: str
    label: str


class IncidentsReport(Spanned):
    by: By
    total: IncidentFigures
    items: list[IncidentLine]


@router.get("/incidents", response_model=IncidentsReport, responses=CSV)
async def report_incidents(tx: AsViewer, asked: Asked, csv: AsCsv, by: By = "severity") -> Any:
    """How soon somebody was on incidents, they stopped hurting and were over: in all, and by severity, team or step."""
    if by == "severity":
        total, items = await incidents.by_severity(tx, asked)
    elif by == "team":
        total, items = await incidents.by_team(tx, asked)
    else:
        total, items = await incidents.by_step(tx, asked, Step(by))
    if csv:
        return csv_of(f"incidents-by-{by}", _COLUMNS, items)
    return {**span_of(asked), "by": by, "total": total, "items": items}
