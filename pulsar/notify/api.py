"""Routes of notification channels: set up, list, test."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import EmailStr, Field
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, NotFound
from pulsar.base.http import Body, Name, Page, Pages, Pulsar, PulsarNode, View, check_version, page_of
from pulsar.notify import channel_setup, trial
from pulsar.notify.callbacks import address_of, manifest_of, path_of
from pulsar.notify.channel import Contact, Reach, contact_of, reads_replies, registry, tells_how_it_went
from pulsar.notify.model import ChannelRow
from pulsar.notify.recipients import recipient_of, unreachable
from pulsar.orgs.roles import Role
from pulsar.people.access import Anybody, AnyCaller, AsViewer, Caller, entered

router = APIRouter(prefix="/notifications/channels", tags=["Notification channels"])

LONGEST_BUNDLE = 3600

BundleSeconds = Annotated[
    int,
    Field(ge=0, le=LONGEST_BUNDLE, description="One message to a recipient in so long, the rest as a digest; 0: none."),
]


class NewChannel(Body):
    """`bundle_seconds` and `follow_ups` are as it suits the kind of channel when they are left out."""

    name: Name
    channel_type: str
    config: dict[str, Any]
    enabled: bool = True
    bundle_seconds: BundleSeconds | None = None
    follow_ups: bool | None = None


class ChannelChange(Body):
    name: Name = ""
    config: dict[str, Any] = Field(default_factory=dict)
    enabled: bool = True
    bundle_seconds: BundleSeconds = 0
    follow_ups: bool = False
    version: int | None = None


class Trial(Body):
    to: EmailStr | None = None


class TrialView(View):
    delivered: bool
    answer: str
    duration_ms: int


class Unreachable(Conflict):
    """This channel cannot reach you."""


class ChannelKind(View):
    slug: str
    title: str
    reach: Reach
    contact: Contact | None
    follow_ups: bool
    """Whether a new channel of this kind tells how it went."""
    help: str
    config_schema: dict[str, Any]
    manifest: str | None
    """What to paste at the provider's to make an app for this organization."""


class ChannelKinds(View):
    items: list[ChannelKind]


class ChannelView(View):
    id: UUID
    name: str
    channel_type: str
    enabled: bool
    config: dict[str, Any]
    secrets: list[str]
    reach: Reach
    reply_path: str | None
    bundle_seconds: int
    follow_ups: bool
    failures: int
    retry_at: datetime | None
    broken_since: datetime | None
    last_success_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


def _view(tx: Transaction, row: ChannelRow) -> ChannelView:
    derived = {"secrets", "reach", "reply_path", "bundle_seconds"}
    own = {name: getattr(row, name) for name in ChannelView.model_fields if name not in derived}
    channel = registry()[row.channel_type]
    return ChannelView(
        **own,
        secrets=channel_setup.secrets_set(tx, row),
        reach=channel.reach,
        reply_path=path_of(tx.org, row.id, "reply") if tx.org and reads_replies(channel) else None,
        bundle_seconds=int(row.bundle.total_seconds()),
    )


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


async def _get(tx: Transaction, channel_id: UUID, *, to_change: bool = False) -> ChannelRow:
    row = await tx.get(ChannelRow, (tx.org, channel_id), with_for_update=True if to_change else None)
    if not row:
        raise NotFound("There is no notification channel with this id here.")
    return row


@router.get("/kinds")
async def list_kinds(tx: AsViewer, pulsar: PulsarNode, caller: AnyCaller) -> ChannelKinds:
    kinds = [
        ChannelKind(
            slug=channel.slug,
            title=channel.title,
            reach=channel.reach,
            contact=contact_of(channel),
            follow_ups=tells_how_it_went(channel),
            help=channel.help,
            config_schema=channel_setup.config_schema(channel),
            manifest=manifest_of(channel, pulsar.settings.base_url, caller.org_id),
        )
        for channel in registry().values()
    ]
    return ChannelKinds(items=kinds)


@router.get("")
async def list_channels(tx: AsViewer, paging: Pages) -> Page[ChannelView]:
    def shape(rows: Sequence[ChannelRow]) -> list[ChannelView]:
        return [_view(tx, row) for row in rows]

    return await page_of(tx, select(ChannelRow), ChannelRow.id, paging, shape, descending=False)


@router.post("", status_code=201)
async def create_channel(body: NewChannel, caller: AnyCaller, pulsar: PulsarNode) -> ChannelView:
    """Some kinds ask the provider first, and say what it does not take."""
    config = body.config
    async with entered(pulsar, caller, Role.ADMIN):
        asks = channel_setup.checks(body.channel_type)
    if asks:
        config = await _taken(pulsar, caller, body.channel_type, config)
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        pace = _span(body.bundle_seconds), body.follow_ups
        row = await channel_setup.create(tx, body.name, body.channel_type, config, body.enabled, *pace)
        return _view(tx, row)


@router.get("/{channel_id}")
async def get_channel(channel_id: UUID, tx: AsViewer) -> ChannelView:
    return _view(tx, await _get(tx, channel_id))


@router.patch("/{channel_id}")
async def update_channel(channel_id: UUID, body: ChannelChange, caller: AnyCaller, pulsar: PulsarNode) -> ChannelView:
    changes = body.sent("version")
    if "bundle_seconds" in changes:
        changes["bundle"] = _span(changes.pop("bundle_seconds"))
    if "config" in changes:
        changes["config"] = await _accepted(pulsar, caller, channel_id, body)
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        row = await _get(tx, channel_id, to_change=True)
        check_version(row.version, body.version, _view(tx, row))
        await channel_setup.change(tx, row, changes)
        return _view(tx, row)


async def _accepted(pulsar: Pulsar, caller: Anybody, channel_id: UUID, body: ChannelChange) -> dict[str, Any]:
    """The new settings, as the provider takes them if it is asked; with no transaction open meanwhile."""
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        row = await _get(tx, channel_id)
        check_version(row.version, body.version, _view(tx, row))
        if not channel_setup.checks(row.channel_type):
            return body.config
        wanted = channel_setup.merged(tx, row, body.config)
    return await _taken(pulsar, caller, row.channel_type, wanted)


async def _taken(pulsar: Pulsar, caller: Anybody, channel_type: str, config: dict[str, Any]) -> dict[str, Any]:
    address = address_of(registry()[channel_type], pulsar.settings.base_url, caller.org_id)
    return await channel_setup.accepted(channel_type, config, address)


@router.delete("/{channel_id}", status_code=204)
async def delete_channel(channel_id: UUID, caller: AnyCaller, pulsar: PulsarNode) -> None:
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        row = await _get(tx, channel_id, to_change=True)
        left = await channel_setup.remove(tx, row)
    if left:
        address = address_of(registry()[row.channel_type], pulsar.settings.base_url, caller.org_id)
        await channel_setup.leave(row.channel_type, left, address)


@router.post("/{channel_id}/test")
async def test_channel(channel_id: UUID, body: Trial, caller: Caller, pulsar: PulsarNode) -> TrialView:
    """Sends a message to the caller, or to another address, now; no transaction is open meanwhile."""
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        row = await _get(tx, channel_id)
        config = channel_setup.config_of(tx, row)
        channel = registry()[row.channel_type]
        recipient = await recipient_of(tx, caller.user_id, channel)
        if why := unreachable(channel, recipient):
            raise Unreachable(why)
    if body.to:
        recipient = replace(recipient, email=body.to)
    result = await trial.try_out(channel, config, recipient)
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        await trial.log_trial(tx, channel_id, caller.user_id, result)
    return TrialView(delivered=result.delivered, answer=result.answer, duration_ms=result.duration_ms)
