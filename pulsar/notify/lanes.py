"""How many messages of one channel may a worker be sending at once? A part of what it can do, so that a provider that
hangs holds up no other channel."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

PART = 3
"""A channel gets at most one in so many of a worker's places."""

AT_ONCE = 5
"""So many go out at once where a provider asks for a pace, when it was quiet before."""

_SHORTEST_WAIT, _LONGEST_WAIT = 0.5, 15.0


@dataclass
class Lane:
    under_way: int = 0
    usual_seconds: float = 0.1
    next_turn: float = 0.0
    paced_until: float = 0.0


class Lanes:
    """Of one worker. What finds its lane full is given a turn, by the pace at which the lane moves."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lanes: dict[UUID, Lane] = {}

    def wait_for(self, channel_id: UUID, places: int) -> float | None:
        """Seconds until it may be worth trying; None when there is a place."""
        lane = self._lanes.get(channel_id)
        if not lane or lane.under_way < limit_of(places):
            return None
        now = self._clock()
        lane.next_turn = max(lane.next_turn, now) + lane.usual_seconds / limit_of(places)
        return min(max(lane.next_turn - now, _SHORTEST_WAIT), _LONGEST_WAIT)

    def slot(self, channel_id: UUID, pace_seconds: float) -> float:
        """Seconds until one more may begin, where the provider takes one in so many seconds, and a few at once now and
        then. Beyond that it would refuse them, and each refusal is a try lost."""
        lane = self._lanes.setdefault(channel_id, Lane())
        now = self._clock()
        lane.paced_until = max(lane.paced_until, now) + pace_seconds
        return max(0.0, lane.paced_until - AT_ONCE * pace_seconds - now)

    @contextmanager
    def taken(self, channel_id: UUID) -> Iterator[None]:
        lane = self._lanes.setdefault(channel_id, Lane())
        lane.under_way += 1
        begun = self._clock()
        try:
            yield
        finally:
            lane.under_way -= 1
            ended = self._clock()
            lane.usual_seconds += (ended - begun - lane.usual_seconds) / 8
            if not lane.under_way and lane.paced_until <= ended:
                self._lanes.pop(channel_id, None)


def limit_of(places: int) -> int:
    return max(1, places // PART)


LANES = Lanes()
"""Of this process."""
