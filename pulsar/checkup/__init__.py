"""Can Pulsar work here? What `pulsar check` looks at: each finding says what is wrong and what to do."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from pulsar import schema
from pulsar.base.crypto import Keys
from pulsar.base.embedded import EmbeddedPostgresFailed
from pulsar.checkup import database, mail, surroundings
from pulsar.checkup.finding import Finding, fine, wrong
from pulsar.settings import Settings

__all__ = ["Finding", "examine"]


def examine(
    settings: Settings,
    keys_of: Callable[[Settings], Keys],
    database_url: Callable[[Settings], AbstractContextManager[str]],
) -> Iterator[Finding]:
    yield fine("settings", f"data directory {settings.data_dir}, links to {settings.base_url}")
    yield surroundings.public_url(settings)
    yield surroundings.deadman(settings)
    yield surroundings.registration(settings)
    yield asyncio.run(mail.look(settings))
    yield asyncio.run(mail.intake(settings))
    try:
        keys = keys_of(settings)
    except OSError as error:
        yield wrong("data directory", f"{error}; set PULSAR_DATA_DIR to a place that can be written")
        return
    try:
        with database_url(settings) as url:
            yield from asyncio.run(database.look(url, keys))
    except (EmbeddedPostgresFailed, *schema.UNREACHABLE) as error:
        yield wrong("database", f"{schema.reason(error)}; see PULSAR_DATABASE_URL")
    if not settings.database_url and settings.data_dir.exists():
        yield surroundings.disk(settings.data_dir)
