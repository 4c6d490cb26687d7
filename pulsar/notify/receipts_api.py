"""The address under which a provider tells what became of a message."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from pulsar.base.http import PulsarNode
from pulsar.notify.callbacks import PREFIX, told
from pulsar.notify.channel import gives_receipts
from pulsar.notify.receipts import receive

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.post("/{org_id}/{channel_id}/{notification_id}/receipt", status_code=204)
async def take_receipt(
    org_id: UUID, channel_id: UUID, notification_id: UUID, request: Request, pulsar: PulsarNode
) -> Response:
    async with told(pulsar, request, org_id, channel_id) as call:
        notification = await call.notification(notification_id, to_change=True)
        receipt = call.kind.receipt(call.form) if gives_receipts(call.kind) else None
        if receipt:
            await receive(call.tx, notification, receipt)
    return Response(status_code=204)
