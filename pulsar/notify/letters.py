"""How are many told of the same by mail, members and whoever else has an address? As single messages, each delivered,
retried and logged as a page is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.notify.actions import enabled_channels, new_row, write
from pulsar.notify.model import ChannelRow
from pulsar.notify.preference_setup import preferences_of
from pulsar.notify.preferences import EVERYTHING, Preference, Send, decide
from pulsar.notify.rules import Letter, Occasion

_MAIL, _PRIORITY = "email", "P3"


async def send(
    tx: Transaction, users: Sequence[UUID], addresses: Mapping[str, str], occasion: Occasion, letter: Letter
) -> list[UUID]:
    """Over every e-mail channel that is enabled; the messages by their ids. Members who have switched it off for
    themselves are not written to, and the log says so. An address gets no link but the one that ends it, which stands
    with it: whose it is has no account here."""
    rows: list[dict[str, Any]] = []
    wishes = await preferences_of(tx, users)
    for channel in await enabled_channels(tx):
        if channel.channel_type == _MAIL:
            for user_id in users:
                wish = Preference(enabled=wishes.get((user_id, channel.id), EVERYTHING).enabled)
                decision = decide(wish, _PRIORITY, clock.now())
                rows.append(new_row(occasion, channel, user_id, letter.to_json(), decision))
            rows += [_to_address(channel, *one, occasion, letter) for one in addresses.items()]
    await write(tx, rows)
    return [row["id"] for row in rows]


def _to_address(
    channel: ChannelRow, address: str, unsubscribe: str, occasion: Occasion, letter: Letter
) -> dict[str, Any]:
    content = letter.to_json() | {"to": address, "unsubscribe": unsubscribe}
    del content["path"]
    own = replace(occasion, key=f"{occasion.key}:{address}")
    return new_row(own, channel, None, content, Send(clock.now()))


@dataclass(frozen=True)
class PublicLetter:
    """To somebody outside, who has asked for it: its link leads to a page that anybody may read. `unsubscribe` is a
    path too, at which a POST ends it."""

    address: str
    letter: Letter
    link_label: str
    unsubscribe: str | None = None


async def publish(tx: Transaction, occasion: Occasion, mails: Sequence[PublicLetter]) -> None:
    """Over the first e-mail channel that is enabled, so that each gets one. Where there is none nothing goes out."""
    channel = await public_channel(tx)
    if not channel:
        return
    rows = []
    for mail in mails:
        content = mail.letter.to_json() | {"to": mail.address, "link_label": mail.link_label}
        if mail.unsubscribe:
            content["unsubscribe"] = mail.unsubscribe
        own = replace(occasion, key=f"{occasion.key}:{mail.address}")
        rows.append(new_row(own, channel, None, content, Send(clock.now())))
    await write(tx, rows)


async def public_channel(tx: Transaction) -> ChannelRow | None:
    return next((one for one in await enabled_channels(tx) if one.channel_type == _MAIL), None)
