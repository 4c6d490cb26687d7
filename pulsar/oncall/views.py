"""How does the API show schedules, rotations, shifts and overrides?"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Named, View
from pulsar.oncall.calendar import Shift, next_on_call, on_call
from pulsar.oncall.model import OverrideRow, RotationRow, ScheduleRow
from pulsar.oncall.people import Person, people
from pulsar.oncall.plans import RotationType, fields_of, type_of
from pulsar.oncall.problems import Kind, ScheduleProblem, problems, words
from pulsar.oncall.reading import Known, read_around
from pulsar.oncall.rules import Plan, Rotation, Turns, Unit
from pulsar.oncall.turns import Span
from pulsar.people.names import team_names


class OnCallUser(View):
    id: UUID
    name: str
    email: str
    active: bool
    """Whether still a member; who is not is not paged."""


class OnCallView(View):
    user: OnCallUser
    rotation: Named | None
    """None for an override of all rotations."""
    override_id: UUID | None
    replaced: list[Named]
    """In whose place, by an override."""
    starts_at: datetime
    ends_at: datetime


class ShiftView(View):
    user_id: UUID
    user_name: str
    active: bool
    rotation_id: UUID | None
    override_id: UUID | None
    replaced: list[Named]
    starts_at: datetime
    ends_at: datetime


class GapView(View):
    starts_at: datetime
    ends_at: datetime


class ScheduleProblemView(View):
    kind: Kind
    message: str
    user: Named | None
    rotation: Named | None
    at: datetime | None


class ParticipantView(View):
    position: int
    user_id: UUID | None
    """None: in this turn nobody is on call."""
    name: str
    active: bool


class RestrictionView(View):
    days: list[int]
    start: str
    end: str


class PlanView(View):
    rotation_type: RotationType
    length: int
    unit: Unit
    starts_on: date
    handoff_time: str
    handoff_day: int | None
    ends_on: date | None
    restrictions: list[RestrictionView]
    turns: Turns
    participants: list[ParticipantView]


class PendingView(PlanView):
    effective_at: datetime


class RotationView(PlanView):
    """What it does now. `pending` is what an edit will bring that takes effect later, `removed_at` when it ends for
    good."""

    id: UUID
    schedule_id: UUID
    name: str
    position: int
    pending: PendingView | None
    removed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class ScheduleView(View):
    id: UUID
    name: str
    description: str
    time_zone: str
    team_id: UUID | None
    team_name: str | None
    warn_about_gaps: bool
    rotations: list[RotationView]
    on_call: list[OnCallView]
    next: list[OnCallView]
    problems: list[ScheduleProblemView]
    version: int
    created_at: datetime
    updated_at: datetime


class OverrideView(View):
    id: UUID
    schedule_id: UUID
    rotation_id: UUID | None
    user_id: UUID
    user_name: str
    active: bool
    starts_at: datetime
    ends_at: datetime
    note: str
    created_by_name: str | None
    created_at: datetime


_ROW_FIELDS = ("id", "schedule_id", "name", "position", "removed_at", "version", "created_at", "updated_at")


class Shown:
    """One schedule's parts, with the names of the people in them."""

    def __init__(self, known: Known, people: dict[UUID, Person]) -> None:
        self.known = known
        self._people = people
        self._rotations = {row.id: Named(id=row.id, name=row.name) for row in known.rotations}

    def named(self, ids: Iterable[UUID]) -> list[Named]:
        return [Named(id=one, name=self._people[one].name) for one in ids]

    def name(self, user_id: UUID) -> str:
        return self._people[user_id].name

    def on_call(self, found: Iterable[Shift]) -> list[OnCallView]:
        return [
            OnCallView(
                user=OnCallUser.model_validate(self._people[shift.user_id]),
                rotation=self._rotations[shift.rotation_id] if shift.rotation_id else None,
                override_id=shift.override_id,
                replaced=self.named(shift.replaced),
                starts_at=shift.start,
                ends_at=shift.end,
            )
            for shift in found
        ]

    def shifts(self, found: Iterable[Shift]) -> list[ShiftView]:
        return [ShiftView(**self.shift(shift)) for shift in found]

    def shift(self, shift: Shift) -> dict[str, object]:
        return {
            "user_id": shift.user_id,
            "user_name": self._people[shift.user_id].name,
            "active": self._people[shift.user_id].active,
            "rotation_id": shift.rotation_id,
            "override_id": shift.override_id,
            "replaced": self.named(shift.replaced),
            "starts_at": shift.start,
            "ends_at": shift.end,
        }

    def override(self, row: OverrideRow) -> OverrideView:
        return _override(row, self._people)

    def rotations(self, now: datetime) -> list[RotationView]:
        return [self.rotation(row, now) for row in self.known.listed(now)]

    def rotation(self, row: RotationRow, now: datetime) -> RotationView:
        rotation = self.known.rotation(row.id)
        return RotationView(
            **self._plan(row, _held(rotation, now)),
            **{name: getattr(row, name) for name in _ROW_FIELDS},
            pending=self._pending(row, rotation, now),
        )

    def _pending(self, row: RotationRow, rotation: Rotation, now: datetime) -> PendingView | None:
        for revision in rotation.revisions:
            if revision.plan and revision.effective_at and revision.effective_at > now:
                return PendingView(**self._plan(row, revision.plan), effective_at=revision.effective_at)
        return None

    def _plan(self, row: RotationRow, plan: Plan) -> dict[str, object]:
        participants = self.participants(plan)
        return fields_of(plan) | {"rotation_type": type_of(row.rotation_type, plan), "participants": participants}

    def participants(self, plan: Plan) -> list[ParticipantView]:
        return [
            ParticipantView(
                position=number,
                user_id=one,
                name=self._people[one].name if one else "Nobody",
                active=self._people[one].active if one else True,
            )
            for number, one in enumerate(plan.participants)
        ]

    def problems(self, now: datetime) -> list[ScheduleProblemView]:
        rotations = self.known.going_on(now)
        members = {person.id for person in self._people.values() if person.active}
        warn = self.known.row.warn_about_gaps
        found = problems(self.known.value, rotations, members, now, warn_about_gaps=warn)
        return [self._problem(problem) for problem in found]

    def _problem(self, problem: ScheduleProblem) -> ScheduleProblemView:
        rotation = self._rotations[problem.rotation_id] if problem.rotation_id else None
        user = self.named([problem.user_id])[0] if problem.user_id else None
        zone = self.known.row.time_zone
        message = words(problem, rotation.name if rotation else "", user.name if user else "", zone)
        return ScheduleProblemView(kind=problem.kind, message=message, user=user, rotation=rotation, at=problem.at)


def _override(row: OverrideRow, people: dict[UUID, Person]) -> OverrideView:
    return OverrideView(
        **{name: getattr(row, name) for name in OverrideView.model_fields if hasattr(row, name)},
        user_name=people[row.user_id].name,
        active=people[row.user_id].active,
        created_by_name=people[row.created_by].name if row.created_by else None,
    )


async def override_views(tx: Transaction, rows: Sequence[OverrideRow]) -> list[OverrideView]:
    named = await people(tx, (one for row in rows for one in (row.user_id, row.created_by) if one))
    return [_override(row, named) for row in rows]


def _held(rotation: Rotation, now: datetime) -> Plan:
    """The plan of now; of a rotation that an edit is to bring back, the next."""
    return rotation.plan_at(now) or next(plan for _, until, plan in rotation.plans() if until > now)


async def shown(tx: Transaction, found: Sequence[Known], others: Iterable[UUID] = ()) -> list[Shown]:
    """`others` are people who stand in none of them yet."""
    everybody = await people(tx, (*(one for known in found for one in known.people()), *others))
    return [Shown(known, everybody) for known in found]


async def schedule_views(tx: Transaction, rows: Sequence[ScheduleRow]) -> list[ScheduleView]:
    now = clock.now()
    teams = await team_names(tx, (row.team_id for row in rows))
    parts = await shown(tx, await read_around(tx, rows, now))
    return [_schedule_view(one, teams, now) for one in parts]


def _schedule_view(parts: Shown, teams: dict[UUID, str], now: datetime) -> ScheduleView:
    row = parts.known.row
    return ScheduleView(
        id=row.id,
        name=row.name,
        description=row.description,
        time_zone=row.time_zone,
        team_id=row.team_id,
        team_name=teams.get(row.team_id) if row.team_id else None,
        warn_about_gaps=row.warn_about_gaps,
        rotations=parts.rotations(now),
        on_call=parts.on_call(on_call(parts.known.value, now)),
        next=parts.on_call(next_on_call(parts.known.value, now)),
        problems=parts.problems(now),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def gap_views(found: Iterable[Span]) -> list[GapView]:
    return [GapView(starts_at=start, ends_at=end) for start, end in found]
