"""Many that want the same of the database share a transaction, and none pays for another."""

import asyncio
from collections.abc import Sequence

import pytest

from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.base.together import Asked, Together

ORG = new_id()


class Done:
    """What was done, in which groups. Somebody has the rows of `held`; `poison` cannot be done with others, and
    `hopeless` not at all."""

    def __init__(self, held: frozenset[str] = frozenset()) -> None:
        self.groups: list[list[str]] = []
        self.alone: list[str] = []
        self.held = held
        self.free = asyncio.Event()

    async def __call__(
        self, _pulsar: Pulsar, _org: object, group: Sequence[Asked[str, str]], /, *, alone: bool
    ) -> None:
        words = [asked.what for asked in group]
        (self.alone.extend if alone else self.groups.append)(words)
        await asyncio.sleep(0)
        if "hopeless" in words or ("poison" in words and not alone):
            raise ValueError("cannot be done")
        for asked in group:
            if alone and asked.what in self.held:
                await self.free.wait()
            if alone or asked.what not in self.held:
                asked.give(asked.what.upper())


async def test_what_is_asked_while_one_is_done_is_done_together(pulsar: Pulsar) -> None:
    done = Done()
    together: Together[str, str] = Together(done, most=3)
    answers = await asyncio.gather(*(together.ask(pulsar, ORG, word) for word in "abcdefg"))
    assert answers == list("ABCDEFG")
    assert done.groups == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert await together.ask(pulsar, ORG, "h") == "H"


async def test_one_whose_row_is_held_keeps_nobody_waiting(pulsar: Pulsar) -> None:
    done = Done(held=frozenset("b"))
    together: Together[str, str] = Together(done, most=3)
    held = asyncio.create_task(together.ask(pulsar, ORG, "b"))
    others = await asyncio.gather(*(together.ask(pulsar, ORG, word) for word in "acde"))
    assert (others, held.done(), done.alone) == (list("ACDE"), False, ["b"])
    done.free.set()
    assert await held == "B"


@pytest.mark.parametrize("bad", ["poison", "hopeless"])
async def test_one_that_fails_takes_nobody_with_it(pulsar: Pulsar, bad: str) -> None:
    together: Together[str, str] = Together(Done(), most=5)
    words = ["a", bad, "c"]
    answers = await asyncio.gather(*(together.ask(pulsar, ORG, word) for word in words), return_exceptions=True)
    assert (answers[0], answers[2]) == ("A", "C")
    assert isinstance(answers[1], ValueError) == (bad == "hopeless")


async def test_who_has_gone_is_not_done_for(pulsar: Pulsar) -> None:
    done = Done()
    together: Together[str, str] = Together(done, most=1)
    first, gone, last = (asyncio.create_task(together.ask(pulsar, ORG, word)) for word in "abc")
    await asyncio.sleep(0)
    gone.cancel()
    assert [await first, await last] == ["A", "C"]
    assert done.groups == [["a"], ["c"]]
