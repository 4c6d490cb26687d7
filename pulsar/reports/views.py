"""What do the answers of all reports have in common?"""

from datetime import datetime
from typing import Any

from pulsar.base.http import View
from pulsar.reports.asking import Question

CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
TIMES = ("mean_seconds", "median_seconds", "p90_seconds")


class Times(View):
    """Null when there is nothing to count."""

    mean_seconds: float | None
    median_seconds: float | None
    p90_seconds: float | None


class Spanned(View):
    start: datetime
    end: datetime
    time_zone: str


def span_of(asked: Question) -> dict[str, Any]:
    return {"start": asked.start, "end": asked.end, "time_zone": asked.zone}
