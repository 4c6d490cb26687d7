"""Routes of devices: each person's own browsers and phones that take web push."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict
from pulsar.base.http import Body, Name, Page, Pages, PulsarNode, View, page_of
from pulsar.notify import devices, trial
from pulsar.notify.api import TrialView, Unreachable
from pulsar.notify.channel import registry
from pulsar.notify.channel_setup import config_of
from pulsar.notify.channels import web_push
from pulsar.notify.devices import Subscription
from pulsar.notify.model import ChannelRow, DeviceRow
from pulsar.notify.recipients import recipient_of, unreachable
from pulsar.notify.web_push import public_bytes, to_text
from pulsar.orgs.roles import Role
from pulsar.people.access import AsViewer, Caller, entered

router = APIRouter(prefix="/users/me/devices", tags=["Devices"])


class NoChannel(Conflict):
    """There is no web push channel that is switched on. An admin sets one up under Channels."""


class SubscriptionBody(Body):
    """What a browser's `PushSubscription` has; both keys in base64url."""

    endpoint: Annotated[str, Field(max_length=2000)]
    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=100)]


class NewDevice(Body):
    name: Name
    subscription: SubscriptionBody


class DeviceChange(Body):
    name: Name = ""
    subscription: SubscriptionBody | None = None


class DeviceView(View):
    """`fingerprint` is the first 16 hexadecimal digits of the SHA-256 of its endpoint: by it a browser knows itself. It
    and what else there was is null once the push service has said that there is nothing there any more."""

    id: UUID
    name: str
    service: str
    fingerprint: str | None
    last_success_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    gone_at: datetime | None
    created_at: datetime


class PushKeyView(View):
    """The `applicationServerKey` to subscribe with."""

    public_key: str


def _view(row: DeviceRow) -> DeviceView:
    own = {name: getattr(row, name) for name in DeviceView.model_fields if name != "fingerprint"}
    return DeviceView(**own, fingerprint=row.endpoint_hash.hex()[:16] if row.endpoint_hash else None)


def _subscription(pulsar: PulsarNode, body: SubscriptionBody) -> Subscription:
    subscription = Subscription(**body.model_dump())
    devices.check(subscription, pulsar.settings.push_services)
    return subscription


async def _channel(tx: Transaction) -> ChannelRow:
    query = select(ChannelRow).where(ChannelRow.channel_type == web_push.slug, ChannelRow.enabled)
    row: ChannelRow | None = await tx.scalar(query.order_by(ChannelRow.id).limit(1))
    if not row:
        raise NoChannel
    return row


@router.get("/key")
async def get_push_key(tx: AsViewer) -> PushKeyView:
    return PushKeyView(public_key=to_text(public_bytes(tx.keys.push_key)))


@router.get("")
async def list_devices(tx: AsViewer, caller: Caller, paging: Pages) -> Page[DeviceView]:
    def shape(rows: Any) -> list[DeviceView]:
        return [_view(row) for row in rows]

    query = select(DeviceRow).where(DeviceRow.user_id == caller.user_id)
    return await page_of(tx, query, DeviceRow.id, paging, shape, descending=False)


@router.post("", status_code=201)
async def create_device(body: NewDevice, tx: AsViewer, caller: Caller, pulsar: PulsarNode) -> DeviceView:
    """The same browser again is the same device, under its new name."""
    subscription = _subscription(pulsar, body.subscription)
    return _view(await devices.enable(tx, caller.user_id, body.name, subscription))


@router.patch("/{device_id}")
async def update_device(
    device_id: UUID, body: DeviceChange, tx: AsViewer, caller: Caller, pulsar: PulsarNode
) -> DeviceView:
    """A browser that was given a new subscription stays the same device."""
    row = await devices.mine(tx, device_id, caller.user_id)
    subscription = _subscription(pulsar, body.subscription) if body.subscription else None
    await devices.change(tx, row, body.name, subscription)
    return _view(row)


@router.delete("/{device_id}", status_code=204)
async def delete_device(device_id: UUID, tx: AsViewer, caller: Caller) -> None:
    await devices.remove(tx, await devices.mine(tx, device_id, caller.user_id))


@router.post("/{device_id}/test")
async def test_device(device_id: UUID, caller: Caller, pulsar: PulsarNode) -> TrialView:
    """Sends a message to this device, now; no transaction is open meanwhile."""
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        await devices.mine(tx, device_id, caller.user_id)
        row = await _channel(tx)
        await trial.check_pace(tx, caller.user_id)
        config, channel = config_of(tx, row), registry()[row.channel_type]
        recipient = await recipient_of(tx, caller.user_id, channel, device_id)
        if why := unreachable(channel, recipient, device_id):
            raise Unreachable(why)
    result = await trial.try_out(channel, config, recipient)
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        await trial.log_trial(tx, row.id, caller.user_id, result)
    return TrialView(delivered=result.delivered, answer=result.answer, duration_ms=result.duration_ms)
