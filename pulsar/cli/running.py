"""What stays, and what readies the database for it: `pulsar serve`, `worker`, `migrate`."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulsar import __version__
from pulsar.cli.ground import fail, migrated, previous_key, read_settings, secret_key, unusable_place

if TYPE_CHECKING:
    import socket

    from pulsar.base.crypto import Keys
    from pulsar.settings import Settings


@contextlib.contextmanager
def _given(settings: "Settings") -> Iterator[tuple[str, "Keys"]]:
    from pulsar.base.crypto import Keys

    yield settings.database_url, Keys(settings.secret_key, settings.secret_key_previous)


@contextlib.contextmanager
def only_server(data_dir: Path) -> Iterator[None]:
    """One `serve` to a data directory. The kernel lets go of the lock however the process ends."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "serve.lock").open("a+")
    except OSError as error:
        raise unusable_place(error) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise fail(f"Pulsar is already running on {data_dir} (process {owner}). It was left alone.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def _bound(settings: "Settings") -> Iterator[tuple[list["socket.socket"], list["socket.socket"]]]:
    """For the web, and for mails where they are taken."""
    from pulsar.serve import bound

    with contextlib.ExitStack() as stack:
        place, given = f"{settings.host}:{settings.port}", "PULSAR_HOST, PULSAR_PORT"
        try:
            sockets = stack.enter_context(bound(settings.host, settings.port))
            place, given = settings.smtp_listen, "PULSAR_SMTP_LISTEN"
            mails = stack.enter_context(bound(*settings.smtp_place)) if settings.smtp_place else []
        except OSError as error:
            raise fail(f"Pulsar cannot listen on {place} ({given}): {error.strerror}.") from None
        yield sockets, mails


@click.command()
@click.option("--no-worker", is_flag=True, help="Web server only; run `pulsar worker` elsewhere.")
def serve(no_worker: bool) -> None:
    """Run everything: database (unless one is given), migrations, API, console and a worker.

    Ctrl-C or SIGTERM stops all of it in order, within 5 seconds; the exit code is then 0.
    """
    settings = read_settings()
    with only_server(settings.data_dir), _bound(settings) as (sockets, mails), migrated(settings) as (url, _):
        import uvloop

        from pulsar import serve as processes

        given = secret_key(settings), previous_key(settings)
        announce = f"Pulsar {__version__} is running at {settings.base_url} - Ctrl-C stops it."
        uvloop.run(processes.serve(settings, url, given, sockets, mails, with_worker=not no_worker, announce=announce))


@click.command()
@click.option("--follow-parent", is_flag=True, hidden=True, help="Stop at the end of standard input.")
def worker(follow_parent: bool) -> None:
    """Run a worker: it escalates, delivers and wakes."""
    settings = read_settings()
    # A child of `serve` finds the database as its parent left it: there is nothing to migrate.
    with migrated(settings) if not follow_parent else _given(settings) as (url, keys):
        import uvloop

        from pulsar import serve as processes

        pulsar = processes.node(settings, url, keys, connections=processes.WORKER_CONNECTIONS)
        uvloop.run(processes.work(pulsar, follow_parent=follow_parent))


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    with migrated(read_settings()):
        from pulsar import schema

        click.echo(f"The schema is at {schema.newest()}.")
