"""What an operator types besides `pulsar serve`, and what the answers say."""

import asyncio
import json
from collections.abc import Awaitable, Iterable
from pathlib import Path

import asyncpg
import httpx
import pytest

from pulsar import schema
from pulsar.base.embedded import embedded
from tests.e2e.processes import Done, Running, Starter, free_port, run
from tests.world import API, PASSWORD, register


async def test_migrate_says_where_the_schema_is_and_may_be_repeated(data_dir: Path) -> None:
    done = await run(data_dir, "migrate")
    assert (done.code, done.stdout) == (0, f"The schema is at {schema.newest()}.\n")


async def test_check_finds_nothing_wrong_beside_a_running_server(server: Running) -> None:
    done = await run(server.data_dir, "check")
    assert done.code == 0, done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"ok", "note"}
    assert "worker: 1 running" in done.stdout
    assert "rights: pulsar_app has those that it needs" in done.stdout


async def test_check_tells_that_no_worker_runs(data_dir: Path) -> None:
    done = await run(data_dir, "check")
    assert done.code == 1
    (complaint,) = (line for line in done.stdout.splitlines() if line.startswith("FAIL"))
    assert complaint.startswith("FAIL  worker: none running")


async def test_check_speaks_to_programs_too_and_says_what_to_do_about_what_is_wrong(data_dir: Path) -> None:
    with embedded(data_dir) as url:
        connection = await asyncpg.connect(url)
        await connection.execute(
            "REVOKE SELECT ON alerts FROM pulsar_app; ALTER TABLE teams DISABLE ROW LEVEL SECURITY"
        )
        await connection.close()
        done = await run(data_dir, "check", "--json", mail_url="smtp://127.0.0.1:1", mail_from="pulsar@example.org")
    said = json.loads(done.stdout)
    assert (done.code, said["well"]) == (1, False)
    wrong = {finding["what"]: finding["detail"] for finding in said["findings"] if finding["state"] == "FAIL"}
    assert set(wrong) == {"worker", "rights", "mail"}
    assert "may not read alerts" in wrong["rights"]
    assert "see PULSAR_MAIL_URL" in wrong["mail"]


async def test_another_secret_key_is_refused_before_it_does_harm(data_dir: Path) -> None:
    key = "another secret key that is long enough"
    commands = (run(data_dir, command, secret_key=key, port=free_port()) for command in ("check", "serve"))
    checked, served = await together(commands)
    assert (checked.code, served.code) == (1, 1)
    assert "FAIL  secret key: This database was set up with another PULSAR_SECRET_KEY" in checked.stdout
    assert served.stderr.startswith("Error: This database was set up with another PULSAR_SECRET_KEY")


async def test_a_database_that_a_newer_version_has_set_up_is_left_alone(data_dir: Path) -> None:
    done = await after("UPDATE alembic_version SET version_num = '29991231_later'", data_dir)
    assert done.stderr.strip() == "Error: A newer version of Pulsar has set this database up; install that one."


async def test_a_role_that_could_pass_by_row_level_security_is_refused(data_dir: Path) -> None:
    done = await after("ALTER ROLE pulsar_app BYPASSRLS", data_dir)
    assert done.stderr.startswith("Error: The role pulsar_app could pass by row-level security")
    assert "Traceback" not in done.stderr


async def after(statement: str, data_dir: Path) -> Done:
    """`pulsar serve` on a database to which its owner has done this."""
    with embedded(data_dir) as url:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()
        done = await run(data_dir, "serve", port=free_port())
    assert done.code == 1
    return done


async def test_openapi_prints_the_document_without_touching_anything(empty_dir: Path) -> None:
    done = await run(empty_dir, "openapi")
    assert done.code == 0, done.stderr
    assert "/api/v1/alerts" in json.loads(done.stdout)["paths"]
    assert not empty_dir.exists()


async def test_bad_settings_are_all_named_and_never_shown(empty_dir: Path) -> None:
    commands = ("serve", "check")
    for done in await together(run(empty_dir, command, port="abc", secret_key="short-one") for command in commands):
        assert done.code == 1
        assert "PULSAR_PORT: " in done.stderr
        assert "PULSAR_SECRET_KEY: " in done.stderr
        assert "32 characters" in done.stderr
        assert "short-one" not in done.stderr
        assert "Traceback" not in done.stderr
    assert not empty_dir.exists()


@pytest.mark.parametrize(
    ("place", "complaint", "commands"),
    [
        ("127.0.0.1:1", "Connect call failed", ("serve", "check")),
        ("nowhere.invalid", "not known", ("worker", "migrate")),
    ],
)
async def test_a_database_that_cannot_be_reached_is_told_in_a_line(
    place: str, complaint: str, commands: tuple[str, ...], empty_dir: Path
) -> None:
    url = f"postgresql://pulsar:a-password@{place}/pulsar"
    for done in await together(run(empty_dir, c, database_url=url, port=free_port()) for c in commands):
        assert done.code == 1
        said = done.stderr.strip() or done.stdout.strip().splitlines()[-1]
        assert "database" in said
        assert complaint in said
        assert "\n" not in said
        assert "a-password" not in said


async def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.touch()
    for done in await together(run(file / "x", command, port=free_port()) for command in ("serve", "migrate", "check")):
        assert done.code == 1
        said = done.stdout + done.stderr
        assert str(file) in said
        assert "PULSAR_DATA_DIR" in said
        assert "Traceback" not in said


async def together(commands: Iterable[Awaitable[Done]]) -> list[Done]:
    """One after the other they would keep a second processor idle."""
    return await asyncio.gather(*commands)


async def test_a_key_that_pulsar_made_is_changed_by_one_command_again_and_again(data_dir: Path) -> None:
    file, before = data_dir / "secret.key", data_dir / "secret.key.previous"
    for _ in range(2):
        old = file.read_text()
        done = await run(data_dir, "rotate-key")
        assert done.code == 0, done.stderr
        assert "sealed with the new key" in done.stdout
        assert before.read_text() == old != file.read_text()
        assert (file.stat().st_mode & 0o777, before.stat().st_mode & 0o777) == (0o600, 0o600)
        assert file.read_text() not in done.stdout + done.stderr
    # Broken off after the files and before the database: the rotation goes on with the keys that it had.
    before.write_text(old := file.read_text())
    file.write_text("a key that the database has not heard of yet, long enough")
    assert (await run(data_dir, "rotate-key")).code == 0
    assert before.read_text() == old
    before.unlink()
    assert "ok    secret key" in (await run(data_dir, "check")).stdout


async def test_changing_a_key_that_was_given_wants_the_one_before(data_dir: Path) -> None:
    done = await run(data_dir, "rotate-key", secret_key="another secret key that is long enough")
    assert done.code == 1
    assert "PULSAR_SECRET_KEY_PREVIOUS" in done.stderr


async def test_where_registration_is_closed_the_first_comes_in_and_nobody_after_them(
    data_dir: Path, start: Starter
) -> None:
    """S17."""
    server = await start(data_dir, registration="closed").ready()
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as http:
        assert (await http.get(f"{API}/auth/options")).json() == {"registration": True, "mail": False}
        await register(http, "Ana")
        body = {"email": "eve@example.org", "username": "eve", "full_name": "Eve", "organization_name": "Eve's"}
        refused = await http.post(f"{API}/auth/register", json=body | {"password": PASSWORD})
        assert (refused.status_code, refused.json()["code"]) == (403, "registration_closed")
        assert (await http.get(f"{API}/auth/options")).json()["registration"] is False
