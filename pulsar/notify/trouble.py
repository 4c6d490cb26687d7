"""Who is told that a channel does not work? Owners and admins, over those that do."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Thing
from pulsar.notify import channel_state
from pulsar.notify.actions import enabled_channels, tell_over
from pulsar.notify.model import ChannelRow
from pulsar.notify.rules import Occasion
from pulsar.orgs.model import Membership
from pulsar.people.model import User

log = structlog.get_logger()

# It keeps pages from arriving, so it goes out as an alert of this priority would.
PRIORITY = "P2"
# When there is nobody to tell, or nothing to tell it over: until then another channel may work.
_AGAIN = timedelta(minutes=1)


async def report(tx: Transaction, channel_id: UUID, since: datetime) -> None:
    """Unless it has come to life again, or has been mended meanwhile."""
    channel = await tx.get(ChannelRow, (tx.org, channel_id), with_for_update=True)
    if not channel or channel.broken_since != since or not channel.report_at:
        return
    told = channel.enabled and await _tell(tx, channel, since)
    channel.report_at = None
    if channel.enabled and not told:
        log.warning("channel_trouble_untold", channel=str(channel.id))
        channel_state.report_later(tx, channel, clock.now() + _AGAIN)


async def _tell(tx: Transaction, channel: ChannelRow, since: datetime) -> bool:
    others = [other for other in await enabled_channels(tx) if other.id != channel.id and not other.broken_since]
    people = await tx.execute(
        select(User.id, User.full_name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.role.in_(("owner", "admin")), Membership.active)
        .order_by(User.full_name)
    )
    content = {
        "title": f"The channel {channel.name} does not work",
        "text": f"Since {since:%d %B, %H:%M} UTC pages do not arrive over it. The last answer: {channel.last_error}\n\n"
        "This message came over another channel. Check the settings under Channels, and press Test.",
        "priority": PRIORITY,
    }
    occasion = Occasion(f"trouble:{channel.id}:{since.isoformat()}", "direct")
    users = [(row.id, row.full_name) for row in people]
    told = await tell_over(tx, others, content, users, occasion, at=clock.now(), last_resort=True)
    return bool(told.messages)


async def defects(tx: Transaction) -> list[Defect]:
    rows = await tx.scalars(select(ChannelRow).where(ChannelRow.broken_since.is_not(None), ChannelRow.enabled))
    return [
        Defect(
            "broken_channel",
            "critical",
            f"{row.name} does not work: {row.last_error}",
            Thing("channel", row.id, row.name),
        )
        for row in rows
    ]
