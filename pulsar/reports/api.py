"""Routes of reports: each answers JSON for charts, or the same lines as CSV."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from pulsar.alerts.rules import Priority
from pulsar.base.http import IN_TURN, View
from pulsar.people.access import AsViewer
from pulsar.reports import delivery, figures, load, noise
from pulsar.reports.asking import AsCsv, Asked, Question
from pulsar.reports.rules import Step
from pulsar.reports.spreadsheet import csv_of
from pulsar.reports.views import CSV, TIMES, Spanned, Times, span_of

router = APIRouter(prefix="/reports", tags=["Reports"], dependencies=[IN_TURN])

By = Literal["day", "week", "month", "priority", "source", "team", "hour_of_week"]

_FIGURES = (
    "alerts",
    "acknowledged",
    "acknowledgement_rate",
    "closed",
    *(f"time_to_acknowledge.{one}" for one in TIMES),
    *(f"time_to_close.{one}" for one in TIMES),
)


class FiguresView(View):
    alerts: int
    acknowledged: int
    acknowledgement_rate: float | None
    closed: int
    time_to_acknowledge: Times
    time_to_close: Times


class ReportLine(FiguresView):
    key: str
    label: str


class ResponseReport(Spanned):
    step: Step
    total: FiguresView
    items: list[ReportLine]


class AlertsReport(Spanned):
    by: By
    items: list[ReportLine]


class NoisyAlias(View):
    alias: str
    alerts: int
    occurrences: int
    acknowledged: int
    acknowledgement_rate: float
    closed_unseen: int
    latest_id: UUID
    latest_number: int
    latest_at: datetime
    message: str
    priority: Priority


class NoiseReport(Spanned):
    items: list[NoisyAlias]


class LoadLine(View):
    user_id: UUID
    name: str
    time_zone: str
    pages: int
    pages_by_day: int
    pages_at_night: int
    messages: int
    on_call_seconds: float
    on_call_at_night_seconds: float


class LoadReport(Spanned):
    items: list[LoadLine]


class ChannelLine(View):
    channel_id: UUID
    channel_name: str
    channel_type: str
    deleted: bool
    messages: int
    sent: int
    confirmed: int
    failed: int
    cancelled: int
    held_back: int
    waiting: int
    success_rate: float | None
    median_seconds: float | None
    p90_seconds: float | None


class DeliveryReport(Spanned):
    items: list[ChannelLine]


@router.get("/response", response_model=ResponseReport, responses=CSV)
async def report_response(tx: AsViewer, asked: Asked, csv: AsCsv, step: Step = Step.DAY) -> Any:
    """How fast alerts were acknowledged and closed, in all and step by step."""
    total, items = await figures.by_step(tx, asked, step)
    if csv:
        return csv_of("response", ("key", *_FIGURES), items)
    return {**span_of(asked), "step": step, "total": total, "items": items}


@router.get("/alerts", response_model=AlertsReport, responses=CSV)
async def report_alerts(tx: AsViewer, asked: Asked, csv: AsCsv, by: By = "day") -> Any:
    """How many alerts there were, by day or by what they are."""
    items = await _alerts(tx, asked, by)
    if csv:
        return csv_of(f"alerts-by-{by}", ("key", "label", *_FIGURES), items)
    return {**span_of(asked), "by": by, "items": items}


async def _alerts(tx: AsViewer, asked: Question, by: By) -> list[figures.Figures]:
    match by:
        case "priority":
            return await figures.by_priority(tx, asked)
        case "source":
            return await figures.by_source(tx, asked)
        case "team":
            return await figures.by_team(tx, asked)
        case "hour_of_week":
            return await figures.by_hour_of_week(tx, asked)
        case _:
            return (await figures.by_step(tx, asked, Step(by)))[1]


@router.get("/noise", response_model=NoiseReport, responses=CSV)
async def report_noise(tx: AsViewer, asked: Asked, csv: AsCsv, limit: Annotated[int, Query(ge=1, le=500)] = 20) -> Any:
    """The aliases under which most alerts came."""
    items = await noise.noisiest(tx, asked, limit)
    return _answer("noise", asked, items, NoisyAlias, csv)


@router.get("/load", response_model=LoadReport, responses=CSV)
async def report_load(tx: AsViewer, asked: Asked, csv: AsCsv) -> Any:
    """Pages and time on call of each person."""
    return _answer("load", asked, await load.by_person(tx, asked), LoadLine, csv)


@router.get("/delivery", response_model=DeliveryReport, responses=CSV)
async def report_delivery(tx: AsViewer, asked: Asked, csv: AsCsv) -> Any:
    """What became of the messages of each channel."""
    return _answer("delivery", asked, await delivery.by_channel(tx, asked), ChannelLine, csv)


def _answer(
    name: str, asked: Question, items: list[dict[str, Any]], line: type[View], csv: bool
) -> Response | dict[str, Any]:
    return csv_of(name, tuple(line.model_fields), items) if csv else {**span_of(asked), "items": items}
