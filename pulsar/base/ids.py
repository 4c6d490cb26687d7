"""What do the ids look like? UUID v7: made here, ordered by time, so that new rows lie together on disk."""

from datetime import datetime
from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

OrgId = NewType("OrgId", UUID)
UserId = NewType("UserId", UUID)


def new_id() -> UUID:
    return uuid7()


def first_id_at(at: datetime) -> UUID:
    """What is made before that instant has a lower id, by the clock of the node that made it."""
    # Somebody may ask for what was before 1970, and there is none.
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)
