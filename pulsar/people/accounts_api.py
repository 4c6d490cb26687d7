"""Routes of linked accounts: each person's own, by whose buttons in Slack or Telegram they act."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import select

from pulsar.base.http import Body, Page, Pages, View, page_of
from pulsar.people import accounts
from pulsar.people.access import AsViewer, Caller
from pulsar.people.accounts import Provider
from pulsar.people.model import LinkedAccount

router = APIRouter(prefix="/users/me/accounts", tags=["Linked accounts"])


class Offer(Body):
    """What stands behind `offer=` in the link that a press of an unknown person's is answered with."""

    offer: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class OfferView(View):
    provider: Provider
    name: str


class AccountView(View):
    id: UUID
    provider: Provider
    name: str
    created_at: datetime


@router.get("")
async def list_accounts(tx: AsViewer, caller: Caller, paging: Pages) -> Page[AccountView]:
    def shape(rows: Sequence[LinkedAccount]) -> list[AccountView]:
        return [AccountView.model_validate(row) for row in rows]

    query = select(LinkedAccount).where(LinkedAccount.user_id == caller.user_id)
    return await page_of(tx, query, LinkedAccount.id, paging, shape, descending=False)


@router.post("/look")
async def look_at_offer(body: Offer, tx: AsViewer) -> OfferView:
    """Whose account the link is for, before it is linked. Changes nothing."""
    return OfferView.model_validate(accounts.offered(tx, body.offer))


@router.post("", status_code=201)
async def link_account(body: Offer, tx: AsViewer, caller: Caller) -> AccountView:
    return AccountView.model_validate(await accounts.link(tx, caller.user_id, accounts.offered(tx, body.offer)))


@router.delete("/{account_id}", status_code=204)
async def unlink_account(account_id: UUID, tx: AsViewer, caller: Caller) -> None:
    await accounts.unlink(tx, account_id, caller.user_id)
