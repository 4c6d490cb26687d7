"""How does a report look as CSV? One line for each item, which spreadsheets read and do not run."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Response

from pulsar.base.spreadsheet import cell


def csv_of(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """`a.b` as a column is `b` of `a`."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(column.replace(".", "_") for column in columns)
    table.writerows([cell(_found(row, column)) for column in columns] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="pulsar-{name}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _found(row: Any, column: str) -> Any:
    for part in column.split("."):
        row = row[part] if row is not None else None
    return row
