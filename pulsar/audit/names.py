"""What is called by these ids? An event has the ids that it had; who reads it months later wants names."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import text

from pulsar.base.db import Transaction

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

# What is gone has no name here; the event of its end has it.
_NAMES = """
SELECT u.id, u.full_name FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.id = ANY(:ids)
UNION ALL SELECT id, name FROM teams WHERE id = ANY(:ids)
UNION ALL SELECT id, name FROM escalation_policies WHERE id = ANY(:ids)
UNION ALL SELECT id, name FROM schedules WHERE id = ANY(:ids)
UNION ALL SELECT id, name FROM rotations WHERE id = ANY(:ids)
UNION ALL SELECT id, name FROM channels WHERE id = ANY(:ids)
UNION ALL SELECT id, name FROM incoming_tokens WHERE id = ANY(:ids)
UNION ALL SELECT id, name FROM webhook_endpoints WHERE id = ANY(:ids)
UNION ALL SELECT id, name FROM organizations WHERE id = ANY(:ids)
UNION ALL SELECT id, '#' || number || ' ' || message FROM alerts WHERE id = ANY(:ids)
UNION ALL SELECT id, '#' || number || ' ' || title FROM incidents WHERE id = ANY(:ids)
"""


def ids_in(value: Any) -> Iterator[UUID]:
    match value:
        case str() if _UUID.match(value):
            yield UUID(value)
        case dict():
            for inner in value.values():
                yield from ids_in(inner)
        case list():
            for inner in value:
                yield from ids_in(inner)


async def names_of(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = list(set(ids))
    rows = await tx.execute(text(_NAMES), {"ids": wanted}) if wanted else ()
    return {row.id: row.full_name for row in rows}
