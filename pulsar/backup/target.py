"""What is there already? Asked of the database before anything is written or replaced."""

from dataclasses import dataclass

import asyncpg

_LOOK = """
SELECT current_setting('server_version_num')::int / 10000 AS version,
  (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')) AS tables,
  to_regclass('public.installation') IS NOT NULL AS is_pulsars,
  (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'pulsar%'
   AND pid <> pg_backend_pid()) AS at_work
"""


@dataclass(frozen=True)
class Target:
    version: int
    """Major, of the server."""
    tables: int
    is_pulsars: bool
    at_work: int
    """Connections of a Pulsar that runs on it."""


async def look(url: str) -> Target:
    """Raises what the driver raises when the server cannot be reached."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        (row,) = await connection.fetch(_LOOK)
        return Target(**dict(row))
    finally:
        await connection.close()
