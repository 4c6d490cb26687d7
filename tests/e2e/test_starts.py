"""Pulsar starts where it can, and where it cannot it says why in a line, and leaves alone what is there."""

import os
import pwd
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.processes import Running, Starter, free_port, processes_of, remove, run

NOBODY = pwd.getpwnam("nobody")
AS_NOBODY: dict[str, Any] = {
    "user": NOBODY.pw_uid,
    "group": NOBODY.pw_gid,
    "extra_groups": [],
    "cwd": "/",
    "env": {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
}


def only_line(text: str) -> str:
    (line,) = text.strip().splitlines()
    return line


async def test_a_second_one_on_the_same_data_says_so_and_leaves_the_first_alone(server: Running) -> None:
    second = await run(server.data_dir, "serve", port=free_port())
    assert second.code == 1
    assert f"already running on {server.data_dir} (process {server.process.pid})" in only_line(second.stderr)
    await server.ready()


async def test_a_taken_port_is_named_before_anything_is_started(empty_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = await run(empty_dir, "serve", port=port)
    assert done.code == 1
    line = only_line(done.stderr)
    assert f"127.0.0.1:{port}" in line
    assert "PULSAR_PORT" in line
    assert "in use" in line
    assert processes_of(empty_dir) == []
    assert not (empty_dir / "postgres").exists()


async def test_an_address_that_is_not_ours_is_named(empty_dir: Path) -> None:
    done = await run(empty_dir, "serve", host="192.0.2.1", port=free_port())
    assert done.code == 1
    assert "192.0.2.1" in only_line(done.stderr)


@pytest.fixture
def dir_of_nobody(workshop: Path) -> Iterator[Path]:
    path = workshop / "nobody"
    path.mkdir()
    os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
    yield path
    remove(path)


def python_of_nobody() -> str | None:
    """One with all that Pulsar needs, that everybody may run: ours may lie below a closed directory."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            subprocess.run([python, "-c", "import asyncpg, pulsar.cli"], check=True, capture_output=True, **AS_NOBODY)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start it as somebody else")
async def test_an_ordinary_user_runs_it(start: Starter, dir_of_nobody: Path) -> None:
    python = python_of_nobody()
    if not python:
        pytest.skip("no Python that another user can run")
    running = await start(dir_of_nobody, command=(python, "-m", "pulsar.cli"), how=AS_NOBODY).ready()
    assert {psutil.Process(pid).username() for pid in running.leftovers()} == {"nobody"}
    assert await running.stop() == 0
    assert running.leftovers() == []
