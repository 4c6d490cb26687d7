"""What can be typed? `pulsar serve`, and the commands of an operator. What a command needs it imports when it runs."""

import contextlib
import fcntl
import gc
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulsar import __version__

if TYPE_CHECKING:
    import socket

    from pulsar.base.crypto import Keys
    from pulsar.settings import Settings


def _fail(message: str) -> click.ClickException:
    return click.ClickException(message)


def _unusable_place(error: OSError) -> click.ClickException:
    return _fail(f"{error}. Set PULSAR_DATA_DIR to a place that can be written.")


def _settings() -> "Settings":
    from pulsar.settings import BadSettings, load

    try:
        settings = load()
    except BadSettings as error:
        raise _fail(f"These settings do not work:\n{error}") from None
    from pulsar.base import logs

    logs.configure(settings.log_level, as_json=settings.logs_as_json)
    return settings


def secret_key(settings: "Settings") -> str:
    """The one that was given, or the one that the first start left in the data directory."""
    if settings.secret_key:
        return settings.secret_key
    file = settings.data_dir / "secret.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: of two first starts, both read the one that won, and whole.
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_urlsafe(48))
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
    return file.read_text().strip()


@contextlib.contextmanager
def _migrated(settings: "Settings") -> Iterator[tuple[str, "Keys"]]:
    from pulsar import schema
    from pulsar.base.crypto import Keys
    from pulsar.base.db import Unusable
    from pulsar.base.embedded import EmbeddedPostgresFailed
    from pulsar.serve import database_url

    with contextlib.ExitStack() as stack:
        try:
            keys = Keys(secret_key(settings))
            url = stack.enter_context(database_url(settings))
            schema.migrate_now(url, keys)
        except (EmbeddedPostgresFailed, Unusable) as error:
            raise _fail(str(error)) from None
        except OSError as error:
            raise _unusable_place(error) from None
        yield url, keys


@contextlib.contextmanager
def _given(settings: "Settings") -> Iterator[tuple[str, "Keys"]]:
    from pulsar.base.crypto import Keys

    yield settings.database_url, Keys(settings.secret_key)


@contextlib.contextmanager
def _only_server(data_dir: Path) -> Iterator[None]:
    """One `serve` to a data directory. The kernel lets go of the lock however the process ends."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "serve.lock").open("a+")
    except OSError as error:
        raise _unusable_place(error) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise _fail(f"Pulsar is already running on {data_dir} (process {owner}). It was left alone.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def _bound(settings: "Settings") -> Iterator[list["socket.socket"]]:
    from pulsar.serve import bound

    with contextlib.ExitStack() as stack:
        try:
            sockets = stack.enter_context(bound(settings.host, settings.port))
        except OSError as error:
            place = f"{settings.host}:{settings.port} (PULSAR_HOST, PULSAR_PORT)"
            raise _fail(f"Pulsar cannot listen on {place}: {error.strerror}.") from None
        yield sockets


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Pulsar wakes the right person when something breaks."""
    # What is imported stays, and looking for cycles in it would take an eighth of the start.
    gc.disable()
    # From the first moment on, a SIGTERM stops in order what was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@main.command()
@click.option("--no-worker", is_flag=True, help="Web server only; run `pulsar worker` elsewhere.")
def serve(no_worker: bool) -> None:
    """Run everything: database (unless one is given), migrations, API, console and a worker.

    Ctrl-C or SIGTERM stops all of it in order, within 5 seconds; the exit code is then 0.
    """
    settings = _settings()
    with _only_server(settings.data_dir), _bound(settings) as sockets, _migrated(settings) as (url, _):
        import uvloop

        from pulsar import serve as processes

        key = secret_key(settings)
        announce = f"Pulsar {__version__} is running at {settings.base_url} - Ctrl-C stops it."
        uvloop.run(processes.serve(settings, url, key, sockets, with_worker=not no_worker, announce=announce))


@main.command()
@click.option("--follow-parent", is_flag=True, hidden=True, help="Stop at the end of standard input.")
def worker(follow_parent: bool) -> None:
    """Run a worker: it escalates, delivers and wakes."""
    settings = _settings()
    # A child of `serve` finds the database as its parent left it: there is nothing to migrate.
    with _migrated(settings) if not follow_parent else _given(settings) as (url, keys):
        import uvloop

        from pulsar import serve as processes

        pulsar = processes.node(settings, url, keys, connections=processes.WORKER_CONNECTIONS)
        uvloop.run(processes.work(pulsar, follow_parent=follow_parent))


@main.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    with _migrated(_settings()):
        from pulsar import schema

        click.echo(f"The schema is at {schema.newest()}.")


@main.command()
def check() -> None:
    """Look whether Pulsar can work here: settings, secret, database, schema, role, worker."""
    settings = _settings()
    from pulsar.checkup import examine
    from pulsar.serve import database_url

    healthy = True
    for finding in examine(settings, secret_key, database_url):
        healthy = healthy and finding.fine
        click.echo(f"{'ok  ' if finding.fine else 'FAIL'}  {finding.what}: {finding.detail}")
    sys.exit(0 if healthy else 1)


@main.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    import json

    from pulsar.app import build_api
    from pulsar.base.crypto import Keys
    from pulsar.serve import node
    from pulsar.settings import Settings

    document = build_api(node(Settings(), "postgresql://localhost/none", Keys(secrets.token_hex()))).openapi()
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
