"""PULSAR_DATABASE_URL: a PostgreSQL of somebody else's, where Pulsar is an ordinary user."""

from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.e2e.paging import paged_by_mail
from tests.e2e.postgresql import External
from tests.e2e.processes import Starter, run, until
from tests.world import Mailbox, register

KEY = "a secret key that two processes share"


@pytest.fixture(params=["postgresql_15", "postgresql_18"])
def external(request: pytest.FixtureRequest) -> External:
    found: External = request.getfixturevalue(request.param)
    return found


async def rows_seen(url: str, org: UUID | None) -> int:
    """As the application's role, in this organization or in none."""
    connection = await asyncpg.connect(url, server_settings={"role": "pulsar_app"})
    try:
        if org:
            await connection.execute("SELECT set_config('pulsar.org', $1, false)", str(org))
        return int(await connection.fetchval("SELECT count(*) FROM alerts"))
    finally:
        await connection.close()


async def test_web_server_and_worker_run_apart_for_a_user_who_may_create_roles(
    external: External, start: Starter, empty_dir: Path, tmp_path: Path, mail: Mailbox
) -> None:
    url = await external.database_of("able", "CREATEROLE")
    web = start(empty_dir, "serve", "--no-worker", database_url=url, secret_key=KEY)
    await web.answers("/healthz")
    async with httpx.AsyncClient(base_url=web.url, timeout=20) as http:
        silent = await http.get("/readyz")
        assert (silent.status_code, silent.json()["worker"]) == (503, False)

        ana = await register(http, "Ana")
        await (await paged_by_mail(ana, mail, 0)).tells(message="Disk full")
        eve = await register(http, "Eve")
        assert (await rows_seen(url, ana.org_id), await rows_seen(url, eve.org_id)) == (1, 0)
        with pytest.raises(asyncpg.UndefinedObjectError):
            await rows_seen(url, None)

        worker = start(tmp_path / "other", "worker", database_url=url, secret_key=KEY)
        await until("the page", lambda: mail.to(ana), 30)
        await web.ready()

        assert await worker.stop() == 0  # and says goodbye
        assert (await http.get("/readyz")).status_code == 503
    assert not (empty_dir / "postgres").exists()


async def test_a_user_who_may_create_no_roles_is_given_ours_or_told_what_to_type(
    postgresql_18: External, empty_dir: Path
) -> None:
    url = await postgresql_18.database_of("modest")
    refused = await run(empty_dir, "migrate", database_url=url)
    assert refused.code == 1
    assert "GRANT pulsar_app TO" in refused.stderr
    assert "Traceback" not in refused.stderr

    await postgresql_18.does(
        "DO $$ BEGIN CREATE ROLE pulsar_app NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT pulsar_app TO modest",
    )
    done = await run(empty_dir, "migrate", database_url=url)
    assert done.code == 0, done.stderr
    checked = await run(empty_dir, "check", database_url=url)
    assert "ok    role: row-level security holds" in checked.stdout
    assert "FAIL  worker: none running" in checked.stdout
