"""Did the invitation reach the guest? One mail at once, over the organization's own e-mail channels.

The guest is no member yet, so nothing is queued: who invites sees what came of it, and can copy the link instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Problem
from pulsar.base.ids import new_id
from pulsar.notify import at_once
from pulsar.notify.at_once import Outcome
from pulsar.notify.channel import Message, Recipient, registry
from pulsar.notify.channel_setup import config_of
from pulsar.notify.model import ChannelRow

KIND = "email"
NO_CHANNEL = "There is no enabled e-mail channel. Send the link yourself."


@dataclass(frozen=True)
class Letter:
    """What is written, and the link, which goes out but is not kept in the log."""

    to: str
    title: str
    text: str
    link: str


@dataclass(frozen=True)
class Way:
    """A mail channel of the organization, ready to send; or why it is not."""

    channel_id: UUID
    name: str
    config: Any
    fault: str | None = None


@dataclass(frozen=True)
class Sent:
    way: Way
    outcome: Outcome


def compose(inviter: str, organization: str, role: str, to: str, expires_at: datetime, link: str) -> Letter:
    text = (
        f"{inviter} invites you to {organization} on Pulsar, as {role}. Pulsar tells people when something breaks.\n\n"
        f"The link is good once, until {expires_at:%d %B %Y, %H:%M} UTC. If you do not know what this is about, "
        "ignore this mail: without the link nothing happens."
    )
    return Letter(to, f"{inviter} invites you to {organization}", text, link)


async def ways(tx: Transaction) -> list[Way]:
    query = select(ChannelRow).where(ChannelRow.enabled, ChannelRow.channel_type == KIND).order_by(ChannelRow.id)
    return [_way(tx, row) for row in await tx.scalars(query)]


def _way(tx: Transaction, row: ChannelRow) -> Way:
    try:
        return Way(row.id, row.name, config_of(tx, row))
    except Problem as problem:
        return Way(row.id, row.name, None, problem.detail)


async def send(found: Sequence[Way], letter: Letter) -> list[Sent]:
    """Over the first that takes it. No transaction is open meanwhile."""
    message = Message(
        str(new_id()),
        letter.title,
        letter.text,
        letter.link,
        facts={"kind": "invitation"},
        link_label="Accept the invitation",
    )
    tries: list[Sent] = []
    for way in found:
        if way.fault:
            continue
        outcome = await at_once.send(registry()[KIND], message, way.config, Recipient("", letter.to))
        tries.append(Sent(way, outcome))
        if outcome.delivered:
            break
    return tries


async def log(tx: Transaction, letter: Letter, tries: Sequence[Sent]) -> None:
    content = {"title": f"Invitation of {letter.to}", "text": letter.text}
    for sent in tries:
        await at_once.log(tx, sent.way.channel_id, "invitation", content, None, sent.outcome)
