"""A Pulsar as people have it: the commands that they type, as processes of their own on a data directory."""

import asyncio
import contextlib
import inspect
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from pulsar.base.cluster import Cluster
from tests.domain.embedded.processes import end_servers, servers

PULSAR = (sys.executable, "-m", "pulsar.cli")
# Generous: the machine may be busy with something else. What must be quick says so itself.
PATIENCE_SECONDS = 60.0


async def until(what: str, condition: Callable[[], object | Awaitable[object]], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, f"did not come about in {seconds} s: {what}"
        await asyncio.sleep(0.02)


async def stays(what: str, condition: Callable[[], object], seconds: float) -> None:
    """Looks all the time, so that what goes wrong at once fails at once."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), f"did not stay: {what}"
        await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(outer: Mapping[str, str], data_dir: Path, settings: Mapping[str, object]) -> dict[str, str]:
    """Without what PULSAR_* may be set already; `port=1` becomes PULSAR_PORT. What is compiled is kept: otherwise
    each of a hundred starts would do it anew."""
    unwanted = ("PULSAR_", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in outer.items() if not name.startswith(unwanted)}
    given = {f"PULSAR_{name.upper()}": str(value) for name, value in settings.items()}
    return {**inherited, "PULSAR_DATA_DIR": str(data_dir), **given}


@dataclass
class Running:
    """`pulsar serve`, or another command that stays."""

    process: subprocess.Popen[Any]
    data_dir: Path
    port: int
    said: Path
    complained: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def stdout(self) -> str:
        return self.said.read_text()

    @property
    def stderr(self) -> str:
        return self.complained.read_text()

    @property
    def database_url(self) -> str:
        """Of the embedded database, as the owner of the tables."""
        return Cluster(self.data_dir).url

    def worker(self) -> psutil.Process:
        """That `serve` keeps."""
        (child,) = (c for c in psutil.Process(self.process.pid).children() if "worker" in c.cmdline())
        return child

    def postmaster(self) -> psutil.Process:
        """Of the embedded database."""
        pid = int((self.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        return psutil.Process(pid)

    async def ready(self, seconds: float = PATIENCE_SECONDS) -> "Running":
        await self.answers("/readyz", seconds)
        return self

    async def answers(self, path: str, seconds: float = PATIENCE_SECONDS) -> None:
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as http:

            async def fine() -> bool:
                assert self.process.poll() is None, self.stderr
                with contextlib.suppress(httpx.TransportError):
                    return (await http.get(path)).is_success
                return False

            await until(f"{path} of {self.process.args!r}", fine, seconds)

    async def ends(self, seconds: float) -> int:
        """Its exit code."""
        await until(f"the end of {self.process.args!r}", lambda: self.process.poll() is not None, seconds)
        code: int = self.process.returncode
        return code

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.ends(10)

    def leftovers(self) -> list[int]:
        """Processes on its data directory that are still there."""
        return processes_of(self.data_dir)


def processes_of(data_dir: Path) -> list[int]:
    """The postmaster, and workers with the settings of a `serve`."""
    return servers(data_dir) + workers_of(data_dir)


def workers_of(data_dir: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            ours = "pulsar.cli" in command and "worker" in command
            if ours and process.environ().get("PULSAR_DATA_DIR") == str(data_dir):
                found.append(process.pid)
    return found


@dataclass
class Starter:
    """Starts them, and ends whatever of them is left in the end."""

    folder: Path
    running: list[Running] = field(default_factory=list)

    def __call__(
        self,
        data_dir: Path,
        *arguments: str,
        command: tuple[str, ...] = PULSAR,
        how: dict[str, Any] | None = None,
        **settings: object,
    ) -> Running:
        port = int(str(settings.setdefault("port", free_port())))
        said, complained = (self.folder / f"{len(self.running)}.{name}" for name in ("out", "err"))
        how = {"env": os.environ, "cwd": "/"} | (how or {})
        how["env"] = environment(how["env"], data_dir, settings)
        with said.open("wb") as out, complained.open("wb") as err:
            process: subprocess.Popen[Any] = subprocess.Popen(
                [*command, *(arguments or ("serve",))],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                # As a terminal does it: a process group of its own, which Ctrl-C reaches as a whole.
                process_group=0,
                **how,
            )
        self.running.append(Running(process, data_dir, port, said, complained))
        return self.running[-1]

    def end_all(self) -> None:
        for one in self.running:
            if one.process.poll() is None:
                one.process.terminate()
        for one in self.running:
            try:
                one.process.wait(10)
            except subprocess.TimeoutExpired:
                one.process.kill()
                one.process.wait()
            end_servers(one.data_dir)


@dataclass(frozen=True)
class Done:
    """What a command that ends by itself left."""

    code: int
    stdout: str
    stderr: str
    seconds: float


async def run(data_dir: Path, *arguments: str, **settings: object) -> Done:
    """`await run(folder, "check", port="abc")` types `PULSAR_PORT=abc pulsar check`."""
    began = time.monotonic()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *PULSAR, *arguments, env=environment(os.environ, data_dir, settings), stdout=pipe, stderr=pipe, cwd="/"
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode(), time.monotonic() - began)


def copy(stopped: Path, to: Path) -> Path:
    """A data directory with its database, users and permissions."""
    subprocess.run(["cp", "-a", stopped, to], check=True)
    return to


def remove(data_dir: Path) -> None:
    end_servers(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)
