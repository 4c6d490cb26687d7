"""What does somebody look for again and again? Searches of the inbox that have a name, one's own or everybody's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Select, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, Invalid, NameTaken, NotFound
from pulsar.base.events import Changes, Event, edited
from pulsar.base.model import OrgOwned, created_at_column, updated_at_column
from pulsar.orgs.actions import is_admin

MOST = 50


class SavedSearch(OrgOwned):
    """`query` is what stands behind the question mark in the inbox's address. Who has left takes theirs along, but for
    those that everybody has."""

    __tablename__ = "saved_searches"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"], ondelete="CASCADE"),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


Index("uq_saved_searches_name", SavedSearch.org_id, SavedSearch.user_id, func.lower(SavedSearch.name), unique=True)


class SearchEvent(Event):
    """Says nothing of the words: what somebody looks for is theirs."""

    subject_type: ClassVar = "saved_search"


@dataclass(frozen=True)
class SearchCreated(SearchEvent):
    type: ClassVar = "saved_search.created"
    shared: bool


@dataclass(frozen=True)
class SearchUpdated(SearchEvent):
    type: ClassVar = "saved_search.updated"
    changes: Changes


@dataclass(frozen=True)
class SearchDeleted(SearchEvent):
    type: ClassVar = "saved_search.deleted"


class NotYours(Forbidden):
    """Somebody else saved this search; they or an admin can change it."""


def seen_by(person: UUID) -> Select[SavedSearch]:
    """Their own, and everybody's."""
    return select(SavedSearch).where(or_(SavedSearch.user_id == person, SavedSearch.shared))


async def get(tx: Transaction, person: UUID, search_id: UUID) -> SavedSearch:
    """To change it. Raises NotFound where this person does not see it, and NotYours where they only see it."""
    found = await tx.get(SavedSearch, (tx.org, search_id), with_for_update=True)
    if not found or not (found.shared or found.user_id == person):
        raise NotFound("There is no saved search with this id here.")
    if found.user_id != person and not await is_admin(tx, person):
        raise NotYours
    return found


async def save(tx: Transaction, person: UUID, values: dict[str, Any]) -> SavedSearch:
    own = select(func.count()).select_from(SavedSearch).where(SavedSearch.user_id == person)
    if (await tx.scalar(own) or 0) >= MOST:
        raise Invalid(f"{MOST} saved searches are the most that one can have.", field="name")
    made = SavedSearch(user_id=person, **values)
    tx.add(made)
    await _flush(tx)
    tx.record(SearchCreated(made.id, made.shared))
    return made


async def change(tx: Transaction, found: SavedSearch, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(found, name, value)
    if edit := edited(found):
        found.version += 1
        await _flush(tx)
        tx.record(SearchUpdated(found.id, {"shared": edit["shared"]} if "shared" in edit else {}))


async def _flush(tx: Transaction) -> None:
    async with tx.or_raise(NameTaken("You have another saved search with this name.", field="name")):
        await tx.flush()


async def forget(tx: Transaction, found: SavedSearch) -> None:
    tx.record(SearchDeleted(found.id))
    await tx.delete(found)
    await tx.flush()
