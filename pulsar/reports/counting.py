"""How is a year of alerts counted? With room to sort, and without a compiler that takes longer than the counting."""

from typing import Any

import asyncpg

from pulsar.base.db import Transaction

_ROOM = "SELECT set_config('work_mem', '96MB', true), set_config('jit', 'off', true)"


async def counted(tx: Transaction, query: str, *values: Any) -> list[asyncpg.Record]:
    connection = tx.driver
    await connection.execute(_ROOM)
    rows: list[asyncpg.Record] = await connection.fetch(query, *values)
    return rows
