"""Does a channel work at the moment? What its messages meet with, and the breaker that follows from it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.jobs import Job
from pulsar.notify.actions import put_off
from pulsar.notify.breaker import Breaker
from pulsar.notify.channel import Undelivered, registry
from pulsar.notify.events import ChannelBroken, ChannelMended
from pulsar.notify.model import ChannelRow, Notification

# A breaker that opens may close again by itself; who mends channels is not to be told of every hiccup.
PATIENCE = timedelta(minutes=2)


def breaker_of(channel: ChannelRow) -> Breaker:
    return Breaker(channel.failures, channel.retry_at)


def _keep(channel: ChannelRow, breaker: Breaker) -> None:
    channel.failures, channel.retry_at = breaker.failures, breaker.retry_at


async def admits(tx: Transaction, channel: ChannelRow) -> bool:
    """Whether a message may be tried now. Of those that come when the pause is over, one may."""
    now = clock.now()
    breaker = breaker_of(channel)
    if not breaker.is_open:
        return True
    if breaker.refuses(now):
        return False
    probe = breaker.probing(now)
    taken = (
        update(ChannelRow)
        .where(ChannelRow.id == channel.id, ChannelRow.retry_at == breaker.retry_at)
        .values(retry_at=probe.retry_at)
        .returning(ChannelRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await tx.execute(taken)).first() is not None


async def worked(tx: Transaction, channel_id: UUID) -> None:
    """What waited for the channel to work again is tried at once."""
    key = (tx.org, channel_id)
    channel = await tx.get(ChannelRow, key)
    if not channel or not _worth_noting(channel):
        return
    channel = await tx.get(ChannelRow, key, with_for_update=True, populate_existing=True)
    if not channel:
        return
    await mend(tx, channel, clock.now())


async def mend(tx: Transaction, channel: ChannelRow, at: datetime) -> None:
    """A message has arrived over it, at this time. The row is locked."""
    if channel.retry_at:
        await _release(tx, channel.id)
    if channel.broken_since:
        tx.record(ChannelMended(channel.id, name=channel.name))
    set_right(channel)
    channel.last_success_at = at


def set_right(channel: ChannelRow) -> None:
    """Nothing is held against it any more."""
    _keep(channel, Breaker())
    channel.broken_since = channel.last_error = channel.last_error_at = channel.report_at = None


def _worth_noting(channel: ChannelRow) -> bool:
    """Not with every message of a storm: they would queue up for the channel's row."""
    noted_at = channel.last_success_at
    in_trouble = channel.failures or channel.last_error is not None or channel.broken_since is not None
    return bool(in_trouble) or noted_at is None or clock.now() - noted_at > timedelta(minutes=1)


async def _release(tx: Transaction, channel_id: UUID) -> None:
    query = select(Notification).where(
        Notification.channel_id == channel_id, Notification.status == "pending", Notification.tries > 0
    )
    # Those that somebody holds are just being dealt with, and whoever holds them may wait for the channel's row.
    for waiting in await tx.scalars(query.with_for_update(skip_locked=True)):
        if waiting.carried_by or waiting.held_back_by:
            continue
        # This chance comes before its time, so it costs none of its tries: a provider that comes and goes would use
        # them all up within seconds.
        waiting.tries -= 1
        put_off(tx, waiting, clock.now())


async def failed(tx: Transaction, channel_id: UUID, answer: str, failure: Undelivered) -> None:
    channel = await tx.get(ChannelRow, (tx.org, channel_id), with_for_update=True, populate_existing=True)
    if not channel:
        return
    now = clock.now()
    channel.last_error, channel.last_error_at = answer, now
    for_good = failure.permanent and _concerns_all(channel, failure)
    if failure.permanent and not for_good:
        return  # one person's address, of which the others know nothing
    if not failure.permanent:
        _keep(channel, breaker_of(channel).failed(now))
    if channel.broken_since is None and (for_good or channel.retry_at):
        channel.broken_since = now
        tx.record(ChannelBroken(channel.id, name=channel.name, reason=answer))
        report_later(tx, channel, now if for_good else now + PATIENCE)


def _concerns_all(channel: ChannelRow, failure: Undelivered) -> bool:
    if failure.channel_broken is not None:
        return failure.channel_broken
    return registry()[channel.channel_type].reach == "room"


def report_later(tx: Transaction, channel: ChannelRow, at: datetime) -> None:
    channel.report_at = at
    if channel.broken_since:
        tx.enqueue(report_job(tx.org, channel.id, channel.broken_since, at))


def report_job(org: UUID | None, channel_id: UUID, since: datetime, at: datetime) -> Job:
    """In UTC, as the sweep reads them from the row: the same instants must make the same key."""
    since = since.astimezone(UTC)
    ids = {"org": org, "channel": channel_id, "since": since.isoformat()}
    return Job("report_channel", f"report_channel:{channel_id}:{at.astimezone(UTC).isoformat()}", ids, at)
