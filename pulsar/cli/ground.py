"""On what does a command stand? The settings, the secret key, the database at this version's schema.

What a command needs it imports when it runs, so that each starts quickly.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pulsar.base.crypto import Keys
    from pulsar.settings import Settings


def fail(message: str) -> click.ClickException:
    return click.ClickException(message)


def unusable_place(error: OSError) -> click.ClickException:
    return fail(f"{error}. Set PULSAR_DATA_DIR to a place that can be written.")


def read_settings() -> "Settings":
    from pulsar.settings import BadSettings, load

    try:
        settings = load()
    except BadSettings as error:
        raise fail(f"These settings do not work:\n{error}") from None
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


def previous_key(settings: "Settings") -> str:
    """The one that is being replaced, empty where none is: given, or left in the data directory by `rotate-key`."""
    file = settings.data_dir / "secret.key.previous"
    if settings.secret_key_previous or settings.secret_key or not file.exists():
        return settings.secret_key_previous
    return file.read_text().strip()


def keys_of(settings: "Settings") -> "Keys":
    from pulsar.base.crypto import Keys

    return Keys(secret_key(settings), previous_key(settings))


def key_place(settings: "Settings") -> str:
    """Where the secret key is, in words for whoever is to keep it."""
    return "PULSAR_SECRET_KEY" if settings.secret_key else str(settings.data_dir / "secret.key")


@contextlib.contextmanager
def migrated(settings: "Settings") -> Iterator[tuple[str, "Keys"]]:
    from pulsar import schema
    from pulsar.base.db import Unusable
    from pulsar.base.embedded import EmbeddedPostgresFailed
    from pulsar.serve import database_url

    with contextlib.ExitStack() as stack:
        try:
            keys = keys_of(settings)
            url = stack.enter_context(database_url(settings))
            schema.migrate_now(url, keys)
        except (EmbeddedPostgresFailed, Unusable) as error:
            raise fail(str(error)) from None
        except OSError as error:
            raise unusable_place(error) from None
        yield url, keys
