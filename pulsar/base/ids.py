"""What do the ids look like? UUID v7: made here, ordered by time, so that new rows lie together on disk."""

from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

OrgId = NewType("OrgId", UUID)
UserId = NewType("UserId", UUID)


def new_id() -> UUID:
    return uuid7()
