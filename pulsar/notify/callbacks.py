"""What does a provider tell us later? Under which address it may, and whether it is really the provider."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from fastapi import Request

from pulsar.base.db import Transaction
from pulsar.base.errors import Problem
from pulsar.base.http import API, Pulsar
from pulsar.notify.channel import registry
from pulsar.notify.channel_setup import config_of
from pulsar.notify.model import ChannelRow, Notification

PREFIX = "/callbacks"


class NotTheProvider(Problem, status=403):
    """This is not signed by the provider of this channel."""


@dataclass(frozen=True)
class Told:
    tx: Transaction
    channel: ChannelRow
    kind: Any
    form: dict[str, str]

    async def notification(self, notification_id: UUID, *, to_change: bool = False) -> Notification:
        """The one that it is about. Another channel's signature says nothing about it."""
        lock = True if to_change else None
        found = await self.tx.get(Notification, (self.tx.org, notification_id), with_for_update=lock)
        if not found or found.channel_id != self.channel.id:
            raise NotTheProvider
        return found


def path_of(org: UUID, channel_id: UUID, what: str) -> str:
    return f"{API}{PREFIX}/{org}/{channel_id}/{what}"


def presses_url(base_url: str, org: UUID, provider: str) -> str:
    """Where a provider tells what was pressed: one address for an app, however many channels go over it."""
    return f"{base_url}{API}{PREFIX}/{org}/{provider}"


def address_of(channel: Any, base_url: str, org: UUID) -> str:
    """Where the provider of this kind of channel tells of presses; empty for one that tells of none."""
    return presses_url(base_url, org, channel.calls_back) if hasattr(channel, "calls_back") else ""


def manifest_of(channel: Any, base_url: str, org: UUID) -> str | None:
    if not hasattr(channel, "manifest"):
        return None
    manifest: str = channel.manifest(address_of(channel, base_url, org))
    return manifest


def callback_url(base_url: str, notification: Notification) -> str | None:
    """None when nobody out there can reach us. Providers refuse such an address, and with it the message."""
    if not _public(urlsplit(base_url).hostname or ""):
        return None
    return base_url + path_of(notification.org_id, notification.channel_id, str(notification.id))


def _public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host


@asynccontextmanager
async def told(pulsar: Pulsar, request: Request, org: UUID, channel_id: UUID) -> AsyncIterator[Told]:
    """A transaction in the channel's organization, for who has signed with the channel's own secret; for anybody else
    it is the same whether there is such a channel or not."""
    form = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    # As the provider knows it, and not as a proxy has passed it on.
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{pulsar.settings.base_url}{request.url.path}{query}"
    async with pulsar.db.in_org(org) as tx:
        row = await tx.get(ChannelRow, (org, channel_id))
        kind: Any = registry().get(row.channel_type) if row else None
        if not row or not hasattr(kind, "signed"):
            raise NotTheProvider
        if not kind.signed(config_of(tx, row), url, form, request.headers):
            raise NotTheProvider
        yield Told(tx, row, kind, dict(form))
