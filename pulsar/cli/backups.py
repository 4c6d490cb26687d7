"""What brings a database to safety and back: `pulsar backup`, `pulsar restore`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulsar.cli.ground import fail, key_place, read_settings, unusable_place

if TYPE_CHECKING:
    from pulsar.backup.target import Target
    from pulsar.settings import Settings

_FILE = click.Path(dir_okay=False, path_type=Path)


@contextlib.contextmanager
def _database(settings: "Settings") -> Iterator[tuple[str, "Target"]]:
    """As it is: nothing is migrated."""
    import asyncio

    from pulsar import schema
    from pulsar.backup import target
    from pulsar.backup.contents import NotABackup
    from pulsar.backup.programs import ProgramFailed
    from pulsar.base.db import Unusable
    from pulsar.base.embedded import EmbeddedPostgresFailed
    from pulsar.serve import database_url

    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(database_url(settings))
            found = asyncio.run(target.look(url))
        except EmbeddedPostgresFailed as error:
            raise fail(str(error)) from None
        except schema.UNREACHABLE as error:
            raise fail(str(schema.NoAnswer(error))) from None
        try:
            yield url, found
        except (ProgramFailed, NotABackup, Unusable) as error:
            raise fail(str(error)) from None
        except OSError as error:
            raise unusable_place(error) from None


@click.command()
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Write the whole database into FILE, while Pulsar works.

    The secret key is not in it. Keep that too, and elsewhere.
    """
    settings = read_settings()
    if not file.absolute().parent.is_dir():
        raise fail(f"There is no directory {file.absolute().parent}.")
    with _database(settings) as (url, found):
        from pulsar.backup.making import back_up

        if not found.is_pulsars:
            raise fail("There is nothing of Pulsar's in this database.")
        size = back_up(url, found.version, file.absolute())
    click.echo(f"The database is in {file} ({size:,} bytes).")
    click.echo(
        f"The secret key is not: keep {key_place(settings)} as well, in another place. "
        "Without it Pulsar does not start on this database, and passwords and tokens of channels cannot be read."
    )


@click.command()
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Empty the database first, if there is something in it.")
def restore(file: Path, replace: bool) -> None:
    """Bring the database back from FILE, all of it or nothing, and to this version's schema.

    Stop Pulsar first. The secret key has to be the one that the backup was made with.
    """
    settings = read_settings()
    if not settings.secret_key and not (settings.data_dir / "secret.key").exists():
        raise fail(
            f"First put the secret.key that belongs to this backup into {settings.data_dir}, or set PULSAR_SECRET_KEY."
        )
    if not file.exists():
        raise fail(f"There is no file {file}.")
    with _database(settings) as (url, found):
        _restore(settings, url, found, file, replace)
    click.echo("Start Pulsar again: what was being escalated then goes on.")


def _restore(settings: "Settings", url: str, found: "Target", file: Path, replace: bool) -> None:
    from pulsar import schema
    from pulsar.backup.contents import read
    from pulsar.backup.restoring import restore
    from pulsar.cli.ground import keys_of

    keys = keys_of(settings)
    backup = read(file.absolute(), found.version)
    if found.at_work:
        raise fail("Pulsar is running on this database. Stop every `pulsar serve` and `pulsar worker` first.")
    if found.tables and not replace:
        raise fail(
            "The database is not empty. With --replace, what is in it is dropped, and the backup takes its place."
        )
    schema.check_fits(backup.schema, backup.key_fingerprint, keys)
    restore(url, found.version, backup, replace=bool(found.tables))
    click.echo(f"{file} is back, as of schema {backup.schema}.")
    schema.migrate_now(url, keys)
    click.echo(f"The schema is at {schema.newest()}.")
