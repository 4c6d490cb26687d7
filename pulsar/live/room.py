"""What do all who listen to one organization on this node share? One reader, and the last of what it has read.

A listener is little more than the number of the last event that it heard. So a slow one holds nothing but its place,
and holds up nobody; and whether it just came, came back or was there all the time, it hears what follows its number.
"""

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from pulsar.live.messages import Line
from pulsar.people.access import Anybody

Encoder = Callable[[Line], bytes]
LookUp = Callable[[UUID, int, int], Awaitable[Sequence[Line]]]
"""The events of an organization after a number, up to another."""

# Lines that are kept ready. Whoever is further behind reads the table.
REMEMBERED = 2000
# So much is written to one listener at once, and no more is ever buffered for it.
AT_ONCE = 200
_WOKEN_AT_ONCE = 100
_DIFFERENT_PLACES = 8


@dataclass(frozen=True)
class Ending:
    """Why somebody hears nothing more: as a code of the WebSocket, a word for programs and one for people."""

    code: int
    slug: str
    reason: str


GONE = Ending(1000, "gone", "You hung up.")
AWAY = Ending(1013, "database_away", "The database does not answer. Connect again.")
LEAVING = Ending(1012, "restarting", "This node stops. Connect again.")
NOT_SIGNED_IN = Ending(4401, "not_signed_in", "Your session has ended, or you are no longer a member.")


class Ended(Exception):
    """This listener hears nothing more."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.reason)
        self.ending = ending


class Listener:
    """Somebody who hears what comes after `seen`."""

    def __init__(self, room: "Room", caller: Anybody) -> None:
        self.room = room
        self.caller = caller
        self.seen = 0
        self.ended: Ending | None = None
        self.beat = room.beat
        self._woken: asyncio.Future[None] | None = None

    def wake(self) -> None:
        if self._woken and not self._woken.done():
            self._woken.set_result(None)

    def end(self, ending: Ending) -> None:
        self.ended = self.ended or ending
        self.wake()

    async def next(self, encode: Encoder) -> bytes | None:
        """What follows, as soon as there is something; None when it is time to say that all is quiet. Raises Ended."""
        while not self.ended:
            if self.room.last > self.seen:
                found = self.room.after(self.seen, encode)
                if not found:
                    found = await self.room.look_up(self.seen, encode)
                if self.ended:
                    break
                said, self.seen = found
                if said:
                    self.beat = self.room.beat
                    return said
            elif self.beat != self.room.beat:
                self.beat = self.room.beat
                return None
            else:
                await self._waking()
        raise Ended(self.ended)

    async def _waking(self) -> None:
        self._woken = asyncio.get_running_loop().create_future()
        try:
            await self._woken
        finally:
            self._woken = None


class Room:
    """`look_up` reads from the table what is not remembered any more."""

    def __init__(self, org: UUID, look_up: LookUp) -> None:
        self.org = org
        self.last = 0
        self.beat = 0
        self.listeners: set[Listener] = set()
        self.opened = asyncio.Event()
        self._look_up = look_up
        self._numbers: list[int] = []
        self._lines: list[Line] = []
        self._said: dict[tuple[Encoder, int], tuple[bytes, int]] = {}

    def add(self, lines: Sequence[Line], last: int) -> None:
        """`lines` are all events after `self.last`, up to `last`."""
        self._numbers += [line.number for line in lines if line.number is not None]
        self._lines += lines
        if len(self._lines) > 2 * REMEMBERED:
            del self._numbers[:-REMEMBERED], self._lines[:-REMEMBERED]
        self._said.clear()
        self.last = last

    def after(self, seen: int, encode: Encoder) -> tuple[bytes, int] | None:
        """What comes next after this number, and the number of the last of it; None if it is not remembered. Made once
        for all who stand at the same place, which is nearly everybody."""
        if not self._numbers or self._numbers[0] > seen + 1:
            return None
        said = self._said.get((encode, seen))
        if not said:
            start = bisect_right(self._numbers, seen)
            lines = self._lines[start : start + AT_ONCE]
            said = b"".join(map(encode, lines)), self._numbers[min(start + AT_ONCE, len(self._numbers)) - 1]
            if len(self._said) < _DIFFERENT_PLACES:
                self._said[encode, seen] = said
        return said

    async def look_up(self, seen: int, encode: Encoder) -> tuple[bytes, int]:
        """The same from the table, and no further than the reader has come: it looks who may still listen."""
        until = self.last
        lines = await self._look_up(self.org, seen, until)
        return b"".join(map(encode, lines)), lines[-1].number or until if lines else until

    async def wake(self) -> None:
        """Some at a time: what else this node has to do comes in between."""
        for i, listener in enumerate(list(self.listeners), 1):
            listener.wake()
            if i % _WOKEN_AT_ONCE == 0:
                await asyncio.sleep(0)

    def end(self, ending: Ending) -> None:
        for listener in list(self.listeners):
            listener.end(ending)
        self.opened.set()

    @contextlib.contextmanager
    def entered_by(self, caller: Anybody) -> Iterator[Listener]:
        listener = Listener(self, caller)
        self.listeners.add(listener)
        try:
            yield listener
        finally:
            self.listeners.discard(listener)
