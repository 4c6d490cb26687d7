"""What does the door cost? A session or an API key, over the same request that asks for neither; and counting how fast
somebody calls. In one process, without sockets: what is measured is Pulsar, and its trips to the database.

`python -m bench.door`, by itself. Rounds take turns, and medians are compared, so that a busy machine weighs on all.
"""

import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import uvloop
from fastapi import FastAPI

from bench.report import row
from pulsar import app, schema
from pulsar.base import logs
from pulsar.base.crypto import Keys
from pulsar.base.embedded import embedded
from pulsar.base.http import API, PulsarNode
from pulsar.door.limits import Limits, limits_from, of_caller, standing_headers
from pulsar.orgs.roles import Role
from pulsar.people import keys
from pulsar.people.access import AsViewer
from pulsar.people.permissions import Scope
from pulsar.people.sessions import Client
from pulsar.serve import node
from pulsar.settings import Settings
from pulsar.signin.registration import Applicant, register

ROUNDS, EACH = 30, 50
Call = Callable[[], Awaitable[None]]


def with_bare_routes(api: FastAPI, org: UUID) -> None:
    """The same small transaction, for anybody and for who may look."""

    @api.get(f"{API}/bench/none")
    async def none(pulsar: PulsarNode) -> int:
        async with pulsar.db.in_org(org):
            return 1

    @api.get(f"{API}/bench/some")
    async def some(tx: AsViewer) -> int:
        return 1


def asking(edge: Any, path: str, headers: list[tuple[bytes, bytes]]) -> Call:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, message

    async def call() -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"bench"), *headers],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await edge(scope, receive, send)

    return call


async def milliseconds(calls: dict[str, Call]) -> dict[str, tuple[float, float]]:
    """Of one call of each: by the clock, and of this process's processor."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for round_ in range(ROUNDS + 1):
        for name, call in calls.items():
            began, worked = time.perf_counter(), time.process_time()
            for _ in range(EACH):
                await call()
            if round_:  # the first warms up
                took[name].append((time.perf_counter() - began, time.process_time() - worked))
    per_call = 1000 / EACH
    return {
        name: (median(by_clock for by_clock, _ in times) * per_call, median(own for _, own in times) * per_call)
        for name, times in took.items()
    }


@contextlib.asynccontextmanager
async def doors(url: str, data_dir: Path) -> AsyncIterator[dict[str, Call]]:
    secret = Keys("a secret key for the bench, long enough")
    await schema.migrate(url, secret)
    settings = Settings(data_dir=data_dir, limit_per_caller=10_000_000, limit_per_organization=10_000_000)
    pulsar = node(settings, url, secret, connections=4)
    edge = app.build(pulsar)
    async with edge.api.router.lifespan_context(edge.api):
        who = Applicant("ana@example.org", "ana", "Ana", "Ana's")
        ana = await register(pulsar.db, who, "a password for the bench", Client("127.0.0.1", ""), is_open=True)
        async with pulsar.db.in_org(ana.organization.id) as tx:
            _, key = await keys.create(tx, Role.OWNER, "Bench", [Scope.READ], None)
        with_bare_routes(edge.api, ana.organization.id)
        bearer = (b"authorization", f"Bearer {ana.access_token}".encode())
        yield {
            "none": asking(edge, f"{API}/bench/none", []),
            "session": asking(edge, f"{API}/bench/some", [bearer]),
            "key": asking(edge, f"{API}/bench/some", [(b"x-api-key", key.encode())]),
        }


def counting() -> float:
    """Milliseconds for one request, headers included, with ten thousand callers known."""
    limits = Limits(limits_from(Settings()))
    callers = [of_caller(UUID(int=number % 100), key_id=UUID(int=number)) for number in range(10_000)]
    began = time.perf_counter()
    for caller in callers * 3:
        scope: dict[str, Any] = {}
        limits.admit(scope, *caller)
        standing_headers(scope)
    return (time.perf_counter() - began) / (3 * len(callers)) * 1000


async def _measure(url: str, data_dir: Path) -> None:
    async with doors(url, data_dir) as calls:
        took = await milliseconds(calls)
    clock, own = took["none"]
    row("a request in a transaction, for anybody", f"{clock:.2f} ms, {own:.2f} ms of processor")
    for name in ("session", "key"):
        more, of_own = took[name][0] - clock, took[name][1] - own
        row(f"  by {name}: so much more", f"{more:.2f} ms, {of_own:.2f} ms of processor", "under 0.3 ms")
    row("  counted: so much more", f"{counting():.4f} ms", "under 0.1 ms")


def main() -> None:
    logs.configure("WARNING", as_json=True)
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder:
        Path(folder).chmod(0o755)
        with embedded(Path(folder)) as url:
            uvloop.run(_measure(url, Path(folder)))


if __name__ == "__main__":
    main()
