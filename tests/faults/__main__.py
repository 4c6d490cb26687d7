"""`python -m tests.faults --nights 200`: is a page ever lost when things die? Prints a table.

A night is an organization with four people, four policies of one to four levels, and 50 alerts of which some are
acknowledged, all drawn from its seed. Ten nights share a Pulsar, whose worker, API process or database is killed with
SIGKILL at one to three random moments meanwhile; mail server and webhook fail 15 of 100 messages all the time.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.faults.account import Tally
from tests.faults.night import audited, lived, quiet, settled
from tests.faults.plan import kills, night
from tests.faults.server import Killed

AT_ONCE = 10


async def together(server: Killed, seeds: range) -> Tally:
    """These nights at the same time, under the kills of the first one's seed."""
    households = [await settled(server.http, night(seed)) for seed in seeds]
    try:
        suffering = asyncio.create_task(server.suffer(kills(seeds.start)))
        await asyncio.gather(*(lived(household, server.http) for household in households))
        await suffering
        database = await server.database()
        await quiet(database, households)
        tally = Tally()
        for household in households:
            tally.add(await audited(database, household))
        await database.close()
        return tally
    finally:
        for household in households:
            await household.receivers.stop()


async def all_nights(nights: int, first: int) -> tuple[Tally, Counter[str]]:
    tally, killed = Tally(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="pulsar-faults-") as folder:
        Path(folder).chmod(0o755)
        server = await Killed(Path(folder)).up()
        try:
            for start in range(first, first + nights, AT_ONCE):
                seeds = range(start, min(start + AT_ONCE, first + nights))
                tally.add(one := await together(server, seeds))
                killed.update(kill.victim for kill in kills(start))
                print(f"nights {seeds.start} to {seeds.stop - 1}: {one.faults or 'no fault'}", file=sys.stderr)
        finally:
            await server.down()
    return tally, killed


def table(nights: int, tally: Tally, killed: Counter[str]) -> str:
    late = sorted(tally.lateness)
    p50, p99, longest = (late[int(len(late) * q)] for q in (0.5, 0.99, 0.999999))
    rows = {
        "nights": nights,
        "killed: worker, API, database": ", ".join(str(killed[v]) for v in ("worker", "api", "database")),
        "alerts": tally.alerts,
        "messages": tally.messages,
        "alerts answered with 2xx that are gone": tally.lost_alerts,
        "alerts whose paging never came to an end": tally.unfinished,
        "levels that should have been fired and were not": tally.missing_levels,
        "pages that should have gone out and did not": tally.missing_pages,
        "levels planned twice": tally.planned_twice,
        "pages begun after the acknowledgement was committed": tally.after_acknowledgement,
        "messages sent twice (somebody died between sending and recording)": tally.sent_twice,
        "lateness of levels in seconds: p50, p99, longest": f"{p50:.2f}, {p99:.2f}, {longest:.2f}",
    }
    return "\n".join(f"{what:<68} {figure!s:>20}" for what, figure in rows.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first night")
    options = parser.parse_args()
    tally, killed = asyncio.run(all_nights(options.nights, options.seed))
    print(table(options.nights, tally, killed))
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
