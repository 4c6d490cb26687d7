"""The verbs of cover requests: ask to be covered, say yes, say no, take it back.

A yes becomes overrides, by the verb that makes any other, for exactly the shifts that the asker has in the span when it
is given. The schedule's lock comes first, as in every change of it; so of two who say yes at once one is too late.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.clock import rfc3339
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Forbidden, Invalid, NotFound
from pulsar.oncall import cover_letters, overrides, schedules
from pulsar.oncall.cover_rules import Answer, answers, status_at, stretches
from pulsar.oncall.events import CoverAccepted, CoverCancelled, CoverDeclined, CoverRequested
from pulsar.oncall.model import CoverRequest
from pulsar.oncall.people import expect_members, people
from pulsar.oncall.reading import LONGEST_OVERRIDE, Known
from pulsar.orgs.actions import membership_of
from pulsar.orgs.model import Membership
from pulsar.people.model import TeamMember


class CoverAnswered(Conflict):
    """This request is not open any more."""


class NothingToCover(Conflict):
    """Nobody is to be covered any more: the shifts in this span have become somebody else's."""


async def get(tx: Transaction, request_id: UUID) -> CoverRequest:
    found = await tx.get(CoverRequest, (tx.org, request_id))
    if not found:
        raise NotFound("There is no cover request with this id here.")
    return found


async def ask(tx: Transaction, requester_id: UUID, values: dict[str, Any]) -> CoverRequest:
    """Raises Invalid for a span in which the asker is not on call, or for somebody who cannot be asked."""
    now = clock.now()
    known = await _known(tx, values["schedule_id"])
    start, end = max(values["starts_at"], now), values["ends_at"]
    if end <= values["starts_at"] or end <= now:
        raise Invalid("The span ends after it starts, and not in the past.", field="ends_at")
    if end - start > LONGEST_OVERRIDE:
        raise Invalid("Ask for 366 days at most.", field="ends_at")
    if not stretches(known.value, requester_id, start, end, values["rotation_id"]):
        raise Invalid("You are not on call in this schedule in this span.", field="starts_at")
    if asked := values["asked_user_id"]:
        if asked == requester_id:
            raise Invalid("Ask somebody else than yourself.", field="asked_user_id")
        await expect_members(tx, [asked], "asked_user_id")
        membership = await membership_of(tx, asked)
        if membership and membership.role == "viewer":
            raise Invalid("A viewer cannot say yes to this.", field="asked_user_id")
    request = CoverRequest(requester_id=requester_id, status="open", **values | {"starts_at": start})
    tx.add(request)
    await tx.flush()
    tx.record(CoverRequested(**await _told(tx, request), message=request.message))
    await cover_letters.ask(tx, known, request, await asked_of(tx, known, request))
    return request


async def _known(tx: Transaction, schedule_id: UUID) -> Known:
    try:
        return await schedules.known(tx, schedule_id)
    except NotFound as error:
        raise Invalid(error.detail, field="schedule_id") from None


async def asked_of(tx: Transaction, known: Known, request: CoverRequest) -> list[UUID]:
    """One, or everybody who takes turns in the schedule or is in its team, and is a member still."""
    if request.asked_user_id:
        return [request.asked_user_id]
    in_turns = {
        one
        for rotation in known.value.rotations
        for _, until, plan in rotation.plans()
        if until > clock.now()
        for one in plan.participants
        if one
    }
    in_team = select(TeamMember.user_id).where(TeamMember.team_id == known.row.team_id)
    query = select(Membership.user_id).where(
        Membership.active,
        Membership.user_id != request.requester_id,
        Membership.role != "viewer",
        Membership.user_id.in_(in_turns) | Membership.user_id.in_(in_team),
    )
    return list(await tx.scalars(query.order_by(Membership.user_id)))


async def accept(tx: Transaction, request: CoverRequest, user_id: UUID) -> None:
    known = await schedules.known(tx, request.schedule_id, to_change=True)
    await _expect(tx, request, user_id, "accept")
    start = max(request.starts_at, clock.now())
    found = stretches(known.value, request.requester_id, start, request.ends_at, request.rotation_id)
    if not found:
        raise NothingToCover
    requester = (await people(tx, [request.requester_id]))[request.requester_id]
    made = [
        await overrides.create(
            tx,
            known,
            {
                "user_id": user_id,
                "starts_at": one.start,
                "ends_at": one.end,
                "rotation_id": one.rotation_id,
                "note": f"Covers for {requester.name}",
                "cover_request_id": request.id,
            },
        )
        for one in found
    ]
    _answer(request, "accepted", user_id)
    ids = [str(row.id) for row in made]
    tx.record(CoverAccepted(**await _told(tx, request), by=tx.actor.name, override_ids=ids))
    await cover_letters.answer(tx, known, request)


async def decline(tx: Transaction, request: CoverRequest, user_id: UUID) -> None:
    known = await schedules.known(tx, request.schedule_id, to_change=True)
    await _expect(tx, request, user_id, "decline")
    _answer(request, "declined", user_id)
    tx.record(CoverDeclined(**await _told(tx, request), by=tx.actor.name))
    await cover_letters.answer(tx, known, request)


async def cancel(tx: Transaction, request: CoverRequest, user_id: UUID) -> None:
    await schedules.get(tx, request.schedule_id, to_change=True)
    await _expect(tx, request, user_id, "cancel")
    _answer(request, "cancelled", user_id)
    tx.record(CoverCancelled(**await _told(tx, request)))


def _answer(request: CoverRequest, status: str, user_id: UUID) -> None:
    request.status, request.answered_by, request.answered_at = status, user_id, clock.now()


async def _expect(tx: Transaction, request: CoverRequest, user_id: UUID, answer: Answer) -> None:
    """Reads the row again, now that nobody else can change it."""
    await tx.refresh(request, with_for_update=True)
    status = status_at(request.status, request.ends_at, clock.now())
    if status != "open":
        by = (await people(tx, [request.answered_by]))[request.answered_by].name if request.answered_by else None
        said = "Its time is over." if status == "expired" else f"{by} has {status} it."
        raise CoverAnswered(said, current={"id": str(request.id), "status": status, "answered_by": by})
    if answer not in answers(status, request.requester_id, request.asked_user_id, user_id):
        if answer == "cancel":
            raise Forbidden("Who asked can take it back, and nobody else.")
        if user_id == request.requester_id:
            raise Forbidden("It is you who asked.")
        raise Forbidden(
            "Somebody else was asked." if request.asked_user_id else "Everybody was asked: leave it to them."
        )


async def _told(tx: Transaction, request: CoverRequest) -> dict[str, Any]:
    """What each event says of it."""
    named = await people(tx, (one for one in (request.requester_id, request.asked_user_id) if one))
    return {
        "subject_id": request.schedule_id,
        "cover_request_id": str(request.id),
        "requester": named[request.requester_id].name,
        "asked": named[request.asked_user_id].name if request.asked_user_id else None,
        "starts_at": rfc3339(request.starts_at),
        "ends_at": rfc3339(request.ends_at),
    }
