"""A backup, a database that is gone, a restore, and the same answers."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from pulsar.base.embedded import embedded
from tests.e2e.inhabited import inhabit
from tests.e2e.postgresql import External
from tests.e2e.processes import Starter, copy, run
from tests.e2e.test_external_database import rows_seen
from tests.world import API, Person, register

# Their answers are made of the time at which they are asked.
OF_THE_MOMENT = ("/reports/", "/oncall", "/problems", "/users/me/shifts")


async def answers(ana: Person) -> dict[str, Any]:
    """What every list says to the owner of an organization that has something of everything."""
    document = (await ana.http.get(f"{API}/openapi.json")).json()
    paths = [path.removeprefix(API) for path, verbs in document["paths"].items() if "get" in verbs and "{" not in path]
    wanted = [path for path in paths if not path.startswith(OF_THE_MOMENT)]
    found = {path: await ana.get(path) for path in wanted}
    return {
        path: said.json() for path, said in found.items() if said.is_success and "json" in said.headers["content-type"]
    }


async def raise_alerts(eve: Person, enough: asyncio.Event) -> int:
    count = 0
    while not enough.is_set():
        await eve.makes("/alerts", message=f"Disk {count} full")
        count += 1
    return count


@pytest_asyncio.fixture(scope="session")
async def kept(migrated_dir: Path, workshop: Path) -> Path:
    """A backup of an empty installation."""
    file = workshop / "kept.dump"
    done = await run(copy(migrated_dir, workshop / "kept"), "backup", str(file))
    assert done.code == 0, done.stderr
    assert f"keep {workshop / 'kept' / 'secret.key'} as well" in done.stdout
    assert file.stat().st_mode & 0o077 == 0
    return file


async def test_after_a_restore_every_list_answers_as_before(data_dir: Path, start: Starter, tmp_path: Path) -> None:
    file = tmp_path / "pulsar.dump"
    pulsar = start(data_dir, "serve", "--no-worker")
    await pulsar.answers("/healthz")
    async with httpx.AsyncClient(base_url=pulsar.url, timeout=20) as http:
        ana, eve = await register(http, "Ana"), await register(http, "Eve")
        await inhabit(ana)
        enough = asyncio.Event()
        writing = asyncio.create_task(raise_alerts(eve, enough))
        done = await run(data_dir, "backup", str(file))
        enough.set()
        assert done.code == 0, done.stderr
        written, before = await writing, await answers(ana)
    assert await pulsar.stop() == 0
    shutil.rmtree(data_dir / "postgres")

    restored = await run(data_dir, "restore", str(file))
    assert restored.code == 0, restored.stderr
    pulsar = start(data_dir, "serve", "--no-worker", port=pulsar.port)
    await pulsar.answers("/healthz")
    async with httpx.AsyncClient(base_url=pulsar.url, timeout=20) as http:
        ana.http = eve.http = http
        after = await answers(ana)
        assert {path for path in before if after.get(path) != before[path]} == set()
        assert len(before) > 25
        seen = await eve.has("/alerts", page_size=1)
        assert 0 <= seen["total"] <= written
        await eve.makes("/alerts", message="and it goes on")
        numbers = sorted(event["id"] for event in (await eve.has("/events", after=0, page_size=100))["items"])
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "a snapshot, whole up to its moment"


async def test_a_backup_that_breaks_off_changes_nothing(kept: Path, data_dir: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.dump"
    half.write_bytes(kept.read_bytes()[: kept.stat().st_size * 9 // 10])
    with embedded(data_dir) as url:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE of_a_later_version ()")
        done = await run(data_dir, "restore", str(half), "--replace")
        assert done.code == 1
        assert "end of file" in done.stderr
        assert await connection.fetchval("SELECT key_fingerprint FROM installation")
        done = await run(data_dir, "restore", str(kept), "--replace")
        assert done.code == 0, done.stderr
        assert await connection.fetchval("SELECT to_regclass('of_a_later_version')") is None
        await connection.close()


async def test_what_would_do_harm_is_refused(kept: Path, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no backup")
    file, key = str(kept), "another secret key that is long enough"
    with embedded(data_dir) as url:
        full, strange, nothing = await asyncio.gather(
            run(data_dir, "restore", file),
            run(data_dir, "restore", file, "--replace", secret_key=key),
            run(data_dir, "restore", str(tmp_path / "notes.txt"), "--replace"),
        )
        at_work = await asyncpg.connect(url, server_settings={"application_name": "pulsar"})
        busy = await run(data_dir, "restore", file, "--replace")
        await at_work.close()
    assert "is not empty. With --replace" in full.stderr
    assert "another PULSAR_SECRET_KEY" in strange.stderr
    assert "does not appear to be a valid archive" in nothing.stderr
    assert "Pulsar is running on this database" in busy.stderr
    assert [done.code for done in (full, strange, nothing, busy)] == [1, 1, 1, 1]


async def test_the_embedded_database_moves_into_an_older_postgresql_and_is_backed_up_there(
    kept: Path, workshop: Path, postgresql_15: External, empty_dir: Path, tmp_path: Path
) -> None:
    key = (workshop / "kept" / "secret.key").read_text().strip()
    settings = {"database_url": await postgresql_15.database_of("mover", "CREATEROLE"), "secret_key": key}
    file = str(tmp_path / "theirs.dump")
    for arguments in (["restore", str(kept)], ["backup", file], ["restore", file, "--replace"]):
        done = await run(empty_dir, *arguments, **settings)
        assert done.code == 0, done.stderr
    with pytest.raises(asyncpg.UndefinedObjectError):  # the policies are back, and hold
        await rows_seen(settings["database_url"], None)
    checked = await run(empty_dir, "check", **settings)
    assert [line for line in checked.stdout.splitlines() if line.startswith("FAIL")][1:] == [], checked.stdout
