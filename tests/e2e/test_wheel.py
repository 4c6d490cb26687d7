"""The wheel is all that one needs: installed into an empty environment, it serves the API and the console."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import Starter

REPOSITORY = Path(__file__).parents[2]


def python(*arguments: object) -> None:
    done = subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    python("hatchling", "build", "-t", "wheel", "-d", folder)
    (found,) = folder.glob("*.whl")
    return found


def test_it_holds_the_package_with_its_console_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "pulsar/console/index.html" in names
    assert "pulsar/migrations/env.py" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"pulsar", "pulsar_oncall"}
    assert not [name for name in names if "__pycache__" in name]


async def test_it_serves_from_a_bare_environment(wheel: Path, start: Starter, empty_dir: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=True)
    install = ("uv", "pip", "install", "--quiet", "--python", bare / "bin/python")
    python(*install, "--require-hashes", "-r", "requirements/runtime.txt")
    python(*install, "--no-deps", wheel)

    of_a_stranger = {"env": {"PATH": os.defpath, "HOME": str(tmp_path)}}
    command = (str(bare / "bin/pulsar"),)
    running = start(empty_dir, command=command, how=of_a_stranger, public_url="https://pulsar.example.org")
    await running.ready()

    assert "is running at https://pulsar.example.org - Ctrl-C stops it." in running.stdout
    assert (empty_dir / "secret.key").stat().st_mode & 0o077 == 0
    async with httpx.AsyncClient(base_url=running.url) as http:
        page = await http.get("/")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert page.text == (REPOSITORY / "pulsar/console/index.html").read_text()
        assert (await http.get("/api/v1/meta")).json()["version"]
