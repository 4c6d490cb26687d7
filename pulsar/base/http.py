"""What do all routes share? The caller's claims, pages, and what a handler is given."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from pulsar.base import clock
from pulsar.base.crypto import BadSignature, Keys
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Invalid, NotSignedIn, Problem, StaleVersion
from pulsar.settings import Settings

Row = TypeVar("Row")
T = TypeVar("T")

API = "/api/v1"
DEFAULT_PAGE, LARGEST_PAGE = 20, 100
MOST_COUNTED = 10_000
SLOW_AT_ONCE = 4
ACCESS_TOKEN = "access"  # noqa: S105 - the purpose of a signature


@dataclass(frozen=True)
class Pulsar:
    """One running node: what its handlers and jobs are given."""

    settings: Settings
    keys: Keys
    db: Database
    slow_turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SLOW_AT_ONCE))
    """For what reads for a second. So many at once and no more: all of them together never have the connections
    that an alert or an acknowledgement is waiting for."""


def pulsar_of(request: Request) -> Pulsar:
    pulsar: Pulsar = request.app.state.pulsar
    return pulsar


PulsarNode = Annotated[Pulsar, Depends(pulsar_of)]


async def _slow_turn(pulsar: PulsarNode) -> AsyncIterator[None]:
    async with pulsar.slow_turns:
        yield


IN_TURN = Depends(_slow_turn, scope="function")
"""Of routes that read for long: before their transaction begins."""


@dataclass(frozen=True)
class Principal:
    """Who an access token was given to, for which organization, and in which session."""

    user_id: UUID
    org_id: UUID
    session_id: UUID


def principal_from(token: str, keys: Keys) -> Principal:
    try:
        claims = keys.verify(ACCESS_TOKEN, token, clock.now())
    except BadSignature:
        raise NotSignedIn from None
    return Principal(UUID(claims["sub"]), UUID(claims["org"]), UUID(claims["sid"]))


def bearer(request: Request) -> str:
    """What stands in the Authorization header, empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""What people call something that they set up."""

Tags = Annotated[list[Name], Field(max_length=50)]

MOST_VALUES = 10_000


class TooManyValues(Problem, status=422):
    """The body of a request may have 10,000 values at most, in all its lists and objects together."""


def _has_too_many(given: Any) -> bool:
    count, left = 0, [given]
    while left:
        one = left.pop()
        inside = one.values() if isinstance(one, dict) else one
        count += len(inside)
        if count > MOST_VALUES:
            return True
        left.extend(value for value in inside if isinstance(value, dict | list))
    return False


class Body(BaseModel):
    """A request's body: what it does not name it may not send."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _not_too_many_values(cls, given: Any) -> Any:
        """Before anything is validated: a megabyte of values that do not fit would have half a million complaints,
        which take seconds, and hundreds of megabytes."""
        if isinstance(given, dict) and _has_too_many(given):
            raise TooManyValues
        return given

    def sent(self, *leave_out: str) -> dict[str, Any]:
        """The fields that the client did send: what a PATCH is to change."""
        return self.model_dump(exclude_unset=True, exclude=set(leave_out))


class View(BaseModel):
    """A response's body: fields without defaults, so that the generated clients know they are there."""

    model_config = ConfigDict(from_attributes=True)


class Named(View):
    id: UUID
    name: str


class Page(View, Generic[T]):
    items: list[T]
    total: int
    total_is_exact: bool
    """Or else there are at least so many."""
    page: int
    page_size: int
    next_cursor: str | None


@dataclass(frozen=True)
class Paging:
    page: int
    page_size: int
    cursor: str | None

    @classmethod
    def from_query(
        cls,
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
        page_size: Annotated[int | None, Query(ge=1, le=LARGEST_PAGE)] = None,
        limit: Annotated[int | None, Query(ge=1, le=LARGEST_PAGE, description="Same as page_size.")] = None,
        cursor: Annotated[str | None, Query(description="next_cursor of the page before.")] = None,
    ) -> Self:
        return cls(page, page_size or limit or DEFAULT_PAGE, cursor)


Pages = Annotated[Paging, Depends(Paging.from_query)]


def place_of(cursor: str, kind: Callable[[str], T]) -> T:
    """Where the page before ended: the key of its last row."""
    try:
        return kind(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (ValueError, binascii.Error):
        raise Invalid("This cursor is not one of ours.", field="cursor") from None


def cursor_of(key: Any) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode()


def _after(key: InstrumentedAttribute[Any], cursor: str, descending: bool) -> ColumnElement[bool]:
    place = place_of(cursor, key.type.python_type)
    after: ColumnElement[bool] = key < place if descending else key > place
    return after


async def page_of(
    tx: Transaction,
    query: Select[Row],
    key: InstrumentedAttribute[Any],
    paging: Paging,
    shape: Callable[[Sequence[Row]], list[T]],
    *,
    descending: bool = True,
    most_counted: int = MOST_COUNTED,
) -> Page[T]:
    """One page of `query`, in the order of the unique column `key`; by cursor, or else by page number."""
    counted = query.order_by(None).limit(most_counted + 1).subquery()
    total = (await tx.execute(select(func.count()).select_from(counted))).scalar_one()
    rows_query = query.order_by(key.desc() if descending else key.asc()).limit(paging.page_size + 1)
    if paging.cursor:
        rows_query = rows_query.where(_after(key, paging.cursor, descending))
    else:
        rows_query = rows_query.offset((paging.page - 1) * paging.page_size)
    found = (await tx.scalars(rows_query)).all()
    rows, more = found[: paging.page_size], len(found) > paging.page_size
    return Page[T](
        items=shape(rows),
        total=min(total, most_counted),
        total_is_exact=total <= most_counted,
        page=paging.page,
        page_size=paging.page_size,
        next_cursor=cursor_of(getattr(rows[-1], key.key)) if more else None,
    )


def check_version(held: int, sent: int | None, current: View) -> None:
    """An edit that names the version it was made from is refused when another came between, with what that left."""
    if sent is not None and sent != held:
        raise StaleVersion(current=current.model_dump(mode="json"))
