"""Who operates the installation that the tests share."""

import asyncpg

from tests.e2e.processes import Running
from tests.world import Person


async def named_operator(server: Running, person: Person) -> None:
    """As `pulsar admin operator` does it, without a process of its own."""
    connection = await asyncpg.connect(server.database_url)
    try:
        await connection.execute("UPDATE users SET operator = true WHERE id = $1", person.id)
    finally:
        await connection.close()
