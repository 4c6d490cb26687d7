"""How is a payload that was kept read once more? Through its integration as that stands now, in the transaction of who
asks, and kept anew, with what came of it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

from pulsar.alerts.intake import Taken
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, NotFound, Problem
from pulsar.inbound import actions, history
from pulsar.inbound.batch import Delivery, take_all
from pulsar.inbound.events import PayloadReplayed
from pulsar.inbound.history import Arrival
from pulsar.inbound.model import IncomingToken, Payload
from pulsar.inbound.reading import readings_of, setup_of
from pulsar.inbound.source import registry


class CutShort(Conflict):
    """Only the beginning of this payload was kept, so it cannot be read once more."""


async def payload_of(tx: Transaction, token_id: UUID, payload_id: UUID) -> Payload:
    query = select(Payload).where(Payload.token_id == token_id, Payload.id == payload_id)
    if not (found := await tx.scalar(query.options(undefer(Payload.content)))):
        raise NotFound("There is no payload with this id here; only the last fifty are kept.")
    return found


async def replay(tx: Transaction, token: IncomingToken, payload: Payload) -> UUID:
    """The id of what is kept of it now: what came of it stands there, even that it was refused."""
    if payload.cut:
        raise CutShort
    assert tx.org
    tx.record(PayloadReplayed(token.id, name=token.name, received_at=payload.received_at))
    taken, reason = await _taken(tx, token, payload)
    if reason:
        await actions.note_refusal(tx, token.id, reason)
    again = Arrival(
        org=tx.org,
        token_id=token.id,
        secret="",
        source=payload.source,
        address=payload.address,
        at=clock.now(),
        size=payload.size,
        content=payload.content,
        taken=taken,
        reason=reason,
        replay_of=payload.id,
    )
    (kept,) = await history.write(tx, [again])
    return kept


async def _taken(tx: Transaction, token: IncomingToken, payload: Payload) -> tuple[list[Taken] | None, str]:
    actor = tx.actor
    try:
        setup = await setup_of(tx, token.id)
        readings, unread = await readings_of(registry()[payload.source], setup, payload.content)
        (answer,) = await take_all(tx, [Delivery(token.id, readings)])
    except Problem as problem:
        return None, problem.detail
    finally:
        tx.actor = actor
    return (None, answer.detail) if isinstance(answer, Problem) else (answer, unread)
