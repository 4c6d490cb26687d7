"""Routes of API keys, by which scripts and other systems call this API."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.http import Body, Name, Named, Page, Pages, View, check_version, page_of
from pulsar.people import keys
from pulsar.people.access import AsAdmin, role_of
from pulsar.people.model import ApiKey
from pulsar.people.names import team_names, user_names
from pulsar.people.permissions import Scope

router = APIRouter(prefix="/api-keys", tags=["API keys"])

Scopes = Annotated[set[Scope], Field(min_length=1)]
LONGEST_OVERLAP_HOURS = 24 * 30


class NewKey(Body):
    name: Name
    scopes: Scopes
    expires_at: AwareDatetime | None = None
    team_id: Annotated[UUID | None, Field(description="Only for what belongs to this team. It stays so.")] = None


class KeyChange(Body):
    name: Name = ""
    scopes: Scopes = Field(default_factory=set)
    expires_at: AwareDatetime | None = None
    version: int | None = None


class Rotation(Body):
    overlap_hours: Annotated[
        int, Field(ge=0, le=LONGEST_OVERLAP_HOURS, description="How long the old secret stays good as well.")
    ] = 0


class KeyView(View):
    id: UUID
    name: str
    scopes: list[Scope]
    key_prefix: str
    expires_at: datetime | None
    last_used_at: datetime | None
    old_key_until: datetime | None
    team: Named | None
    created_by: Named | None
    version: int
    created_at: datetime


class CreatedKey(KeyView):
    key: str


async def _views(tx: Transaction, rows: Sequence[ApiKey]) -> list[KeyView]:
    makers = await user_names(tx, (row.created_by for row in rows))
    teams = await team_names(tx, (row.team_id for row in rows))
    return [_view(row, makers, teams) for row in rows]


def _view(row: ApiKey, makers: dict[UUID, str], teams: dict[UUID, str]) -> KeyView:
    def named(id_: UUID | None, names: dict[UUID, str]) -> Named | None:
        return Named(id=id_, name=names.get(id_, "")) if id_ else None

    fields = {name: getattr(row, name) for name in KeyView.model_fields if name not in ("team", "created_by")}
    return KeyView(**fields, team=named(row.team_id, teams), created_by=named(row.created_by, makers))


async def _shown(tx: Transaction, row: ApiKey) -> KeyView:
    return (await _views(tx, [row]))[0]


async def _with_secret(tx: Transaction, row: ApiKey, secret: str) -> CreatedKey:
    return CreatedKey(**(await _shown(tx, row)).model_dump(), key=secret)


@router.get("")
async def list_api_keys(tx: AsAdmin, paging: Pages) -> Page[KeyView]:
    page = await page_of(tx, select(ApiKey), ApiKey.id, paging, list, descending=False)
    return Page[KeyView](**page.model_dump(exclude={"items"}), items=await _views(tx, page.items))


@router.post("", status_code=201)
async def create_api_key(body: NewKey, tx: AsAdmin) -> CreatedKey:
    """The only answer that has the key itself in it."""
    key, secret = await keys.create(tx, await role_of(tx), body.name, body.scopes, body.expires_at, body.team_id)
    return await _with_secret(tx, key, secret)


@router.get("/{key_id}")
async def get_api_key(key_id: UUID, tx: AsAdmin) -> KeyView:
    return await _shown(tx, await keys.get(tx, key_id))


@router.patch("/{key_id}")
async def update_api_key(key_id: UUID, body: KeyChange, tx: AsAdmin) -> KeyView:
    key = await keys.get(tx, key_id, to_change=True)
    check_version(key.version, body.version, await _shown(tx, key))
    await keys.change(tx, await role_of(tx), key, body.sent("version"))
    return await _shown(tx, key)


@router.post("/{key_id}/rotate")
async def rotate_api_key(key_id: UUID, body: Rotation, tx: AsAdmin) -> CreatedKey:
    key = await keys.get(tx, key_id, to_change=True)
    secret = await keys.rotate(tx, await role_of(tx), key, timedelta(hours=body.overlap_hours))
    return await _with_secret(tx, key, secret)


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(key_id: UUID, tx: AsAdmin) -> None:
    """At once: the next request with it is refused."""
    await keys.revoke(tx, await keys.get(tx, key_id, to_change=True))
