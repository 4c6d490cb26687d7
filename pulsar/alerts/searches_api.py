"""Routes of the searches that people have saved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints

from pulsar.alerts import searches
from pulsar.alerts.searches import SavedSearch
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Name, Named, Page, Pages, View, check_version, page_of
from pulsar.people.access import AsMember, AsViewer, Caller
from pulsar.people.names import user_names

router = APIRouter(prefix="/alert-searches", tags=["Alerts"])

Question = Annotated[str, StringConstraints(max_length=2000)]


class NewSearch(Body):
    name: Name
    query: Question
    """What stands behind the question mark in the inbox's address: `status=open&priority=P1`."""
    shared: bool = False


class SearchChange(Body):
    name: Name = ""
    query: Question = ""
    shared: bool = False
    version: int | None = None


class SavedSearchView(View):
    id: UUID
    name: str
    query: str
    shared: bool
    user: Named
    """Who saved it."""
    version: int
    created_at: datetime
    updated_at: datetime


_OWN = ("id", "name", "query", "shared", "version", "created_at", "updated_at")


async def _views(tx: Transaction, rows: Sequence[SavedSearch]) -> list[SavedSearchView]:
    names = await user_names(tx, [row.user_id for row in rows])
    return [
        SavedSearchView(
            **{name: getattr(row, name) for name in _OWN},
            user=Named(id=row.user_id, name=names.get(row.user_id, "")),
        )
        for row in rows
    ]


@router.get("")
async def list_saved_searches(tx: AsViewer, caller: Caller, paging: Pages) -> Page[SavedSearchView]:
    """One's own, and those that everybody has."""

    query = searches.seen_by(caller.user_id)
    page = await page_of(tx, query, SavedSearch.id, paging, list, descending=False)
    return Page[SavedSearchView](**page.model_dump(exclude={"items"}), items=await _views(tx, page.items))


@router.post("", status_code=201)
async def save_search(body: NewSearch, tx: AsMember, caller: Caller) -> SavedSearchView:
    made = await searches.save(tx, caller.user_id, body.model_dump())
    return (await _views(tx, [made]))[0]


@router.patch("/{search_id}")
async def change_saved_search(search_id: UUID, body: SearchChange, tx: AsMember, caller: Caller) -> SavedSearchView:
    found = await searches.get(tx, caller.user_id, search_id)
    check_version(found.version, body.version, (await _views(tx, [found]))[0])
    await searches.change(tx, found, body.model_dump(exclude_unset=True, exclude={"version"}))
    return (await _views(tx, [found]))[0]


@router.delete("/{search_id}", status_code=204)
async def delete_saved_search(search_id: UUID, tx: AsMember, caller: Caller) -> None:
    await searches.forget(tx, await searches.get(tx, caller.user_id, search_id))
