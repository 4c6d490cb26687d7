"""Who is that? The targets of a level turned into people, at the moment of firing, each with the reason why."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.escalation.choice import Choice, Meant, drawn, each_once
from pulsar.escalation.rules import Target
from pulsar.oncall.calendar import Shift, next_on_call, on_call
from pulsar.oncall.model import ScheduleRow
from pulsar.oncall.reading import Known, read_around, read_at
from pulsar.orgs.model import Membership
from pulsar.people.model import TeamMember, User
from pulsar.people.names import team_names, user_names


@dataclass(frozen=True)
class Found:
    """What the tables say about the targets of a level."""

    users: dict[UUID, str]
    """Everybody whom they name, by name."""
    active: frozenset[UUID]
    teams: dict[UUID, str]
    members: dict[UUID, dict[UUID, str]]
    """The active ones of each team, with their role in it."""
    schedules: dict[UUID, Known]

    def meant(self, ids: Iterable[UUID], why: str) -> list[Meant]:
        return [Meant(one, self.users.get(one, ""), why) for one in ids]


async def choose_people(
    tx: Transaction, targets: tuple[Target, ...], *, at: datetime | None = None, seed: str | None = None
) -> Choice:
    """Each active person once, by name, however many targets lead to them. `at` is when the level is to fire, if that
    is not now. Without a seed nobody is drawn yet, and everybody who might be is among them."""
    found = await _found(tx, targets, at)
    now = at or clock.now()
    people: list[Meant] = []
    passed: list[Meant] = []
    missing: list[str] = []
    for number, target in enumerate(targets):
        own = _people(found, target, now)
        people_here = [one for one in own if one.id in found.active]
        if not people_here:
            missing.append(_nobody(found, target, own))
        if target.type == "team_random" and seed and people_here:
            luck = drawn(f"{seed}:{number}", (one.id for one in people_here))
            name = found.users.get(luck, "")
            passed += [Meant(m.id, m.name, f"the lot fell on {name}") for m in people_here if m.id != luck]
            people_here = [Meant(luck, name, f"drawn by lot from the team {found.teams.get(target.id, '')}")]
        people += people_here
    chosen = each_once(people)
    ids = {one.id for one in chosen}
    return Choice(chosen, tuple(one for one in each_once(passed) if one.id not in ids), tuple(missing))


async def people_of(tx: Transaction, targets: tuple[Target, ...], at: datetime | None = None) -> list[tuple[UUID, str]]:
    return (await choose_people(tx, targets, at=at)).named()


async def schedules_of(tx: Transaction, targets: tuple[Target, ...]) -> Iterable[Known]:
    return (await _found(tx, targets, None)).schedules.values()


def _people(found: Found, target: Target, at: datetime) -> list[Meant]:
    """Whom the target means, the inactive ones too."""
    team = found.teams.get(target.id, "")
    members = found.members.get(target.id, {})
    match target.type:
        case "user":
            return found.meant([target.id], "named in this level")
        case "team":
            return found.meant(members, f"a member of the team {team}")
        case "team_random":
            return found.meant(members, f"may be drawn by lot from the team {team}")
        case "team_leads":
            return found.meant((m for m, role in members.items() if role == "lead"), f"a lead of the team {team}")
        case _:
            return list(_on_call(found, target, at))


def _on_call(found: Found, target: Target, at: datetime) -> Iterator[Meant]:
    """By the one answer that there is to who is on call."""
    if known := found.schedules.get(target.id):
        asked: Callable[..., tuple[Shift, ...]] = next_on_call if target.type == "schedule_next" else on_call
        for shift in asked(known.value, at):
            when = "on call next in" if target.type == "schedule_next" else "on call in"
            yield Meant(shift.user_id, found.users.get(shift.user_id, ""), f"{when} {_reason(found, known, shift)}")


def _reason(found: Found, known: Known, shift: Shift) -> str:
    if shift.override_id:
        replaced = " and ".join(sorted(found.users.get(one, "") for one in shift.replaced))
        place = f" in the place of {replaced}" if replaced else ""
        return f"{known.row.name} by an override{place}"
    rotation = next((row.name for row in known.rotations if row.id == shift.rotation_id), "")
    return f"{known.row.name} by the rotation {rotation}"


def _nobody(found: Found, target: Target, inactive: list[Meant]) -> str:
    if inactive:
        return f"{' and '.join(one.name for one in inactive)} is deactivated ({inactive[0].why})"
    if target.kind == "team":
        what = "lead" if target.type == "team_leads" else "member"
        return f"the team {found.teams.get(target.id, '')} has no active {what}"
    known = found.schedules.get(target.id)
    name = known.row.name if known else "a schedule that is gone"
    return f"nobody follows on call in {name}" if target.type == "schedule_next" else f"nobody is on call in {name}"


async def _found(tx: Transaction, targets: tuple[Target, ...], at: datetime | None) -> Found:
    """Looked up once in a transaction: one that fires the steps of a storm asks for the same people again and again,
    and one that looks ahead asks of the same schedules for many instants."""
    cache: dict[Any, Found] = tx.info.setdefault("people", {})
    key = targets, at is None
    if key not in cache:
        cache[key] = await _read(tx, targets, at)
    return cache[key]


async def _read(tx: Transaction, targets: tuple[Target, ...], at: datetime | None) -> Found:
    ids: dict[str, set[UUID]] = defaultdict(set)
    for target in targets:
        ids[target.kind].add(target.id)
    far = at is not None or any(target.type == "schedule_next" for target in targets)
    schedules = await _schedules(tx, ids["schedule"], at or clock.now(), far)
    users = ids["user"] | {one for known in schedules.values() for one in known.people()}
    members: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    names, active = {}, set()
    if users or ids["team"]:
        for row in await tx.execute(_everybody(users, ids["team"])):
            names[row.id] = row.full_name
            if row.active:
                active.add(row.id)
            if row.active and row.team_id:
                members[row.team_id][row.id] = row.role
    teams = await team_names(tx, ids["team"]) if ids["team"] else {}
    return Found(names, frozenset(active), teams, dict(members), schedules)


def _everybody(users: set[UUID], teams: set[UUID]) -> Any:
    in_team = (TeamMember.user_id == User.id) & TeamMember.team_id.in_(teams)
    return (
        select(User.id, User.full_name, Membership.active, TeamMember.team_id, TeamMember.role)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(TeamMember, in_team)
        .where(or_(User.id.in_(users), TeamMember.team_id.is_not(None)))
    )


async def _schedules(tx: Transaction, ids: set[UUID], at: datetime, far: bool) -> dict[UUID, Known]:
    if not ids:
        return {}
    rows = (await tx.scalars(select(ScheduleRow).where(ScheduleRow.id.in_(ids)))).all()
    return {known.row.id: known for known in await (read_around if far else read_at)(tx, rows, at)}


async def target_names(tx: Transaction, targets: Iterable[Target]) -> dict[UUID, str]:
    """What people, teams and schedules are called."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for target in targets:
        ids[target.kind].append(target.id)
    schedules = select(ScheduleRow.id, ScheduleRow.name).where(ScheduleRow.id.in_(ids["schedule"]))
    return {
        **await user_names(tx, ids["user"]),
        **await team_names(tx, ids["team"]),
        **{row.id: row.name for row in await tx.execute(schedules)},
    }


async def fallback_people(tx: Transaction) -> list[tuple[UUID, str]]:
    return await _active(tx, Membership.role.in_(("owner", "admin")))


async def team_people(tx: Transaction, team_id: UUID) -> list[tuple[UUID, str]]:
    in_team = select(TeamMember.user_id).where(TeamMember.team_id == team_id)
    return await _active(tx, Membership.user_id.in_(in_team))


async def _active(tx: Transaction, condition: ColumnElement[bool]) -> list[tuple[UUID, str]]:
    rows = await tx.execute(
        select(User.id, User.full_name)
        .join(Membership, Membership.user_id == User.id)
        .where(condition, Membership.active)
        .order_by(User.full_name, User.id)
    )
    return [(row.id, row.full_name) for row in rows]
