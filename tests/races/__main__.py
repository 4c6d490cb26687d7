"""`python -m tests.races`: 10,000 times somebody acknowledges or closes while a page is on its way, and 10,002 messages
that three workers share. Prints a table. A small part of it is in every run of the tests."""

import argparse
import tempfile
from pathlib import Path

import uvloop

from bench import storm
from bench.report import row
from bench.server import serving
from tests.races.pressing import press
from tests.races.workers import shared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=10_000)
    parser.add_argument("--alerts", type=int, default=3334)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pulsar-races-") as folder, serving(Path(folder)) as server:
        races = uvloop.run(press(server, Path(folder), asked.races))
        row("acknowledged or closed while a page was on its way", f"{len(races.pressed_at)}", f"{asked.races}")
        row("  of which somebody was paged", f"{races.paged}")
        row("  pages that had begun and arrived after the answer", f"{races.arrived_after}")
        row("  pages that began after the answer", f"{len(races.begun_after)}", "0")
    with tempfile.TemporaryDirectory(prefix="pulsar-races-") as folder, serving(Path(folder)) as server:
        found = shared(server, Path(folder), asked.alerts)
        row("messages by three workers", f"{len(found.messages)}", f"{storm.CHANNELS * asked.alerts}")
        row("  that came twice", f"{sum(found.messages.values()) - len(found.messages)}", "0")


if __name__ == "__main__":
    main()
