"""`python -m tests.faults.soak --minutes 1440`: does anything fall silent, or swell, after a day? Prints a table.

One API process and one worker that live all the while: 20 alerts a second, and a fault every five minutes that they
have to survive. The database is killed, all their connections are cut, those that listen are, or mail server and
webhook refuse everything for a while. Each minute belongs to an organization of its own, whose books are kept as
those of the nights are; beside it the memory of both processes is written down. The books are audited at the end.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.faults.__main__ import together
from tests.faults.account import Tally
from tests.faults.night import Household, audited, lived, quiet, settled
from tests.faults.plan import POLICIES, Alert, Night, policy
from tests.faults.receivers import Receivers
from tests.faults.server import Killed

STRETCH_SECONDS = 60.0
_REFUSING_SECONDS = 20.0
_FAULTS = ("database", "connections", "listeners", "receivers")
_CUT = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_CUT_LISTENERS = _CUT + " AND query LIKE 'LISTEN%'"


@dataclass
class Soak:
    tallies: list[Tally] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    memory: dict[str, list[float]] = field(default_factory=lambda: {"web server": [], "worker": []})
    """Megabytes, once a minute."""

    def growth(self, who: str) -> float:
        """Of the last quarter's median over that of the second: what the first minutes fill is no growth."""
        seen, quarter = self.memory[who], len(self.memory[who]) // 4
        return statistics.median(seen[-quarter:]) / statistics.median(seen[quarter : 2 * quarter]) - 1


def stretch(number: int, alerts_a_second: float) -> Night:
    chance = random.Random(f"soak {number}")
    many = round(alerts_a_second * STRETCH_SECONDS)
    alerts = (
        Alert(
            chance.uniform(0, STRETCH_SECONDS),
            chance.randrange(POLICIES),
            chance.uniform(0, 8) if chance.random() < 0.4 else None,
            0,
        )
        for _ in range(many)
    )
    return Night(number, chance.choice((0, 5)), tuple(policy(chance) for _ in range(POLICIES)), tuple(alerts))


async def _refuse(receivers: Receivers) -> None:
    receivers.refusing = True
    await asyncio.sleep(_REFUSING_SECONDS)
    receivers.refusing = False


async def _fault(server: Killed, soak: Soak, receivers: Receivers, what: str) -> None:
    soak.faults[what] += 1
    if what == "database":
        server.running.postmaster().kill()
    elif what == "receivers":
        await _refuse(receivers)
    else:
        database = await server.database()
        await database.execute(_CUT if what == "connections" else _CUT_LISTENERS)
        await database.close()


async def _minute(server: Killed, soak: Soak, household: Household, faulty: bool) -> None:
    living = asyncio.create_task(lived(household, server.http))
    if faulty:
        await asyncio.sleep(random.Random(household.night.seed).uniform(5, STRETCH_SECONDS - 10))
        await _fault(server, soak, household.receivers, _FAULTS[soak.faults.total() % len(_FAULTS)])
    await living
    for who, process in (("web server", server.running.process), ("worker", server.running.worker())):
        soak.memory[who].append(psutil.Process(process.pid).memory_info().rss / 2**20)


async def _live(server: Killed, soak: Soak, asked: argparse.Namespace) -> list[Household]:
    households = []
    async with asyncio.TaskGroup() as minutes:
        for number in range(asked.minutes):
            households.append(await settled(server.http, stretch(number, asked.rate)))
            faulty = number % asked.fault_every == asked.fault_every - 1
            minutes.create_task(_minute(server, soak, households[-1], faulty))
            await asyncio.sleep(STRETCH_SECONDS)
    return households


async def soaked(asked: argparse.Namespace) -> Soak:
    """Raises when the web server or the worker is another one at the end."""
    soak = Soak()
    with tempfile.TemporaryDirectory(prefix="pulsar-soak-") as folder:
        Path(folder).chmod(0o755)
        server = await Killed(Path(folder)).up()
        born = {server.running.process.pid, server.running.worker().pid}
        try:
            households = await _live(server, soak, asked)
            database = await server.database()
            await quiet(database, households)
            soak.tallies = [await audited(database, household) for household in households]
            await database.close()
            if born != {server.running.process.pid, server.running.worker().pid}:
                raise RuntimeError("the web server or the worker has died")
        finally:
            await server.down()
    return soak


def table(soak: Soak, asked: argparse.Namespace) -> str:
    whole = together(soak.tallies)
    late = sorted(whole.lateness)
    return "\n".join(
        (
            f"minutes, alerts, messages: {asked.minutes}, {whole.alerts}, {whole.messages}",
            f"faults survived: {dict(soak.faults)}",
            f"lost, unfinished, planned twice, paged after acknowledgement: {whole.faults or 'none'}",
            f"sent twice: {whole.sent_twice}",
            f"lateness of levels, seconds: p50 {late[len(late) // 2]:.1f}, p99 {late[int(len(late) * 0.99)]:.1f}",
            *(
                f"MB of the {who}: {seen[0]:.0f} at first, {seen[-1]:.0f} at last, grown {soak.growth(who):+.1%}"
                for who, seen in soak.memory.items()
            ),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=1440, help="at least 4")
    parser.add_argument("--rate", type=float, default=20.0, help="alerts a second")
    parser.add_argument("--fault-every", type=int, default=5, help="minutes")
    asked = parser.parse_args()
    soak = asyncio.run(soaked(asked))
    print(table(soak, asked))
    sys.exit(any(tally.faults for tally in soak.tallies))


if __name__ == "__main__":
    main()
