"""What does `pulsar serve` keep running? The web server here, a worker beside it, the embedded database under both."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvicorn

from pulsar.base.crypto import Keys
from pulsar.base.db import Database
from pulsar.base.embedded import EmbeddedPostgresFailed, embedded, ensure_running
from pulsar.settings import Settings

if TYPE_CHECKING:
    from pulsar.base.http import Pulsar

log = structlog.get_logger()

_GRACE_SECONDS = 2
_WATCH_SECONDS = 1.0
_RESTART_SECONDS = 1.0


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The one that was given, or that of the embedded server, which runs for as long as this is entered."""
    if settings.database_url:
        yield settings.database_url
    else:
        with embedded(settings.data_dir) as url:
            yield url


# Few, because they share the database's processors with the intake: a worker with a long queue and thirty
# transactions at once would leave it a thirtieth. Sending itself holds none. Webhooks have
# four of them at most.
WORKER_CONNECTIONS = 10
_API_CONNECTIONS = 30


def node(settings: Settings, url: str, keys: Keys, *, connections: int = _API_CONNECTIONS) -> "Pulsar":
    from pulsar.base import outbound
    from pulsar.base.http import Pulsar

    outbound.allow(settings.outbound_networks)
    return Pulsar(settings, keys, Database(url, keys, size=connections))


def _collect_less() -> None:
    """What was imported stays, so the collector need not look at it again and again; and it looks less often:
    an intake of thousands of requests a second makes no cycles worth a tenth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def _at_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


async def work(pulsar: "Pulsar", *, follow_parent: bool) -> None:
    """A worker, until a signal or, when it is `serve`'s child, until its parent is gone."""
    from pulsar.engine import worker

    _collect_less()
    stopping = asyncio.Event()
    _at_signals(stopping.set)
    if follow_parent:
        # The parent holds the other end and never writes: end of file means that it is gone, however it went.
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stopping.set)
    async with pulsar.db.opened():
        done = asyncio.create_task(worker.run(pulsar, stopping))
        await asyncio.wait({done, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
        # What is being sent gets a moment; what does not finish is sent again by the next worker.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(done), _GRACE_SECONDS)
        done.cancel()
        await asyncio.gather(done, return_exceptions=True)


async def _keep_a_worker(settings: Settings, url: str, secret_keys: tuple[str, str]) -> None:
    """In a process and a session of its own: a Ctrl-C reaches the parent only, which stops things in order."""
    environment = {
        **os.environ,
        "PULSAR_DATABASE_URL": url,
        "PULSAR_SECRET_KEY": secret_keys[0],
        "PULSAR_SECRET_KEY_PREVIOUS": secret_keys[1],
        "PULSAR_PORT": str(settings.port),
        "PULSAR_LOG_FORMAT": "json" if settings.logs_as_json else "text",
    }
    while True:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pulsar.cli",
            "worker",
            "--follow-parent",
            stdin=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            try:
                await asyncio.wait_for(child.wait(), _GRACE_SECONDS + 1)
            except TimeoutError:
                child.kill()
                await child.wait()
            raise
        log.error("worker_died", code=code)
        await asyncio.sleep(_RESTART_SECONDS)


async def _keep_the_database(data_dir: Path) -> None:
    while True:
        try:
            await ensure_running(data_dir)
        except EmbeddedPostgresFailed as error:
            log.error("database_down", error=str(error))
        await asyncio.sleep(_WATCH_SECONDS)


@contextlib.asynccontextmanager
async def _kept(*keepers: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[list[socket.socket]]:
    """The sockets to serve on, so that a port that is taken is found before anything is started. Raises OSError."""
    with contextlib.ExitStack() as stack:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        sockets = []
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = stack.enter_context(socket.socket(family, kind, protocol))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen()
            sockets.append(one)
        yield sockets


class _Server(uvicorn.Server):
    """Says where it is once it listens, and leaves the signals to `serve`: uvicorn ends the process with the one
    that it got, and the worker and the database are still to be stopped."""

    def __init__(self, announce: str, leave: Callable[[], None], config: uvicorn.Config) -> None:
        super().__init__(config)
        self._announce = announce
        self._leave = leave

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        _at_signals(self._exit)
        yield

    def _exit(self) -> None:
        self.should_exit = True
        self._leave()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._announce, flush=True)  # noqa: T201 - the line that whoever started it waits for


def _server(settings: Settings, url: str, keys: Keys, announce: str, mails: list[socket.socket]) -> _Server:
    from pulsar import app
    from pulsar.live import wire

    program = app.build(node(settings, url, keys))
    program.api.state.mail_sockets = mails
    config = uvicorn.Config(
        program,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="on",
        **wire.OPTIONS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(announce, program.leave, config)


async def serve(
    settings: Settings,
    url: str,
    secret_keys: tuple[str, str],
    sockets: list[socket.socket],
    mails: list[socket.socket],
    *,
    with_worker: bool,
    announce: str,
) -> None:
    """Everything above the database, until a signal: then the web server stops first and the worker after it."""
    stopping = asyncio.Event()
    _at_signals(stopping.set)
    keepers: list[asyncio.Task[None]] = []
    if not settings.database_url:
        keepers.append(asyncio.create_task(_keep_the_database(settings.data_dir)))
    if with_worker:
        keepers.append(asyncio.create_task(_keep_a_worker(settings, url, secret_keys)))
    async with _kept(*keepers):
        # In a thread, because what it imports takes a second, and the worker's process starts meanwhile.
        server = await asyncio.to_thread(_server, settings, url, Keys(*secret_keys), announce, mails)
        _collect_less()
        if not stopping.is_set():
            await server.serve(sockets)
