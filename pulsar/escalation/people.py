"""Who is that? Targets turned into people, at the moment of firing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.escalation.rules import Target
from pulsar.oncall.calendar import on_call
from pulsar.oncall.model import ScheduleRow
from pulsar.oncall.reading import Known, read_around, read_at
from pulsar.orgs.model import Membership
from pulsar.people.model import TeamMember, User
from pulsar.people.names import team_names, user_names


async def people_of(tx: Transaction, targets: tuple[Target, ...], at: datetime | None = None) -> list[tuple[UUID, str]]:
    """Each active person once, by name, however many targets lead to them. Looked up once in a transaction: one that
    fires the steps of a storm asks for the same people again and again. `at` is when the level is to fire, if that is
    not now."""
    users = {t.id for t in targets if t.type == "user"}
    users |= await _on_call(tx, frozenset(t.id for t in targets if t.type == "schedule"), at)
    teams = frozenset(t.id for t in targets if t.type == "team")
    known: dict[Any, list[tuple[UUID, str]]] = tx.info.setdefault("people", {})
    key = frozenset(users), teams
    if key not in known:
        in_teams = select(TeamMember.user_id).where(TeamMember.team_id.in_(teams))
        known[key] = await _active(tx, Membership.user_id.in_(users) | Membership.user_id.in_(in_teams))
    return known[key]


async def _on_call(tx: Transaction, schedule_ids: frozenset[UUID], at: datetime | None) -> set[UUID]:
    """By the one answer that there is to who is on call."""
    if not schedule_ids:
        return set()
    loaded: dict[Any, tuple[datetime, list[Known]]] = tx.info.setdefault("schedules", {})
    key = schedule_ids, at is None
    if key not in loaded:
        now = clock.now()
        rows = (await tx.scalars(select(ScheduleRow).where(ScheduleRow.id.in_(schedule_ids)))).all()
        loaded[key] = now, await (read_around if at else read_at)(tx, rows, now)
    now, schedules = loaded[key]
    return {shift.user_id for known in schedules for shift in on_call(known.value, at or now)}


async def target_names(tx: Transaction, targets: Iterable[Target]) -> dict[UUID, str]:
    """What people, teams and schedules are called."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for target in targets:
        ids[target.type].append(target.id)
    schedules = select(ScheduleRow.id, ScheduleRow.name).where(ScheduleRow.id.in_(ids["schedule"]))
    return {
        **await user_names(tx, ids["user"]),
        **await team_names(tx, ids["team"]),
        **{row.id: row.name for row in await tx.execute(schedules)},
    }


async def fallback_people(tx: Transaction) -> list[tuple[UUID, str]]:
    return await _active(tx, Membership.role.in_(("owner", "admin")))


async def _active(tx: Transaction, condition: ColumnElement[bool]) -> list[tuple[UUID, str]]:
    rows = await tx.execute(
        select(User.id, User.full_name)
        .join(Membership, Membership.user_id == User.id)
        .where(condition, Membership.active)
        .order_by(User.full_name, User.id)
    )
    return [(row.id, row.full_name) for row in rows]
