"""How is a channel set up? Checked against its schema, its secrets sealed; opened again only to send."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import HttpUrl, ValidationError
from sqlalchemy import select

from pulsar.base.crypto import SecretUnreadable
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NameTaken, Problem
from pulsar.base.events import UNTOLD, Changes, edited
from pulsar.base.events import changes as edits
from pulsar.notify.channel import Channel, Config, NotAccepted, Undelivered, registry, secret_fields, tells_how_it_went
from pulsar.notify.channel_state import set_right
from pulsar.notify.events import ChannelCreated, ChannelDeleted, ChannelUpdated
from pulsar.notify.model import ChannelRow

_SECONDS_TO_LEAVE = 5


class UnknownChannelType(Invalid):
    """There is no such kind of channel."""


class InvalidChannelConfig(Invalid):
    """The channel's settings do not fit."""


class SecretNeeded(Invalid):
    """The address is another one, so what is secret does not go there by itself: enter it again."""


class ChannelUnreadable(Problem, status=409):
    """The channel's secrets do not open with this installation's secret key; enter them again."""


def kind(channel_type: str) -> Channel:
    try:
        return registry()[channel_type]
    except KeyError:
        raise UnknownChannelType(field="channel_type") from None


def _checked(channel: Channel, config: dict[str, Any]) -> Config:
    try:
        return channel.Config.model_validate(config)
    except ValidationError as error:
        problem = InvalidChannelConfig()
        problem.errors = [
            {"field": ".".join(["config", *map(str, e["loc"])]), "message": e["msg"]} for e in error.errors()
        ]
        raise problem from None


def checks(channel_type: str) -> bool:
    """Whether the provider is asked before settings are saved."""
    channel = kind(channel_type)
    return hasattr(channel, "check") or hasattr(channel, "listen")


async def accepted(channel_type: str, config: dict[str, Any], address: str) -> dict[str, Any]:
    """The settings as they are to be kept, after the provider was asked, and told the address at which we hear of
    presses; with no transaction open meanwhile."""
    channel: Any = kind(channel_type)
    fitting = _checked(channel, config)
    try:
        taken: Config = await channel.check(fitting) if hasattr(channel, "check") else fitting
        if hasattr(channel, "listen"):
            taken = await channel.listen(taken, address)
    except NotAccepted as no:
        raise InvalidChannelConfig(no.why, field=f"config.{no.field}" if no.field else None) from no
    return taken.model_dump(mode="json")


def merged(tx: Transaction, row: ChannelRow, config: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the settings, and over it what is sent of them. Raises SecretNeeded."""
    try:
        kept = _secrets(tx, row)
    except ChannelUnreadable:
        kept = {}
    _keep_from_strangers(kind(row.channel_type), row.config, kept, config)
    return row.config | kept | config


def _keep_from_strangers(
    channel: Channel, stored: dict[str, Any], kept: dict[str, Any], config: dict[str, Any]
) -> None:
    """Whoever may change an address need not know the secret; sent to an address of theirs, they would."""
    going = [name for name, value in kept.items() if value and name not in config]
    if going and any(_elsewhere(stored.get(name), config.get(name)) for name in _destinations(channel)):
        raise SecretNeeded(field=f"config.{going[0]}")


def _destinations(channel: Channel) -> list[str]:
    fields = channel.Config.model_fields
    return [name for name, field in fields.items() if name == "host" or field.annotation is HttpUrl]


def _elsewhere(was: Any, becomes: Any) -> bool:
    """Another host, or the same by another way."""
    if not becomes or not was:
        return False
    old, new = (urlsplit(str(value).strip()) for value in (was, becomes))
    return (old.scheme, _place(old)) != (new.scheme, _place(new))


def _place(address: SplitResult) -> str:
    """A bare name of a host is all path."""
    return (address.netloc or address.path).lower()


def _secrets(tx: Transaction, row: ChannelRow) -> dict[str, Any]:
    try:
        return tx.keys.unseal(row.secrets) if row.secrets else {}
    except SecretUnreadable:
        raise ChannelUnreadable from None


def config_of(tx: Transaction, row: ChannelRow) -> Config:
    """With its secrets, ready to send. Raises ChannelUnreadable."""
    return _checked(kind(row.channel_type), row.config | _secrets(tx, row))


def _store(tx: Transaction, row: ChannelRow, channel: Channel, config: Config) -> None:
    values = config.model_dump(mode="json")
    secret = {name: values.pop(name) for name in secret_fields(channel)}
    row.config = values
    row.secrets = tx.keys.seal(secret) if any(secret.values()) else None


def secrets_set(tx: Transaction, row: ChannelRow) -> list[str]:
    """Which secrets are there: their names, for the form that cannot show them."""
    try:
        return sorted(name for name, value in _secrets(tx, row).items() if value)
    except ChannelUnreadable:
        return []


BUNDLE = timedelta(minutes=1)
"""Of a new personal channel; a room hears of every alert."""


async def create(
    tx: Transaction,
    name: str,
    channel_type: str,
    config: dict[str, Any],
    enabled: bool,
    bundle: timedelta | None = None,
    follow_ups: bool | None = None,
) -> ChannelRow:
    """What is None is as it suits the kind of channel."""
    channel = kind(channel_type)
    row = ChannelRow(name=name, channel_type=channel_type, enabled=enabled)
    row.bundle = bundle if bundle is not None else BUNDLE if channel.reach == "personal" else timedelta()
    row.follow_ups = follow_ups if follow_ups is not None else tells_how_it_went(channel)
    _store(tx, row, channel, _checked(channel, config))
    async with tx.or_raise(_name_taken()):
        tx.add(row)
    tx.record(ChannelCreated(row.id, name=name, channel_type=channel_type))
    return row


async def change(tx: Transaction, row: ChannelRow, changes: dict[str, Any]) -> None:
    """`config` replaces the settings it names; a secret that it leaves out stays as it is."""
    told: Changes = {}
    if (config := changes.pop("config", None)) is not None:
        channel = kind(row.channel_type)
        was, becomes = merged(tx, row, {}), merged(tx, row, config)
        _store(tx, row, channel, _checked(channel, becomes))
        told = _told(was, row.config | _secrets(tx, row), secret_fields(channel))
        set_right(row)
    for field, value in changes.items():
        setattr(row, field, value)
    row.version += 1
    plain = {field: edited(row)[field] for field in changes if field in edited(row)}
    async with tx.or_raise(_name_taken()):
        await tx.flush()
    tx.record(ChannelUpdated(row.id, name=row.name, changes=plain | told))


def _name_taken() -> NameTaken:
    return NameTaken("There is another channel with this name.", field="name")


def _told(was: dict[str, Any], becomes: dict[str, Any], secret: Collection[str]) -> Changes:
    """Of the settings; of a secret only that it is another."""
    edit = edits(was, becomes)
    return {f"config.{name}": {"before": UNTOLD, "after": UNTOLD} if name in secret else edit[name] for name in edit}


async def remove(tx: Transaction, row: ChannelRow) -> Config | None:
    """Its settings, if its provider has nobody left to tell of presses: see `leave`."""
    tx.record(ChannelDeleted(row.id, name=row.name))
    alone = await _alone(tx, row) if hasattr(kind(row.channel_type), "leave") else None
    await tx.delete(row)
    return alone


async def _alone(tx: Transaction, row: ChannelRow) -> Config | None:
    others = select(ChannelRow).where(ChannelRow.channel_type == row.channel_type, ChannelRow.id != row.id)
    try:
        credentials = _secrets(tx, row)
        shared = [other for other in await tx.scalars(others) if _secrets(tx, other) == credentials]
        return None if shared else config_of(tx, row)
    except Problem:
        return None


async def leave(channel_type: str, config: Config, address: str) -> None:
    """A kindness to the provider, which else tells us for ever of what nobody here knows."""
    channel: Any = kind(channel_type)
    with suppress(Undelivered, TimeoutError):
        async with asyncio.timeout(_SECONDS_TO_LEAVE):
            await channel.leave(config, address)


def config_schema(channel: Channel) -> dict[str, Any]:
    return channel.Config.model_json_schema()
