"""Which members can nothing reach? By the rules of paging, whatever an alert's priority and the hour are."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select

from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Named
from pulsar.escalation.model import RuleTarget
from pulsar.notify.actions import enabled_channels
from pulsar.notify.channel import registry
from pulsar.notify.model import ChannelRow
from pulsar.notify.preference_setup import preferences_of
from pulsar.notify.preferences import EVERYTHING, Preference
from pulsar.orgs.model import Membership
from pulsar.people.model import TeamMember, User

# Each by name, as far as a person reads.
_NAMED = 20


async def defects(tx: Transaction) -> list[Defect]:
    """Of those who may be paged: members and above, and whoever else a team or a policy names. Where there are only
    rooms nobody is reached by themselves, and nobody expects it."""
    channels = [one for one in await enabled_channels(tx) if registry()[one.channel_type].reach == "personal"]
    if not channels:
        return []
    people = await _people(tx)
    wishes = await preferences_of(tx, [user_id for user_id, _ in people])

    def preference(user_id: UUID, channel: ChannelRow) -> Preference:
        return wishes.get((user_id, channel.id), EVERYTHING)

    alone = [one for one in people if not _reached(one[0], channels, preference)]
    working = [channel for channel in channels if not channel.broken_since]
    meanwhile = [one for one in people if one not in alone and not _reached(one[0], working, preference)]
    found = [
        Defect("unreachable_member", "warning", f"No channel reaches {name}.", user=Named(user_id, name))
        for user_id, name in alone[:_NAMED]
    ]
    if rest := len(alone) - _NAMED if len(alone) > _NAMED else 0:
        found.append(Defect("unreachable_members", "warning", f"No channel reaches {rest} more members."))
    if meanwhile:
        broken = [channel.name for channel in channels if channel.broken_since]
        message = f"While {_listed(broken, _NAMED)} does not work, nothing reaches {_listed(_names(meanwhile), 3)}."
        found.append(Defect("unreachable_meanwhile", "critical", message))
    return found


def _reached(
    user_id: UUID, channels: Sequence[ChannelRow], preference: Callable[[UUID, ChannelRow], Preference]
) -> bool:
    wishes = (preference(user_id, channel) for channel in channels)
    return any(wish.enabled and not wish.lacks for wish in wishes)


def _names(people: Iterable[tuple[UUID, str]]) -> list[str]:
    return [name for _, name in people]


def _listed(names: Sequence[str], most: int) -> str:
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


async def _people(tx: Transaction) -> list[tuple[UUID, str]]:
    counted_on = or_(
        Membership.role != "viewer",
        Membership.user_id.in_(select(TeamMember.user_id)),
        Membership.user_id.in_(select(RuleTarget.user_id).where(RuleTarget.user_id.is_not(None))),
    )
    query = (
        select(User.id, User.full_name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.active, counted_on)
        .order_by(User.full_name, User.id)
    )
    return [(row.id, row.full_name) for row in await tx.execute(query)]
