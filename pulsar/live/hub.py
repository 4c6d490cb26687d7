"""Who listens on this node? A room for each organization with somebody in it, and a reader for each room.

The reader looks at the table when the bell rings, or every two seconds, and with each look at who may still listen: so
who was removed hears nothing of what came after, and of the removal neither.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from pulsar.audit.reading import Standing, standing
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import NotSignedIn
from pulsar.base.events import EventRow
from pulsar.base.follower import POLL_SECONDS, Follower
from pulsar.base.http import Pulsar
from pulsar.live.messages import Line, of_event
from pulsar.live.room import AT_ONCE, AWAY, GONE, LEAVING, NOT_SIGNED_IN, Ended, Listener, Room
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.people import keys, sessions
from pulsar.people.access import Anybody, KeyHolder, entered

log = structlog.get_logger()

LISTENING = Gauge("pulsar_live_listeners", "WebSockets and streams that are open on this node.")
CUT = Counter("pulsar_live_cut_total", "Listeners that were hung up on, by reason.", ["reason"])

# Whoever is further behind than this reloads what it shows instead.
MOST_MISSED = 10_000
# What a room remembers at first: most who come back after a moment missed no more.
_RECENT = 250
_SILENCE = timedelta(seconds=25)
_SESSIONS_LOOKED_AT = timedelta(seconds=10)
# What may have ended some of them: then they are looked at right away.
_ENDS_SESSIONS = frozenset(
    {
        "user.signed_out",
        "user.sessions_ended",
        "user.password_set",
        "user.second_factor_added",
        "user.second_factor_removed",
        "organization.second_factor_changed",
    }
)
# Readings at once: the connections of a node are there for its requests first.
_READING, _ENTERING = 4, 6
# Between two readings, for each listener: two thousand hear of a storm eight times a second, and one at once.
_PAUSE_SECONDS = 0.00006
_DATABASE_AWAY = (SQLAlchemyError, asyncpg.InterfaceError, OSError, TimeoutError)


class Hub:
    def __init__(self, pulsar: Pulsar, follower: Follower) -> None:
        self._pulsar = pulsar
        self._follower = follower
        self._rooms: dict[UUID, Room] = {}
        self._readers: dict[UUID, asyncio.Task[None]] = {}
        self._reading = asyncio.Semaphore(_READING)
        self._entering = asyncio.Semaphore(_ENTERING)
        self._leaving = False

    def listeners(self, org: UUID) -> list[Listener]:
        room = self._rooms.get(org)
        return list(room.listeners) if room else []

    @contextlib.asynccontextmanager
    async def joined(self, caller: Anybody, after: int | None) -> AsyncIterator[tuple[Listener, int, bool]]:
        """The listener, the last number that there is, and whether it has to load anew what it shows. Raises
        NotSignedIn, Ended."""
        room = self._room(caller.org_id)
        with room.entered_by(caller) as listener, LISTENING.track_inprogress():
            try:
                stands = await self._standing(caller)
                await room.opened.wait()
                if listener.ended:
                    raise Ended(listener.ended)
                seen = stands.last if after is None else after
                anew = seen < stands.forgotten or not 0 <= stands.last - seen <= MOST_MISSED
                listener.seen = stands.last if anew else seen
                yield listener, stands.last, anew
            except Ended as ended:
                if ended.ending is not GONE:
                    CUT.labels(ended.ending.slug).inc()
                raise
            finally:
                if room.listeners == {listener}:
                    self._close(room)

    def leave(self) -> None:
        """This node stops: everybody is told to connect to another."""
        self._leaving = True
        for room in list(self._rooms.values()):
            self._close(room)
            room.end(LEAVING)

    def _room(self, org: UUID) -> Room:
        if self._leaving:
            raise Ended(LEAVING)
        room = self._rooms.get(org)
        if not room:
            room = self._rooms[org] = Room(org, self._look_up)
            self._readers[org] = asyncio.create_task(self._read(room))
        return room

    def _close(self, room: Room) -> None:
        if self._rooms.get(room.org) is room:
            del self._rooms[room.org]
            self._readers.pop(room.org).cancel()

    async def _standing(self, caller: Anybody) -> Standing:
        try:
            async with self._entering, entered(self._pulsar, caller, Role.VIEWER) as tx:
                if caller.session_id and caller.session_id not in await sessions.living(tx, {caller.session_id}):
                    raise NotSignedIn
                return await standing(tx)
        except _DATABASE_AWAY:
            raise Ended(AWAY) from None

    async def _look_up(self, org: UUID, seen: int, until: int) -> Sequence[Line]:
        try:
            async with self._reading, self._pulsar.db.in_org(org) as tx:
                return await _lines(tx, seen, until)
        except _DATABASE_AWAY:
            raise Ended(AWAY) from None

    async def _read(self, room: Room) -> None:
        try:
            with self._follower.following(room.org) as rung:
                await self._open(room)
                await self._follow(room, rung)
        except Exception as error:
            log.warning("feed_failed", exc_info=None if isinstance(error, _DATABASE_AWAY) else error)
            self._close(room)
            room.end(AWAY)

    async def _open(self, room: Room) -> None:
        async with self._reading, self._pulsar.db.in_org(room.org) as tx:
            last = await tx.scalar(select(func.max(EventRow.number))) or 0
            lines = await _lines(tx, max(0, last - _RECENT), last, _RECENT)
        room.add(lines, last)
        room.opened.set()

    async def _follow(self, room: Room, rung: asyncio.Event) -> None:
        spoke_at = looked_at = clock.now()
        while True:
            rung.clear()
            now = clock.now()
            async with self._reading, self._pulsar.db.in_org(room.org) as tx:
                lines = await _lines(tx, room.last)
                ended = not _ENDS_SESSIONS.isdisjoint(line.type for line in lines)
                look_at_sessions = ended or now - looked_at > _SESSIONS_LOOKED_AT
                await _show_out(tx, room, look_at_sessions)
            looked_at = now if look_at_sessions else looked_at
            if lines:
                room.add(lines, lines[-1].number or room.last)
                spoke_at = now
            elif now - spoke_at > _SILENCE:
                room.beat += 1
                spoke_at = now
            await room.wake()
            await asyncio.sleep(_PAUSE_SECONDS * len(room.listeners))
            if len(lines) < AT_ONCE:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), POLL_SECONDS)


async def _lines(tx: Transaction, seen: int, until: int | None = None, most: int = AT_ONCE) -> Sequence[Line]:
    query = select(EventRow).where(EventRow.number > seen).order_by(EventRow.number).limit(most)
    if until is not None:
        query = query.where(EventRow.number <= until)
    return [of_event(row) for row in await tx.scalars(query)]


async def _show_out(tx: Transaction, room: Room, look_at_sessions: bool) -> None:
    """Asked after the events were read: so of what came after a removal nothing is said to who was removed."""
    removed = set(await tx.scalars(select(Membership.user_id).where(~Membership.active)))
    gone = [one for one in room.listeners if one.caller.user_id in removed]
    held_keys = {one.caller.key_id for one in room.listeners if isinstance(one.caller, KeyHolder)}
    if held_keys:
        good = await keys.standing(tx, held_keys)
        gone += [one for one in room.listeners if isinstance(one.caller, KeyHolder) and one.caller.key_id not in good]
    if look_at_sessions:
        held = {one.caller.session_id for one in room.listeners if one.caller.session_id}
        ended = held - await sessions.living(tx, held) | await sessions.shut_out(tx, held)
        gone += [one for one in room.listeners if one.caller.session_id in ended]
    for listener in gone:
        listener.end(NOT_SIGNED_IN)
