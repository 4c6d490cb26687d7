"""A thousand colleagues at once: what tests of large organizations begin with."""

from sqlalchemy import text

from tests.world import Engine

_STATEMENTS = (
    "INSERT INTO users (id, email, username, full_name, password_hash, created_at, updated_at)"
    " SELECT gen_random_uuid(), 'm' || n || :org, 'm' || n || :org, 'M' || n, '', now(), now()"
    " FROM generate_series(1, :many) AS n",
    "INSERT INTO memberships (user_id, role, active, joined_at)"
    " SELECT id, 'member', true, now() FROM users WHERE username LIKE 'm%' || :org",
)
_TEAM = (
    "INSERT INTO team_members (team_id, user_id, role, joined_at)"
    " SELECT :team, id, 'member', now() FROM users WHERE username LIKE 'm%' || :org"
)
_DEAF = (
    "INSERT INTO notification_preferences (id, user_id, channel_id, enabled, min_priority, dnd_days,"
    " p1_passes_dnd, delay, version, created_at, updated_at) SELECT gen_random_uuid(), id, :channel, false,"
    " 'P5', '{}', true, '0', 1, now(), now() FROM users WHERE username LIKE 'm%' || :org"
)


async def come(engine: Engine, many: int) -> None:
    await _write(engine, *_STATEMENTS, many=many)


async def join(engine: Engine, team_id: str) -> None:
    await _write(engine, _TEAM, team=team_id)


async def switch_off(engine: Engine, channel_id: str) -> None:
    await _write(engine, _DEAF, channel=channel_id)


async def _write(engine: Engine, *statements: str, **values: object) -> None:
    async with engine.pulsar.db.in_org(engine.org_id) as tx:
        for statement in statements:
            needed = {"org": str(engine.org_id), **values}
            await tx.execute(text(statement), {name: needed[name] for name in needed if f":{name}" in statement})
