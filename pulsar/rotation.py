"""How does the secret key change? Everything that the one before has sealed is sealed anew, while Pulsar works.

A row that opens with the new key is done, so this can be broken off anywhere and begun again. The database takes the
new key for its own last, and until then wants to see both.
"""

from typing import Any

from sqlalchemy import Column, Table, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import schema
from pulsar.base.crypto import PUSH_NUMBER, Keys, SecretUnreadable
from pulsar.base.db import connect_to
from pulsar.base.model import Sealed

_AT_ONCE = 200


class Rotated:
    """How many secrets were sealed anew, and how many open with neither key: those were lost before."""

    def __init__(self) -> None:
        self.sealed = 0
        self.unreadable = 0


def sealed_columns() -> list[Column[Any]]:
    tables = schema.metadata().sorted_tables
    return [column for table in tables for column in table.columns if isinstance(column.type, Sealed)]


async def remembered(url: str) -> str | None:
    """The fingerprint of the key that is the database's."""
    engine = connect_to(url)
    try:
        async with engine.connect() as connection:
            found: str | None = await connection.scalar(text("SELECT key_fingerprint FROM installation"))
            return found
    finally:
        await engine.dispose()


async def rotate(url: str, keys: Keys) -> Rotated:
    """As the owner of the tables, whom no policy binds to one organization."""
    rotated = Rotated()
    engine = connect_to(url)
    try:
        async with engine.connect() as connection:
            for column in sealed_columns():
                await _column(connection, column, keys, rotated)
            await connection.execute(text("UPDATE installation SET key_fingerprint = :new"), {"new": keys.fingerprint})
            await connection.commit()
    finally:
        await engine.dispose()
    return rotated


async def _column(connection: AsyncConnection, column: Column[Any], keys: Keys, rotated: Rotated) -> None:
    table: Table = column.table
    rows = (await connection.execute(select(*table.primary_key, column).where(column.is_not(None)))).all()
    await connection.commit()
    for at in range(0, len(rows), _AT_ONCE):
        for *key, sealed in rows[at : at + _AT_ONCE]:
            try:
                sealer = keys.sealer_of(sealed)
            except SecretUnreadable:
                rotated.unreadable += 1
                continue
            if sealer is not keys:
                # Only what was read: who changed it meanwhile has sealed it with the new key.
                this = [part == value for part, value in zip(table.primary_key, key, strict=True)]
                anew = keys.seal(_as_kept(column, sealer.unseal(sealed), sealer))
                await connection.execute(update(table).where(*this, column == sealed).values({column.name: anew}))
                rotated.sealed += 1
        await connection.commit()


def _as_kept(column: Column[Any], secret: dict[str, Any], sealer: Keys) -> dict[str, Any]:
    """A device's push service goes on knowing this installation by the key it was added under."""
    if column.name == "subscription" and PUSH_NUMBER not in secret:
        return secret | {PUSH_NUMBER: f"{sealer.push_number:x}"}
    return secret
