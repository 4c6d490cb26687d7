"""How does an operator change the secret key? `pulsar rotate-key`."""

import os
import secrets
from typing import TYPE_CHECKING

import click

from pulsar.cli.ground import fail, keys_of, migrated, previous_key, read_settings, secret_key
from pulsar.cli.running import only_server

if TYPE_CHECKING:
    from pulsar.settings import Settings


@click.command("rotate-key")
def rotate_key() -> None:
    """Seal all stored secrets with another secret key.

    With PULSAR_SECRET_KEY: set it to the new key and PULSAR_SECRET_KEY_PREVIOUS to the old one on all nodes, restart
    them, and type this. Where Pulsar made its key itself, stop it and type this: the new key is made here.
    """
    settings = read_settings()
    if settings.secret_key:
        if not previous_key(settings):
            raise fail("Set PULSAR_SECRET_KEY to the new key and PULSAR_SECRET_KEY_PREVIOUS to the one before.")
        _rotate(settings)
    else:
        with only_server(settings.data_dir):
            _make_anew(settings)
            _rotate(settings)


def _make_anew(settings: "Settings") -> None:
    """The file's key becomes the previous one, unless a rotation was broken off: then that one goes on."""
    file, before = settings.data_dir / "secret.key", settings.data_dir / "secret.key.previous"
    secret_key(settings)
    if before.exists() and _is_under_way(settings):
        return
    _write(str(before), file.read_text().strip())
    _write(str(file), secrets.token_urlsafe(48))


def _is_under_way(settings: "Settings") -> bool:
    import asyncio

    from pulsar.rotation import remembered

    with migrated(settings) as (url, keys):
        return asyncio.run(remembered(url)) != keys.fingerprint


def _write(path: str, key: str) -> None:
    """Whole or not at all."""
    draft = f"{path}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, path)


def _rotate(settings: "Settings") -> None:
    import asyncio

    from pulsar.rotation import rotate

    with migrated(settings) as (url, _):
        rotated = asyncio.run(rotate(url, keys_of(settings)))
    click.echo(f"{rotated.sealed} secrets are sealed with the new key; it is the database's from now on.")
    if rotated.unreadable:
        click.echo(f"{rotated.unreadable} open with neither key, and did not before: they are to be entered anew.")
    click.echo(
        "Links and sessions signed with the previous key are good for as long as that is kept beside the new one."
    )
