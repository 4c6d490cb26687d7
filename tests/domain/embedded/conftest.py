"""Where do the tests put their databases, and who ends what they leave running?"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pulsar.base.embedded import embedded

from .processes import Pulsar, Start, end_servers


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def run(data_dir: Path, **how: Any) -> Pulsar:
            pulsar = Pulsar(data_dir, **how)
            stack.callback(pulsar.close)
            return pulsar

        yield run


@pytest.fixture
def empty_dir(tmp_path: Path) -> Iterator[Path]:
    """Not there yet, and for root below a directory that nobody else may enter (pytest makes it so)."""
    path = tmp_path / "pulsar"
    yield path
    end_servers(path)


@pytest.fixture(scope="module")
def stopped_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stopped") / "pulsar"
    with embedded(path):
        pass
    return path


@pytest.fixture
def data_dir(empty_dir: Path, stopped_dir: Path) -> Path:
    """A copy of one where the database was already made, because making it takes a second."""
    subprocess.run(["cp", "-a", stopped_dir, empty_dir], check=True)
    return empty_dir


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A place that every user may enter."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    end_servers(path)
    shutil.rmtree(path)
