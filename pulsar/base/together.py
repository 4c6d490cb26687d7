"""How do many who each want a transaction share one? What is asked while the last one commits becomes the next.

Idle, a group is one and waits for nobody. A group waits for no row that somebody else holds: who waits for one while
he holds others waits in a circle. What it leaves, and all of one that fails, is done each by itself, beside the groups
that follow.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog

from pulsar.base.http import Pulsar

log = structlog.get_logger()

What = TypeVar("What")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class Asked(Generic[What, Answer]):
    what: What
    answer: asyncio.Future[Answer] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def waits(self) -> bool:
        """Whether it has no answer yet, and somebody wants one: a worker that stops does not."""
        return not self.answer.done()

    def give(self, answer: Answer) -> None:
        if self.waits:
            self.answer.set_result(answer)

    def fail(self, error: BaseException) -> None:
        if self.waits:
            self.answer.set_exception(error)


class Do(Protocol[What, Answer]):
    async def __call__(
        self, pulsar: Pulsar, org: UUID, group: Sequence[Asked[What, Answer]], /, *, alone: bool
    ) -> None:
        """Gives each its answer, but for those whose row somebody holds. `alone`, it is one, and waits for its row."""


class Together(Generic[What, Answer]):
    """The queues of this process, one for each organization."""

    def __init__(self, do: Do[What, Answer], *, most: int) -> None:
        self._do, self._most = do, most
        self._queues: dict[tuple[int, UUID], deque[Asked[What, Answer]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, pulsar: Pulsar, org: UUID, what: What) -> Answer:
        asked = Asked[What, Answer](what)
        place = id(pulsar), org
        if (queue := self._queues.get(place)) is not None:
            queue.append(asked)
        else:
            self._queues[place] = deque([asked])
            self._begin(self._drain(pulsar, org))
        return await asked.answer

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, pulsar: Pulsar, org: UUID) -> None:
        queue = self._queues[id(pulsar), org]
        try:
            while queue:
                group = [queue.popleft() for _ in range(min(len(queue), self._most))]
                if group := [asked for asked in group if asked.waits]:
                    await self._done(pulsar, org, group)
        finally:
            del self._queues[id(pulsar), org]
            for asked in queue:
                asked.answer.cancel()

    async def _done(self, pulsar: Pulsar, org: UUID, group: Sequence[Asked[What, Answer]]) -> None:
        try:
            await self._do(pulsar, org, group, alone=False)
        except Exception:
            if len(group) > 1:
                log.exception("failed_together", many=len(group))
        except asyncio.CancelledError:
            for asked in group:
                asked.answer.cancel()
            raise
        for asked in group:
            if asked.waits:
                self._begin(self._alone(pulsar, org, asked))

    async def _alone(self, pulsar: Pulsar, org: UUID, asked: Asked[What, Answer]) -> None:
        try:
            await self._do(pulsar, org, [asked], alone=True)
        except Exception as error:
            asked.fail(error)
        except asyncio.CancelledError:
            asked.answer.cancel()
            raise
