"""`python -m tests.faults --nights 200`: is a page ever lost when things die? Prints a table.

A night is an organization with four people, four policies of one to four levels, and 50 alerts of which some are
acknowledged, all drawn from its seed, and so is who is killed in it with SIGKILL, and when: worker, API process or
database. Every few seconds a night begins, on one Pulsar, so each sees its own deaths and its neighbours'. Mail server
and webhook fail 15 of 100 messages all the time.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.faults.account import Tally
from tests.faults.night import Household, audited, lived, quiet, settled
from tests.faults.plan import VICTIMS, Victim, kills, night
from tests.faults.server import Killed

# So many are founded while nobody kills; founding is no part of a night.
TOGETHER = 25
# So many at most take their alerts in at once: a slow machine begins the next night later.
AT_ONCE = 5
EVERY_SECONDS = 5.0  # on two cores with nothing else to do

Hits = dict[int, Counter[Victim]]
"""By the night's seed: whom its kills hit."""


async def _one(household: Household, server: Killed, hits: Hits, places: asyncio.Semaphore) -> None:
    """Its place is taken already."""
    try:
        seed = household.night.seed
        suffering = asyncio.create_task(server.suffer(kills(seed)))
        await lived(household, server.http)
        hits[seed] = await suffering
    finally:
        places.release()


async def _founded(server: Killed, seeds: range) -> list[Household]:
    """Two at a time, one for each core."""
    await server.well()
    places = asyncio.Semaphore(2)

    async def one(seed: int) -> Household:
        async with places:
            return await settled(server.http, night(seed))

    return list(await asyncio.gather(*(one(seed) for seed in seeds)))


async def _run(
    server: Killed, seeds: range, households: list[Household], every: float
) -> tuple[dict[int, Tally], Hits]:
    hits: Hits = {}
    places = asyncio.Semaphore(AT_ONCE)
    for start in range(seeds.start, seeds.stop, TOGETHER):
        founded = await _founded(server, range(start, min(start + TOGETHER, seeds.stop)))
        households += founded
        async with asyncio.TaskGroup() as nights:
            for household in founded:
                await places.acquire()
                nights.create_task(_one(household, server, hits, places))
                await asyncio.sleep(every)
        sys.stderr.write(f"nights {start} to {start + len(founded) - 1} are over\n")
    await server.well()
    database = await server.database()
    await quiet(database, households)
    tallies = {household.night.seed: await audited(database, household) for household in households}
    await database.close()
    return tallies, hits


async def all_nights(nights: int, first: int, every: float = EVERY_SECONDS) -> tuple[dict[int, Tally], Hits]:
    """What came of each night, and who died in it."""
    households: list[Household] = []
    with tempfile.TemporaryDirectory(prefix="pulsar-faults-") as folder:
        Path(folder).chmod(0o755)
        server = await Killed(Path(folder)).up()
        try:
            return await _run(server, range(first, first + nights), households, every)
        finally:
            for household in households:
                await household.receivers.stop()
            await server.down()


def together(tallies: list[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole


def _late(tally: Tally) -> str:
    late = sorted(tally.lateness) or [0.0]
    return " ".join(f"{late[min(int(len(late) * q), len(late) - 1)]:.1f}" for q in (0.5, 0.99, 1))


_ROWS: dict[str, Callable[[Tally], object]] = {
    "alerts": lambda tally: tally.alerts,
    "messages": lambda tally: tally.messages,
    "alerts answered with 2xx that are gone": lambda tally: tally.lost_alerts,
    "alerts whose paging never came to an end": lambda tally: tally.unfinished,
    "levels that should have been fired and were not": lambda tally: tally.missing_levels,
    "pages that should have gone out and did not": lambda tally: tally.missing_pages,
    "levels planned twice": lambda tally: tally.planned_twice,
    "pages begun after the acknowledgement was committed": lambda tally: tally.after_acknowledgement,
    "messages sent twice (death between sending and recording)": lambda tally: tally.sent_twice,
    "lateness of levels, seconds: p50, p99, longest": _late,
}


def table(tallies: dict[int, Tally], hits: Hits) -> str:
    """All nights, and those whose own kills hit one of a kind."""
    kinds = [list(tallies), *([seed for seed in tallies if hits[seed][who]] for who in VICTIMS)]
    columns = [together([tallies[seed] for seed in seeds]) for seeds in kinds]
    killed = [sum(hit.total() for hit in hits.values()), *(sum(hit[who] for hit in hits.values()) for who in VICTIMS)]
    lines: list[tuple[object, ...]] = [("whose own kill hit", "anybody", *VICTIMS)]
    lines += [("nights", *map(len, kinds)), ("killed", *killed)]
    lines += [(what, *map(figure, columns)) for what, figure in _ROWS.items()]
    return "\n".join(f"{what!s:<58}" + "".join(f"{figure!s:>18}" for figure in figures) for what, *figures in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first night")
    every = "seconds from one night's beginning to the next one's; more on a machine that has other things to do"
    parser.add_argument("--every", type=float, default=EVERY_SECONDS, help=every)
    options = parser.parse_args()
    tallies, hits = asyncio.run(all_nights(options.nights, options.seed, options.every))
    print(table(tallies, hits))
    faulty = {seed: tally.faults for seed, tally in tallies.items() if tally.faults}
    spared = [seed for seed in tallies if not hits[seed]]
    print(f"nights without a kill of their own: {spared or 'none'}\nnights with a fault: {faulty or 'none'}")
    sys.exit(bool(faulty or spared))


if __name__ == "__main__":
    main()
