"""What is there to see of the installation? Figures, and the processes that it is made of; nothing of an
organization's own."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, text

from pulsar import schema
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.engine.model import Node, Worker

_FIGURES = """
SELECT current_setting('server_version') AS version, clock_timestamp() AS now,
  current_setting('max_connections')::int AS connections_allowed,
  (SELECT version_num FROM alembic_version) AS schema, s.*, e.*
FROM system_state() AS s, engine_state(:now) AS e
"""
_JOBS = """
SELECT entrypoint AS kind, count(*) FILTER (WHERE execute_after <= now()) AS due,
  count(*) FILTER (WHERE execute_after > now()) AS later
FROM pgqueuer GROUP BY entrypoint ORDER BY entrypoint
"""


@dataclass(frozen=True)
class State:
    figures: Row[Any]
    jobs: list[Row[Any]]
    nodes: list[Node]
    workers: list[Worker]
    clock_difference_seconds: float
    migrations_pending: int


async def look(tx: Transaction) -> State:
    figures = (await tx.execute(text(_FIGURES), {"now": clock.now()})).one()
    difference = (figures.now - datetime.now(figures.now.tzinfo)).total_seconds()
    return State(
        figures,
        list(await tx.execute(text(_JOBS))),
        list(await tx.scalars(select(Node).order_by(Node.host, Node.pid))),
        list(await tx.scalars(select(Worker).order_by(Worker.host, Worker.pid))),
        difference,
        schema.pending(figures.schema),
    )


def free_bytes(data_dir: Path, *, embedded: bool) -> int | None:
    """Where the embedded database lies; of anybody else's disk we know nothing."""
    return shutil.disk_usage(data_dir).free if embedded and data_dir.exists() else None
