"""What are people told of a cover request? Who is asked, that they are; who asked, the answer."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.notify import actions as notify
from pulsar.notify.rules import Letter, Occasion
from pulsar.oncall.model import CoverRequest
from pulsar.oncall.reading import Known
from pulsar.oncall.wording import span_in_words
from pulsar.people.model import User


async def zones_of(tx: Transaction, ids: Iterable[UUID], otherwise: str) -> dict[UUID, str]:
    """In which they live, or else the schedule's."""
    rows = await tx.execute(select(User.id, User.time_zone).where(User.id.in_(set(ids))))
    return {row.id: row.time_zone or otherwise for row in rows}


async def ask(tx: Transaction, known: Known, request: CoverRequest, asked: list[UUID]) -> None:
    zones = await zones_of(tx, asked, known.row.time_zone)
    for user_id in asked:
        span = span_in_words(request.starts_at, request.ends_at, zones[user_id])
        others = "" if request.asked_user_id else "Everybody in this schedule was asked; the first yes counts."
        text = "\n\n".join(part for part in (request.message, span, others) if part)
        title = f"{tx.actor.name} asks you to cover: {known.row.name}, {span}"
        await _send(tx, known, request, user_id, "asked", title, text)


async def answer(tx: Transaction, known: Known, request: CoverRequest) -> None:
    """To who asked, by who has just answered."""
    asker = request.requester_id
    span = span_in_words(request.starts_at, request.ends_at, (await zones_of(tx, [asker], known.row.time_zone))[asker])
    if request.status == "accepted":
        title, text = f"{tx.actor.name} covers for you: {known.row.name}", f"{span}\n\nThe schedule is changed already."
    else:
        title, text = f"{tx.actor.name} cannot cover for you: {known.row.name}", f"{span}\n\nYou are still on call."
    await _send(tx, known, request, asker, request.status, title, text)


async def _send(
    tx: Transaction, known: Known, request: CoverRequest, user_id: UUID, what: str, title: str, text: str
) -> None:
    letter = Letter(title, text, f"/schedules/{known.row.id}", until=request.ends_at)
    await notify.tell(tx, user_id, Occasion(f"cover:{request.id}:{what}", "cover"), letter)
