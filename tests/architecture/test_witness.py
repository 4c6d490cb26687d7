"""Does every change leave an event? Asked of every route that changes something, so that a new one is asked the day it
is born: whatever rows its transaction wrote, it must have recorded what happened."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import async_session
from sqlalchemy.orm import ORMExecuteState, Session

from pulsar.base.db import Transaction
from pulsar.base.http import Pulsar
from tests.architecture.conftest import Household, household
from tests.architecture.openapi import API, Operation
from tests.world import Mailbox, People

# What these hold is not a change to anything that somebody set up or works on: counters, the log of messages (its
# events come when they go out), how far a round robin has come, what is to be done and what is remembered of it.
BOOKKEEPING = {
    "counters",
    "escalation_turns",
    "escalations",
    "notifications",
    "paces",
    "shift_watches",
    "sign_in_challenges",
    "tickets",
}
# With it a channel's row says how it fares, which is an event when it breaks.
ATTEMPT = "notification_attempts"
# What a PATCH that changes something sends; an empty one changes nothing.
EDITS: dict[str, dict[str, Any]] = {
    "/auth/me": {"full_name": "Una"},
    "/alerts/{alert_id}": {"message": "Disk almost full"},
    "/notifications/preferences/{preference_id}": {"min_priority": "P2"},
    "/notifications/channels/{channel_id}": {"name": "Post"},
    "/schedules/{schedule_id}/rotations/{rotation_id}": {"name": "Second line"},
    "/schedules/{schedule_id}/overrides/{override_id}": {"note": "Swapped"},
    "/users/me/shift-notices": {"before_minutes": [30]},
    "/users/{user_id}": {},
}
_OTHERS = {"name": "Renamed", "title": "Renamed", "role": "member", "delay_seconds": 30, "text": "Seen"}


@pytest.fixture
def silent() -> Iterator[list[set[str]]]:
    """The tables that were written by each transaction of an organization that recorded nothing."""
    found: list[set[str]] = []

    def note(session: Session, *tables: str) -> None:
        session.info.setdefault("written", set()).update(tables)

    def flushed(session: Session, _context: object) -> None:
        rows = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
        note(session, *(row.__table__.name for row in rows))

    def executed(state: ORMExecuteState) -> None:
        if (state.is_insert or state.is_update or state.is_delete) and state.bind_mapper:
            note(state.session, state.bind_mapper.local_table.name)  # type: ignore[attr-defined]

    def committed(session: Session) -> None:
        if session.in_nested_transaction():
            return
        tx = async_session(session)
        written = session.info.pop("written", set()) - BOOKKEEPING
        if isinstance(tx, Transaction) and tx.org and written and ATTEMPT not in written and not tx.rings["orgs"]:
            found.append(written)

    listeners = (("after_flush", flushed), ("do_orm_execute", executed), ("before_commit", committed))
    for name, listener in listeners:
        event.listen(Session, name, listener)
    yield found
    for name, listener in listeners:
        event.remove(Session, name, listener)


@pytest_asyncio.fixture
async def unas(http: httpx.AsyncClient, pulsar: Pulsar, smtp: Mailbox) -> Household:
    """One of its own: these routes leave little of it."""
    return await household(People(http, pulsar), "Una", smtp)


def in_order(routes: list[Operation]) -> list[Operation]:
    """First what makes and changes, and last what removes, parts before wholes."""
    order = ["POST", "PUT", "PATCH", "DELETE"]
    return sorted((r for r in routes if not r.reads), key=lambda r: (order.index(r.method), -len(r.parameters), r.path))


def edit(route: Operation, document: dict[str, Any]) -> dict[str, Any] | None:
    if route.method != "PATCH":
        return route.body
    if route.path in EDITS:
        return EDITS[route.path]
    reference = document["paths"][API + route.path]["patch"]["requestBody"]["content"]["application/json"]["schema"]
    fields = document["components"]["schemas"][reference["$ref"].rpartition("/")[2]]["properties"]
    return {name: value for name, value in _OTHERS.items() if name in fields}


async def test_whatever_a_route_changes_it_says_so(
    routes: list[Operation], document: dict[str, Any], unas: Household, silent: list[set[str]]
) -> None:
    unsaid, done = {}, set()
    for route in in_order(routes):
        if route.path.startswith(("/auth/log", "/auth/refresh", "/auth/switch", "/webhook/", "/heartbeat/")):
            continue
        silent.clear()
        answer = await unas.owner.request(route.method, route.at(unas.ids), json=edit(route, document))
        if answer.is_success:
            done.add(str(route))
        # A ping is no event: there are too many of them. An authenticator app counts once it was confirmed.
        if silent and route.path not in {"/heartbeats/{heartbeat_id}/ping", "/auth/totp"}:
            unsaid[str(route)] = list(silent)
    assert unsaid == {}
    assert len(done) > 40, sorted({str(route) for route in in_order(routes)} - done)
