"""Does anybody get a message twice when three workers share the work, and nothing fails?"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import uvloop

from bench import storm
from bench.server import Server
from pulsar.base.cluster import Cluster


@contextlib.contextmanager
def more_workers(data_dir: Path, many: int) -> Iterator[None]:
    """Beside the one that `serve` keeps, on the same database."""
    environment = {
        **os.environ,
        "PULSAR_DATA_DIR": str(data_dir),
        "PULSAR_DATABASE_URL": Cluster(data_dir).url,
        "PULSAR_SECRET_KEY": (data_dir / "secret.key").read_text().strip(),
    }
    command = [sys.executable, "-m", "pulsar.cli", "worker"]
    with (data_dir / "workers.log").open("ab") as log, contextlib.ExitStack() as stack:
        for _ in range(many):
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            stack.callback(process.wait, 20)
            stack.callback(process.send_signal, signal.SIGINT)
        yield


def shared(server: Server, data_dir: Path, alerts: int) -> storm.Storm:
    """Three messages for each alert."""
    with more_workers(data_dir, 2):
        found, _ = uvloop.run(storm.run(server, alerts, acknowledging=False))
    return found
