"""The verbs of calendar feeds: make a secret address, revoke it, and what it says."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from pulsar.base import clock, crypto
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Conflict, NotFound
from pulsar.oncall import schedules
from pulsar.oncall.events import FeedCreated, FeedRevoked
from pulsar.oncall.ical import Duty, calendar_file, entries, etag, window
from pulsar.oncall.model import CalendarFeed, ScheduleRow
from pulsar.oncall.people import people
from pulsar.oncall.reading import read, schedules_with

MOST_FEEDS = 50

_PREFIX_LENGTH = 8
# Often enough to see whether an address is still read, without writing at every fetch.
_NOTED_EVERY = timedelta(minutes=5)


class TooManyFeeds(Conflict):
    """You have 50 calendar feeds in this organization; revoke one that nobody reads."""


@dataclass(frozen=True)
class Feed:
    file: bytes | None
    """None: who asks has it already."""
    etag: str


async def create(tx: Transaction, user_id: UUID, schedule: ScheduleRow | None) -> tuple[CalendarFeed, str]:
    """The feed and its secret, which cannot be read again."""
    query = select(func.count()).select_from(CalendarFeed).where(CalendarFeed.user_id == user_id)
    if (await tx.scalar(query) or 0) >= MOST_FEEDS:
        raise TooManyFeeds
    secret = crypto.random_token()
    feed = CalendarFeed(
        schedule_id=schedule.id if schedule else None,
        user_id=user_id,
        token_hash=crypto.token_hash(secret),
        token_prefix=secret[:_PREFIX_LENGTH],
    )
    tx.add(feed)
    await tx.flush()
    tx.record(FeedCreated(feed.id, user_id=str(user_id), schedule=schedule.name if schedule else None))
    return feed, secret


async def own(tx: Transaction, user_id: UUID, feed_id: UUID, schedule_id: UUID | None = None) -> CalendarFeed:
    """Everybody's feeds are their own: another's is not found."""
    feed = await tx.get(CalendarFeed, (tx.org, feed_id))
    if not feed or feed.user_id != user_id or (schedule_id and feed.schedule_id != schedule_id):
        raise NotFound("You have no calendar feed with this id here.")
    return feed


async def revoke(tx: Transaction, feed: CalendarFeed) -> None:
    await tx.delete(feed)
    tx.record(FeedRevoked(feed.id, user_id=str(feed.user_id)))


async def serve(db: Database, token: str, base_url: str, known_tags: str) -> Feed:
    """What the address answers. Raises NotFound for one that was revoked, or whose owner has left."""
    async with db.without_org() as tx:
        query = text("SELECT * FROM calendar_feed(:hash)")
        found = (await tx.execute(query, {"hash": crypto.token_hash(token)})).one_or_none()
    if not found:
        raise NotFound("This calendar feed does not exist, or was revoked.")
    async with db.in_org(found.org_id) as tx:
        feed = await tx.get(CalendarFeed, (tx.org, found.id))
        if not feed:
            raise NotFound("This calendar feed does not exist, or was revoked.")
        if not feed.last_used_at or clock.now() - feed.last_used_at > _NOTED_EVERY:
            feed.last_used_at = clock.now()
        content = await _content(tx, feed, base_url)
    # Of rotations that hand over every hour it takes a second, in which nobody else should have to wait.
    return await asyncio.to_thread(_written, content, known_tags)


@dataclass(frozen=True)
class _Content:
    feed_id: UUID
    name: str
    duties: list[Duty]
    names: dict[UUID, str]
    only: UUID | None


async def _content(tx: Transaction, feed: CalendarFeed, base_url: str) -> _Content:
    if feed.schedule_id:
        rows = [await schedules.get(tx, feed.schedule_id)]
    else:
        rows = list((await tx.scalars(schedules_with(feed.user_id))).all())
    known = await read(tx, rows, *window(clock.now()))
    named = await people(tx, {feed.user_id, *(one for found in known for one in found.people())})
    names = {person.id: person.name for person in named.values()}
    duties = [Duty(k.row.id, k.row.name, f"{base_url}/schedules/{k.row.id}", k.value) for k in known]
    name = f"On call: {rows[0].name if feed.schedule_id else names[feed.user_id]}"
    return _Content(feed.id, name, duties, names, None if feed.schedule_id else feed.user_id)


def _written(content: _Content, known_tags: str) -> Feed:
    now = clock.now()
    shown = entries(content.duties, content.names, now, content.only)
    tag = etag(content.name, shown)
    if tag.removeprefix("W/") in known_tags:
        return Feed(None, tag)
    return Feed(calendar_file(content.feed_id, content.name, shown, now), tag)
