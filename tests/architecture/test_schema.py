"""Is the database what the models say, and does it keep organizations apart? Asked of its own catalogue, so that a
new table is examined the day it is born."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import schema
from pulsar.base.crypto import Keys
from pulsar.base.db import APP_ROLE, connect_to
from pulsar.base.http import Pulsar
from tests.conftest import SECRET_KEY

# PgQueuer's, as its version makes them.
QUEUE = "pgqueuer"
BEFORE_ANY_ORGANIZATION = {
    "alembic_version",
    "installation",
    "login_failures",
    "nodes",
    "organizations",
    "passkeys",
    "password_resets",
    "recovery_codes",
    "refresh_tokens",
    "sessions",
    "sign_in_challenges",
    "tickets",
    "totp",
    "users",
    "workers",
}


@pytest_asyncio.fixture
async def owner(pulsar: Pulsar) -> AsyncIterator[AsyncConnection]:
    """A connection as the owner of the tables, whom no policy binds."""
    engine = connect_to(pulsar.db.url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def rows(owner: AsyncConnection, query: str, **values: Any) -> list[Any]:
    return list(await owner.execute(text(query), values))


def _differences(connection: Connection) -> list[Any]:
    def ours(name: str | None, kind: str, _parent: object) -> bool:
        return not (kind == "table" and name and name.startswith(QUEUE))

    # Defaults are compared by having PostgreSQL work them out.
    connection.execute(text("SELECT set_config('pulsar.org', gen_random_uuid()::text, true)"))
    context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_server_default": True})
    return list(compare_metadata(context, schema.metadata()))


async def test_the_migrations_make_what_the_models_say(owner: AsyncConnection) -> None:
    assert await owner.run_sync(_differences) == []


def _drawn(connection: Connection, schema_name: str) -> set[str]:
    """Its indexes and constraints in PostgreSQL's own words."""
    connection.execute(text(f"SET LOCAL search_path = {schema_name}, public"))
    words = connection.scalars(
        text(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = :name UNION ALL"
            " SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = cast(:name AS regnamespace) AND contype <> 'n'"
        ),
        {"name": schema_name},
    )
    return {word.replace(f" {schema_name}.", " ") for word in words if QUEUE not in word and "alembic" not in word}


async def test_indexes_and_constraints_are_those_of_the_models_to_the_letter(owner: AsyncConnection) -> None:
    """Of a partial index, a check, a cascade Alembic does not compare what they say."""
    migrated = await owner.run_sync(_drawn, "public")
    await owner.execute(text("CREATE SCHEMA drawn"))
    await owner.execute(text("SET LOCAL search_path = drawn, public"))
    await owner.run_sync(schema.metadata().create_all, checkfirst=False)
    assert await owner.run_sync(_drawn, "drawn") == migrated
    assert len(migrated) > 80
    await owner.rollback()


def test_the_migrations_are_one_line_with_dated_names() -> None:
    config = Config()
    config.set_main_option("script_location", "pulsar:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert schema.newest() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert not script.is_merge_point
        assert not script.is_branch_point
        assert re.fullmatch(r"\d{8}_\w+", script.revision)


async def test_migrating_again_changes_nothing_and_five_nodes_may_do_it_at_once(database_url: str) -> None:
    await asyncio.gather(*(schema.migrate(database_url, Keys(SECRET_KEY)) for _ in range(5)))


async def test_a_database_that_was_set_up_with_another_secret_key_is_refused(database_url: str) -> None:
    with pytest.raises(schema.WrongSecretKey):
        await schema.migrate(database_url, Keys("another secret key, also long enough"))


async def test_only_a_few_named_tables_belong_to_no_organization(owner: AsyncConnection) -> None:
    found = await rows(
        owner,
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND"
        " NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'org_id')",
    )
    assert {row.relname for row in found if not row.relname.startswith(QUEUE)} == BEFORE_ANY_ORGANIZATION


async def test_every_table_of_an_organization_has_a_policy_and_organizations_too(owner: AsyncConnection) -> None:
    found = await rows(
        owner,
        "SELECT relname, relrowsecurity, relname IN (SELECT tablename FROM pg_policies WHERE :role = ANY(roles)"
        "   AND cmd = 'ALL' AND permissive = 'PERMISSIVE' AND qual LIKE '%current_setting(''pulsar.org''%::uuid%'"
        "   AND (with_check IS NULL OR with_check = qual)) AS has_policy"
        " FROM pg_class WHERE relkind IN ('r', 'p') AND (relname = 'organizations' OR EXISTS"
        " (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'org_id'))",
        role=APP_ROLE,
    )
    assert len(found) > 10
    assert [row.relname for row in found if not (row.relrowsecurity and row.has_policy)] == []


async def test_no_second_policy_widens_what_the_first_allows(owner: AsyncConnection) -> None:
    """Permissive policies are joined by OR."""
    found = await rows(owner, "SELECT tablename FROM pg_policies GROUP BY tablename HAVING count(*) > 1")
    assert found == []


async def test_every_key_of_an_organizations_table_begins_with_the_organization(owner: AsyncConnection) -> None:
    """Foreign keys are checked past row-level security: only a composite one cannot point at a stranger's row."""
    found = await rows(
        owner,
        "SELECT conrelid::regclass::text AS of, conname, contype, array(SELECT attname::text FROM unnest(conkey)"
        "   WITH ORDINALITY AS k (number, place) JOIN pg_attribute ON attrelid = conrelid AND attnum = number"
        "   ORDER BY place) AS columns, confrelid <> 0 AND EXISTS (SELECT FROM pg_attribute WHERE"
        "   attrelid = confrelid AND attname = 'org_id') AS to_owned"
        " FROM pg_constraint WHERE contype IN ('p', 'f') AND EXISTS"
        " (SELECT FROM pg_attribute WHERE attrelid = conrelid AND attname = 'org_id')",
    )
    assert any(row.to_owned for row in found)
    loose = [row for row in found if (row.contype == "p" or row.to_owned) and row.columns[0] != "org_id"]
    assert [f"{row.of}: {row.conname}" for row in loose] == []
    single = [row for row in found if row.to_owned and len(row.columns) < 2]
    assert [f"{row.of}: {row.conname}" for row in single] == []


async def test_nobody_of_an_organization_is_reached_from_outside_of_it(owner: AsyncConnection) -> None:
    """A table of no organization does not refer to one's rows."""
    found = await rows(
        owner,
        "SELECT conname FROM pg_constraint WHERE contype = 'f'"
        " AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = confrelid AND attname = 'org_id')"
        " AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = conrelid AND attname = 'org_id')",
    )
    assert found == []


async def test_the_role_of_the_application_can_pass_by_no_policy(owner: AsyncConnection) -> None:
    role = (await rows(owner, "SELECT * FROM pg_roles WHERE rolname = :role", role=APP_ROLE))[0]
    rights = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication")
    assert [right for right in rights if getattr(role, right)] == []
    owned = await rows(owner, "SELECT relname FROM pg_class WHERE relowner = :role", role=role.oid)
    assert owned == []
    member_of = await rows(owner, "SELECT roleid FROM pg_auth_members WHERE member = :role", role=role.oid)
    assert member_of == []


async def test_the_stream_of_events_can_only_grow(owner: AsyncConnection) -> None:
    found = await rows(
        owner,
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = :role AND table_name = 'events'",
        role=APP_ROLE,
    )
    assert {row.privilege_type for row in found} == {"SELECT", "INSERT"}


async def test_functions_with_the_owners_rights_are_few_and_cannot_be_misled(owner: AsyncConnection) -> None:
    """A search_path of the caller's could put the caller's own tables under the owner's rights."""
    found = await rows(
        owner,
        "SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE') AS open FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace",
    )
    assert {row.proname for row in found} == {
        "api_key",
        "audit_findings",
        "beat",
        "calendar_feed",
        "due_webhooks",
        "engine_state",
        "failing_webhooks",
        "forget_events",
        "find_alerts",
        "forget_closed_alerts",
        "forget_delivery_log",
        "forget_webhook_deliveries",
        "incoming_token",
        "invitation_of",
        "keep_payloads",
        "only_organization",
        "organizations_of",
        "overdue_seconds",
        "overdue_shift_watches",
        "overdue_work",
        "search_incidents",
        "sso_by_domain",
        "sso_by_slug",
        "sso_only",
        "status_page_org",
        "system_state",
        "turning_heartbeats",
        "untold_news",
        "webhook_organizations",
    }
    assert all(row.proconfig[0] == "search_path=pg_catalog, public" and not row.open for row in found)


def test_every_model_fills_its_organization_from_the_transaction() -> None:
    owned = [table for table in schema.metadata().tables.values() if "org_id" in table.columns]
    assert len(owned) > 10
    for table in owned:
        default = table.columns["org_id"].server_default
        assert default is not None, table.name
        assert "current_setting('pulsar.org')" in str(default.arg), table.name  # type: ignore[attr-defined]
