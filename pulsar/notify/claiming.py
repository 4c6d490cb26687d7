"""May this message go out, and now? Whoever is to send it claims it first: the row's lock, and every question."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Problem
from pulsar.base.http import Pulsar
from pulsar.base.jobs import CLOCK_SLACK
from pulsar.notify import bundling, channel_state, live_messages
from pulsar.notify.actions import put_off
from pulsar.notify.channel import Channel, Message, Posted, Recipient, Reference, Undelivered, pace_of, registry
from pulsar.notify.channel_setup import config_of
from pulsar.notify.digest import compose_digest
from pulsar.notify.lanes import LANES
from pulsar.notify.locking import carried, lock
from pulsar.notify.message import compose
from pulsar.notify.model import Attempt, ChannelRow, Notification
from pulsar.notify.outcome import cancel, count_failure, give_up
from pulsar.notify.recipients import addressed, named, recipient_of, unreachable
from pulsar.notify.rules import DIGEST, SAME_WITHIN, TRIES, UPDATE, is_too_late, life_of
from pulsar.orgs.actions import membership_of

# A worker that died while sending is noticed by the queue within 10 s; the sweep looks after what it missed.
CLAIM = timedelta(seconds=30)
_SECONDS_TO_SEND = 60
_SOON = timedelta(seconds=2)


@dataclass(frozen=True)
class Claimed:
    """A message that is ours to send, for as long as its claim lasts."""

    channel: Channel
    message: Message
    config: Any
    recipient: Recipient | None
    changes: Reference | None = None
    """The message that is to be changed into this one."""
    wait_seconds: float = 0.0
    """Until it may begin."""

    async def sent(self) -> str | Posted:
        """What the provider answers. Raises Undelivered."""
        if self.changes:
            kind: Any = self.channel
            changed: str | Posted = await kind.edit(self.message, self.config, self.changes)
            return changed
        return await self.channel.send(self.message, self.config, self.recipient)

    @property
    def seconds_to_send(self) -> int:
        """For the whole of it. Libraries limit each step, and an endpoint that drips its answer has no end of
        steps; what outlasts its claim would be sent a second time meanwhile."""
        return int(getattr(self.config, "timeout_seconds", _SECONDS_TO_SEND))


async def claim(tx: Transaction, pulsar: Pulsar, notification_id: UUID, lane: ExitStack) -> Claimed | None:
    """Takes the message if it is still to be sent, and now; `lane` is then in use until it is closed."""
    return (await claim_all(tx, pulsar, {notification_id: lane}, wait=True)).get(notification_id)


async def claim_all(
    tx: Transaction, pulsar: Pulsar, lanes: Mapping[UUID, ExitStack], *, wait: bool
) -> dict[UUID, Claimed | None]:
    """Of each of these messages that it has locked, whether it is ours to send."""
    found: dict[UUID, Claimed | None] = {}
    for notification in await lock(tx, lanes, wait=wait):
        found[notification.id] = await _claim(tx, pulsar, notification, lanes[notification.id])
    return found


async def _claim(tx: Transaction, pulsar: Pulsar, notification: Notification, lane: ExitStack) -> Claimed | None:
    if not await _wanted(tx, notification):
        return None
    row = await tx.get(ChannelRow, (tx.org, notification.channel_id))
    if not row or not row.enabled:
        await give_up(tx, notification, "The channel was deleted." if not row else "The channel is switched off.")
        return None
    channel = registry()[row.channel_type]
    there = await live_messages.standing_message(tx, notification, channel)
    if await _must_let_pass(tx, notification, channel, there) or await _has_twin(tx, notification, row):
        return None
    try:
        config = config_of(tx, row)
    except Problem as problem:
        await give_up(tx, notification, problem.detail)
        return None
    user, device = notification.user_id, notification.device_id
    recipient = await recipient_of(tx, user, channel, device) if user else addressed(notification.content)
    if why := unreachable(channel, recipient, device):
        await give_up(tx, notification, why)
        return None
    inside = await carried(tx, notification)
    if notification.purpose == DIGEST and not inside:
        await cancel(tx, notification, "All that it was about is settled.")
        return None
    if not await _its_turn(tx, pulsar, notification, row, lane):
        return None
    message = compose_digest(pulsar, tx, notification, inside) if inside else compose(pulsar, tx, notification, there)
    changed = there if notification.purpose == UPDATE else None
    message = replace(message, named=await named(tx, (changed or notification).content, channel, config))
    wait = 0.0 if changed else LANES.slot(row.id, pace_of(channel))
    claimed = Claimed(channel, message, config, recipient, changed.reference if changed else None, wait)
    _take(notification, inside, claimed)
    return claimed


def _take(notification: Notification, inside: Sequence[Notification], claimed: Claimed) -> None:
    for one in [notification, *inside]:
        one.status, one.held_back_by = "sending", None
    notification.tries += 1
    needed = timedelta(seconds=claimed.wait_seconds + claimed.seconds_to_send)
    notification.next_attempt_at = clock.now() + CLAIM + needed


async def _must_let_pass(
    tx: Transaction, notification: Notification, channel: Channel, there: Notification | None
) -> bool:
    """Whether another message about the same is being sent, after which this one comes; or it has nothing to change."""
    if await live_messages.another_is_underway(tx, notification, channel, there):
        put_off(tx, notification, clock.now() + live_messages.SOON)
        return True
    if notification.purpose == UPDATE and not there:
        await cancel(tx, notification, "There is no message that could show it.")
        return True
    return False


async def _wanted(tx: Transaction, notification: Notification) -> bool:
    """Whether it is to be sent at all, at this time."""
    if notification.status not in {"pending", "sending"} or notification.carried_by:
        return False
    if notification.status == "pending" and _not_due(notification):
        return False
    if await live_messages.outdated(tx, notification):
        await cancel(tx, notification, live_messages.REPLACED)
        return False
    if notification.reason:  # withdrawn while a worker that is gone was sending it
        await cancel(tx, notification, notification.reason)
        return False
    if is_too_late(notification.content, clock.now()):
        await cancel(tx, notification, "It was not sent in time, and would not be true any more.")
        return False
    if notification.tries >= TRIES:
        await give_up(tx, notification, f"Begun {TRIES} times, and the worker was interrupted each time.")
        return False
    if notification.user_id and not await membership_of(tx, notification.user_id):
        await cancel(tx, notification, "This person is no member any more.")
        return False
    return True


def _not_due(notification: Notification) -> bool:
    return notification.next_attempt_at is not None and notification.next_attempt_at > clock.now() + CLOCK_SLACK


async def _has_twin(tx: Transaction, notification: Notification, row: ChannelRow) -> bool:
    """Whether the same person has just been told of the same over this channel, by another level; or is being told."""
    states = await _twins(tx, notification, min(row.bundle, SAME_WITHIN))
    if states - {"sending"}:
        notification.status, notification.next_attempt_at = "suppressed", None
        notification.held_back_by = "duplicate"
        notification.reason = "The same had gone out to this person a moment before."
    elif states:
        put_off(tx, notification, clock.now() + _SOON)
    return bool(states)


async def _twins(tx: Transaction, notification: Notification, within: timedelta) -> set[str]:
    """The first message of an alert's life has none."""
    first = notification.tries == 0 and notification.level == 0 and notification.cycle == 0
    if notification.purpose != "page" or not notification.user_id or first or not within:
        return set()
    rows = await tx.execute(
        select(Notification.key, Notification.status).where(
            Notification.subject_id == notification.subject_id,
            Notification.user_id == notification.user_id,
            Notification.channel_id == notification.channel_id,
            Notification.device_id.is_not_distinct_from(notification.device_id),
            Notification.purpose == "page",
            Notification.id != notification.id,
            (Notification.sent_at > clock.now() - within)
            | ((Notification.status == "sending") & (Notification.id < notification.id)),
        )
    )
    return {row.status for row in rows if life_of(row.key) == life_of(notification.key)}


async def _its_turn(
    tx: Transaction, pulsar: Pulsar, notification: Notification, row: ChannelRow, lane: ExitStack
) -> bool:
    """Whether it goes out now, and not with a digest, behind others, or after a pause of the provider's."""
    if notification.status == "pending" and await bundling.must_wait(tx, notification, row):
        return False
    wait = LANES.wait_for(row.id, pulsar.settings.worker_concurrency)
    if wait is not None:
        await bundling.let_go(tx, notification)
        notification.held_back_by = "busy"
        put_off(tx, notification, clock.now() + timedelta(seconds=wait))
        return False
    lane.enter_context(LANES.taken(row.id))
    if await channel_state.admits(tx, row):
        return True
    await bundling.let_go(tx, notification)
    await _not_tried(tx, notification, row)
    return False


async def _not_tried(tx: Transaction, notification: Notification, row: ChannelRow) -> None:
    """As a failed try, so that a message for a dead provider comes to its end when any other would."""
    answer = f"Not tried: the channel has failed {row.failures} times in a row. The last time: {row.last_error}"
    attempt = Attempt(notification_id=notification.id, at=clock.now(), outcome="failed", answer=answer, duration_ms=0)
    tx.add(attempt)
    notification.tries += 1
    await count_failure(tx, notification, answer, Undelivered(answer))
