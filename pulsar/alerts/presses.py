"""What comes of a button that somebody presses in a chat? Done in their name, and told in words for them alone."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts import actions
from pulsar.alerts.actions import AlertStateConflict
from pulsar.alerts.endings import standing_of
from pulsar.alerts.model import Alert
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import NotFound
from pulsar.base.events import SYSTEM, Actor
from pulsar.notify.model import Notification
from pulsar.notify.rules import Verb
from pulsar.orgs.actions import membership_of
from pulsar.orgs.model import Membership, Organization
from pulsar.orgs.roles import Role
from pulsar.people.names import user_names
from pulsar.people.team_roles import OfAnotherTeam
from pulsar.people.within_teams import check_objects

_LONGEST_TITLE = 100
_DONE = {"acknowledge": "Acknowledged", "close": "Closed", "snooze": "Snoozed"}


@dataclass(frozen=True)
class Press:
    alert_id: UUID
    verb: Verb
    span: timedelta = timedelta()
    """Of a snooze."""


@dataclass(frozen=True)
class Outcome:
    words: str
    done: bool


async def press(tx: Transaction, user_id: UUID, pressed: Press) -> Outcome:
    """As this user may, who is a member or was one."""
    membership = await membership_of(tx, user_id)
    if not membership:
        return Outcome("You are no member of this organization in Pulsar any more.", False)
    if not Role(membership.role).includes(Role.MEMBER):
        return Outcome(f"Your role in Pulsar is {membership.role}: you may look, and not {pressed.verb}.", False)
    tx.actor = Actor("chat", user_id, (await user_names(tx, [user_id])).get(user_id, SYSTEM.name))
    try:
        alert = await actions.locked(tx, pressed.alert_id)
        await _check_team(tx, membership, alert)
    except NotFound:
        return Outcome("This alert is not there any more.", False)
    except OfAnotherTeam as refused:
        return Outcome(refused.detail, False)
    name = f"#{alert.number} {alert.message[:_LONGEST_TITLE]}"
    try:
        await _do(tx, alert, pressed)
    except AlertStateConflict:
        return Outcome(f"{name} is {await _already(tx, alert)}.", False)
    return Outcome(f"{_DONE[pressed.verb]} {name}{_for(pressed)}.", True)


async def _check_team(tx: Transaction, membership: Membership, alert: Alert) -> None:
    if membership.rank is Role.MEMBER and (await tx.get_one(Organization, tx.org)).members_within_teams:
        await check_objects(tx, membership.user_id, "alerts", [alert.id])


async def _do(tx: Transaction, alert: Alert, pressed: Press) -> None:
    match pressed.verb:
        case "acknowledge":
            await actions.acknowledge(tx, alert)
        case "close":
            await actions.close(tx, alert, None)
        case "snooze":
            await actions.snooze(tx, alert, clock.now() + pressed.span)


def _for(pressed: Press) -> str:
    if pressed.verb != "snooze":
        return ""
    minutes = int(pressed.span.total_seconds()) // 60
    count, unit = (minutes, "minute") if minutes % 60 else (minutes // 60, "hour")
    return f" for {count} {unit}{'s' if count != 1 else ''}"


async def _already(tx: Transaction, alert: Alert) -> str:
    """What stands, and who was faster."""
    standing = await standing_of(tx, alert)
    by = f", by {standing.by}" if standing.by else ""
    return f"already {standing.status}{by}" if standing.status != "open" else "open"


async def alert_told_over(tx: Transaction, alert_id: UUID, channels: list[UUID]) -> bool:
    """Whether it was told over one of these channels: of no other alert does who signs for them know."""
    told = select(Notification.id).where(Notification.subject_id == alert_id, Notification.channel_id.in_(channels))
    return (await tx.scalar(told.limit(1))) is not None
