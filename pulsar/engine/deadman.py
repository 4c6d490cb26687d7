"""Who notices that Pulsar itself is dead? Somebody outside, who is told again and again that it lives, until it is not.

Every worker tells, and only while paging works: its own audit is done in time, nothing is late. So the silence means
more than that a process is gone.
"""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.engine import health
from pulsar.engine.rules import Picture, troubles
from pulsar.notify.channel import Undelivered
from pulsar.notify.sending import post
from pulsar.settings import Settings

log = structlog.get_logger()

_PATIENCE_SECONDS = 5
_OFF = timedelta(hours=1)


def interval(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.deadman_seconds) if settings.deadman_url else _OFF


async def ping(pulsar: Pulsar) -> None:
    if not pulsar.settings.deadman_url:
        return
    if wrong := troubles(await _look(pulsar), clock.now()):
        log.warning("deadman_withheld", troubles=wrong)
        return
    try:
        await post(pulsar.settings.deadman_url, method="GET", timeout_seconds=_PATIENCE_SECONDS)
    except Undelivered as failure:
        log.warning("deadman_unheard", answer=failure.answer)


async def _look(pulsar: Pulsar) -> Picture:
    try:
        return await asyncio.wait_for(health.look(pulsar.db), _PATIENCE_SECONDS)
    except (SQLAlchemyError, OSError, TimeoutError):
        return health.UNKNOWN
