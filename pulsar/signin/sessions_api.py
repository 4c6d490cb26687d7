"""Routes of one's own sessions: where one is signed in, and how to end that."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import NotFound
from pulsar.base.http import Page, Pages, Principal, View, page_of
from pulsar.people import sessions
from pulsar.people.access import AsEnrolling, Caller
from pulsar.people.events import SessionsEnded
from pulsar.people.model import SessionRow
from pulsar.signin.audience import tell

router = APIRouter(prefix="/auth/sessions", tags=["Accounts"])


class MySessionView(View):
    """`method`: how it was shown who you are. `address` and `device` are those of its last use; `current`: it is the
    one that asks."""

    id: UUID
    method: str
    address: str
    device: str
    organization: str
    created_at: datetime
    last_used_at: datetime
    ends_at: datetime
    current: bool


class EndedView(View):
    ended: int


@router.get("")
async def list_sessions(caller: Caller, tx: AsEnrolling, paging: Pages) -> Page[MySessionView]:
    """In all of your organizations, the newest sign-in first."""
    names = {one.id: one.name for one in await sessions.organizations_of(tx, caller.user_id)}

    def shape(rows: Sequence[SessionRow]) -> list[MySessionView]:
        return [_view(row, names.get(row.organization_id, ""), caller.session_id) for row in rows]

    seen = await sessions.in_reach(tx, caller.session_id)
    query = select(SessionRow).where(SessionRow.user_id == caller.user_id, sessions.lives(), seen)
    return await page_of(tx, query, SessionRow.id, paging, shape)


def _view(row: SessionRow, organization: str, current: UUID) -> MySessionView:
    of_row = set(MySessionView.model_fields) - {"organization", "current"}
    fields = {name: getattr(row, name) for name in of_row}
    return MySessionView(**fields, organization=organization, current=row.id == current)


@router.delete("/{session_id}", status_code=204)
async def end_session(session_id: UUID, caller: Caller, tx: AsEnrolling) -> None:
    """At once, for its access token too."""
    if not await _end(tx, caller, SessionRow.id == session_id):
        raise NotFound("There is no session with this id here.")


@router.post("/end-others")
async def end_other_sessions(caller: Caller, tx: AsEnrolling) -> EndedView:
    return EndedView(ended=await _end(tx, caller, SessionRow.id != caller.session_id))


async def _end(tx: Transaction, caller: Principal, which: sessions.Which) -> int:
    reach = await sessions.in_reach(tx, caller.session_id)
    ended = await sessions.end(tx, SessionRow.user_id == caller.user_id, which, reach)
    if ended:
        await tell(tx, caller.user_id, SessionsEnded(caller.user_id, reason="revoked", count=ended))
    return ended
