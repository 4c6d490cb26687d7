"""Routes to what an integration received lately, and to have it read once more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from pulsar.base.http import Page, Pages, View, page_of
from pulsar.inbound import actions, replays
from pulsar.inbound.model import Payload
from pulsar.people.access import AsMember, AsViewer

router = APIRouter(prefix="/webhooks/incoming/{token_id}/payloads", tags=["Integrations"])


class SignalResult(View):
    result: Literal["created", "repeated", "closed", "acknowledged", "ignored"]
    alias: str
    alert_id: UUID | None
    number: int | None


class PayloadView(View):
    id: UUID
    received_at: datetime
    address: str
    size: int
    cut: bool
    """Of more than 64 KiB the beginning is kept."""
    outcome: Literal["taken", "ignored", "unreadable", "refused"]
    reason: str
    signals: int
    results: list[SignalResult]
    """The first twenty."""
    replay_of: UUID | None


class PayloadContent(PayloadView):
    content: str


def _views(rows: Sequence[Payload]) -> list[PayloadView]:
    return [PayloadView.model_validate(row) for row in rows]


def _whole(row: Payload) -> PayloadContent:
    shown = PayloadView.model_validate(row).model_dump()
    return PayloadContent(**shown, content=row.content.decode("utf-8", "replace"))


@router.get("")
async def list_payloads(token_id: UUID, tx: AsViewer, paging: Pages) -> Page[PayloadView]:
    """The newest first. A node writes them at most once a second."""
    await actions.get(tx, token_id)
    return await page_of(tx, select(Payload).where(Payload.token_id == token_id), Payload.id, paging, _views)


@router.get("/{payload_id}")
async def get_payload(token_id: UUID, payload_id: UUID, tx: AsViewer) -> PayloadContent:
    return _whole(await replays.payload_of(tx, token_id, payload_id))


@router.post("/{payload_id}/replay")
async def replay_payload(token_id: UUID, payload_id: UUID, tx: AsMember) -> PayloadContent:
    """Reads it once more, as the integration stands now. What came of it is the answer, be it that it was refused."""
    token = await actions.get(tx, token_id)
    kept = await replays.replay(tx, token, await replays.payload_of(tx, token_id, payload_id))
    return _whole(await replays.payload_of(tx, token_id, kept))
