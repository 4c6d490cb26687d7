"""The verbs of an alert's life. Each locks the alert's row, looks whether it may, and in the same transaction
writes the change and its event, and stops or starts the escalation."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text

from pulsar.alerts.endings import follow_up_job
from pulsar.alerts.events import (
    AlertAcknowledged,
    AlertAssigned,
    AlertClosed,
    AlertDeleted,
    AlertReopened,
    AlertSnoozed,
    AlertUnacknowledged,
    AlertUpdated,
    NoteAdded,
)
from pulsar.alerts.model import Alert, Note
from pulsar.alerts.rules import ALLOWED, LONGEST_SNOOZE, Priority, Status
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import changes as edits
from pulsar.base.jobs import CLOCK_SLACK, Job
from pulsar.escalation import actions as escalation
from pulsar.notify.live_messages import possible_rooms
from pulsar.notify.rules import Subject
from pulsar.orgs.actions import membership_of
from pulsar.people.model import Team
from pulsar.people.names import user_names


class AlertStateConflict(Conflict):
    """The alert is no longer in a state in which this is possible."""


def subject_of(alert: Alert) -> Subject:
    return Subject(
        id=alert.id,
        number=alert.number,
        priority=alert.priority,
        title=alert.message,
        body=alert.description[:2000],
        path=f"/alerts/{alert.id}",
    )


async def policy_choices(tx: Transaction, alert: Alert) -> escalation.Wanted:
    """The alert's own policy, its integration's, its team's; the organization's default comes after them."""
    team_policy = None
    if alert.assigned_to_team_id:
        team_policy = await tx.scalar(select(Team.escalation_policy_id).where(Team.id == alert.assigned_to_team_id))
    return wanted(alert.escalation_policy_id, alert.integration_policy_id, team_policy)


def wanted(own: UUID | None, integration: UUID | None, team: UUID | None) -> escalation.Wanted:
    choices: tuple[tuple[escalation.Origin, UUID | None], ...]
    choices = (("alert", own), ("integration", integration), ("team", team))
    return [(origin, policy_id) for origin, policy_id in choices if policy_id]


async def _team_of(tx: Transaction, alert: Alert) -> UUID | None:
    """That it is assigned to, else its integration's. By SQL, because integrations are a domain above this one."""
    if alert.assigned_to_team_id or not alert.integration_id:
        return alert.assigned_to_team_id
    query = text("SELECT team_id FROM incoming_tokens WHERE id = :id")
    team_id: UUID | None = await tx.scalar(query, {"id": alert.integration_id})
    return team_id


async def locked(tx: Transaction, alert_id: UUID) -> Alert:
    alert: Alert | None = await tx.scalar(select(Alert).where(Alert.id == alert_id).with_for_update())
    if not alert:
        raise NotFound("There is no alert with this id here.")
    return alert


def _check(alert: Alert, verb: str) -> None:
    if alert.status not in ALLOWED[verb]:
        raise AlertStateConflict(f"This alert is {alert.status}, so you cannot {verb} it.")


async def _changed(tx: Transaction, alert: Alert) -> None:
    """Shown where there is a message that can be changed: the job looks for one, as it may be just under way."""
    if await possible_rooms(tx):
        tx.enqueue(follow_up_job(tx.org, alert.id, "changed", clock.now()))


async def acknowledge(tx: Transaction, alert: Alert) -> None:
    _check(alert, "acknowledge")
    alert.status, alert.snoozed_until = Status.ACKNOWLEDGED, None
    alert.acknowledged_at, alert.acknowledged_by_user_id = clock.now(), tx.actor.person
    alert.first_acknowledged_at = alert.first_acknowledged_at or alert.acknowledged_at
    tx.record(AlertAcknowledged(alert.id))
    await escalation.acknowledge(tx, alert.id, f"acknowledged by {tx.actor.name}")
    tx.enqueue(follow_up_job(tx.org, alert.id, "acknowledged", alert.acknowledged_at))


async def unacknowledge(tx: Transaction, alert: Alert) -> None:
    _check(alert, "unacknowledge")
    alert.status = Status.OPEN
    alert.acknowledged_at = alert.acknowledged_by_user_id = None
    tx.record(AlertUnacknowledged(alert.id))
    await _changed(tx, alert)
    await _page_again(tx, alert, f"unacknowledged by {tx.actor.name}")


async def close(tx: Transaction, alert: Alert, reason: str | None) -> None:
    _check(alert, "close")
    alert.status, alert.snoozed_until = Status.CLOSED, None
    alert.closed_at, alert.closed_by_user_id, alert.close_reason = clock.now(), tx.actor.person, reason
    tx.record(AlertClosed(alert.id, reason=reason))
    await escalation.stop(tx, alert.id, f"closed by {tx.actor.name}", follow_up=True)
    tx.enqueue(follow_up_job(tx.org, alert.id, "closed", alert.closed_at))


async def snooze(tx: Transaction, alert: Alert, until: datetime) -> None:
    _check(alert, "snooze")
    now = clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid("Snooze until a time from now on, at most 24 hours away.", field="until")
    alert.status, alert.snoozed_until = Status.SNOOZED, until
    alert.acknowledged_at = alert.acknowledged_by_user_id = None
    tx.record(AlertSnoozed(alert.id, until=until.isoformat()))
    await escalation.stop(tx, alert.id, f"snoozed by {tx.actor.name}")
    tx.enqueue(wake_job(tx.org, alert.id, until))
    await _changed(tx, alert)


def wake_job(org: UUID | None, alert_id: UUID, until: datetime) -> Job:
    # In UTC, as the sweep reads it from the row: the same instant must make the same key.
    key = f"wake:{alert_id}:{until.astimezone(UTC).isoformat()}"
    return Job("wake_alert", key, {"org": org, "alert": alert_id}, until)


async def wake(tx: Transaction, alert_id: UUID) -> None:
    """The end of a snooze. Does nothing for an alert that was closed, acknowledged or snoozed anew meanwhile."""
    alert = await tx.get(Alert, (tx.org, alert_id), with_for_update=True)
    if not alert or alert.status != Status.SNOOZED or not alert.snoozed_until:
        return
    if alert.snoozed_until <= clock.now() + CLOCK_SLACK:
        await _reopen(tx, alert, "its snooze ended")


async def raise_priority(tx: Transaction, alert: Alert, priority: Priority) -> None:
    """The alarm came again, more urgent than before. Pages again if somebody had acknowledged the lesser one;
    a snooze stands."""
    before, alert.priority = alert.priority, priority
    tx.record(AlertUpdated(alert.id, edits({"priority": before}, {"priority": priority})))
    await _changed(tx, alert)
    if alert.status == Status.ACKNOWLEDGED:
        await _reopen(tx, alert, f"it came again as {priority}")
    else:
        await escalation.revise(tx, subject_of(alert))


async def _reopen(tx: Transaction, alert: Alert, reason: str) -> None:
    alert.status, alert.snoozed_until = Status.OPEN, None
    alert.acknowledged_at = alert.acknowledged_by_user_id = None
    tx.record(AlertReopened(alert.id, reason=reason))
    await _changed(tx, alert)
    await _page_again(tx, alert, reason)


async def _page_again(tx: Transaction, alert: Alert, reason: str) -> None:
    await tx.flush()
    team_id = await _team_of(tx, alert)
    await escalation.restart(tx, subject_of(alert), await policy_choices(tx, alert), reason, team_id=team_id)


async def escalate(tx: Transaction, alert: Alert, policy_id: UUID | None) -> None:
    """To the next level now, or to another policy, from its first level. That one is then the alert's own; naming the
    one that it follows already begins again with it as it is now."""
    _check(alert, "escalate")
    if not policy_id:
        await escalation.next_level_now(tx, alert.id)
        return
    if policy_id != await escalation.policy_of(tx, alert.id):
        alert.escalation_policy_id = policy_id
    await tx.flush()
    by_hand: escalation.Wanted = [("hand", policy_id)]
    team_id = await _team_of(tx, alert)
    await escalation.restart(tx, subject_of(alert), by_hand, f"escalated by {tx.actor.name}", team_id=team_id)


async def settle_afterwards(tx: Transaction, alert_id: UUID) -> None:
    """What its policy wants to happen by itself: paging starts again when nobody has closed an acknowledged alert, and
    an alert for which nobody is left to page is closed."""
    alert = await tx.get(Alert, (tx.org, alert_id), with_for_update=True)
    due = await escalation.due_afterwards(tx, alert_id) if alert else None
    if not alert or not due:
        return
    what, run = due
    if what == "reopen" and alert.status == Status.ACKNOWLEDGED:
        await _reopen(tx, alert, "nobody closed it in time after the acknowledgement")
    elif what == "close" and alert.status == Status.OPEN:
        await close(tx, alert, f"nobody acknowledged it, and every level of {run.policy_name} has had its turn")
    else:
        run.afterwards = run.afterwards_at = None


async def page_forgotten(tx: Transaction, alert_id: UUID) -> None:
    """An open alert without an escalation: there should be none, so the auditor asks for this. Whoever pressed
    meanwhile is right."""
    alert = await tx.get(Alert, (tx.org, alert_id), with_for_update=True)
    if alert and alert.status == Status.OPEN and not await escalation.stands(tx, alert_id):
        await _page_again(tx, alert, "it was open, and nobody was being paged")


async def assign(tx: Transaction, alert: Alert, user_id: UUID | None, team_id: UUID | None) -> None:
    """To a user or to a team, or (both None) to nobody. Whom a run under way pages does not change by it."""
    if user_id and not await membership_of(tx, user_id):
        raise Invalid("There is no such user in this organization.", field="user_id")
    team = await tx.get(Team, (tx.org, team_id)) if team_id else None
    if team_id and not team:
        raise Invalid("There is no such team in this organization.", field="team_id")
    alert.assigned_to_user_id, alert.assigned_to_team_id = user_id, team_id
    name = team.name if team else (await user_names(tx, [user_id])).get(user_id) if user_id else None
    kind = "user" if user_id else "team" if team_id else None
    chosen = user_id or team_id
    await escalation.concerns(tx, alert.id, team_id)
    tx.record(AlertAssigned(alert.id, assignee_type=kind, assignee_id=str(chosen) if chosen else None, assignee=name))


async def update(tx: Transaction, alert: Alert, changes: dict[str, Any]) -> None:
    """A person's edit of what the alert says. A priority raised by hand pages again as an alarm's would."""
    raised = changes.pop("priority", None)
    before = {field: getattr(alert, field) for field in changes}
    changed = {field: value for field, value in changes.items() if before[field] != value}
    for field, value in changed.items():
        setattr(alert, field, value)
    if changed:
        tx.record(AlertUpdated(alert.id, edits(before, changed)))
        await _changed(tx, alert)
        await escalation.revise(tx, subject_of(alert))
    if raised and raised < alert.priority:
        await raise_priority(tx, alert, raised)
    elif raised and raised != alert.priority:
        tx.record(AlertUpdated(alert.id, edits({"priority": alert.priority}, {"priority": raised})))
        alert.priority = raised
        await _changed(tx, alert)
        await escalation.revise(tx, subject_of(alert))


async def add_note(tx: Transaction, alert: Alert, text: str) -> Note:
    assert tx.actor.id
    note = Note(alert_id=alert.id, author_id=tx.actor.id, author_name=tx.actor.name, text=text)
    tx.add(note)
    await tx.flush()
    tx.record(NoteAdded(alert.id, note_id=str(note.id), text=text))
    return note


async def remove(tx: Transaction, alert: Alert) -> None:
    """The alert goes, and nothing more is sent about it. Its events and its notifications stay: they are the
    record of what happened."""
    await escalation.stop(tx, alert.id, f"deleted by {tx.actor.name}")
    tx.record(AlertDeleted(alert.id, number=alert.number, message=alert.message))
    await _changed(tx, alert)
    await tx.execute(delete(Alert).where(Alert.id == alert.id))
