"""Routes of what should be mended, and of what somebody stands in."""

from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter

from pulsar.base.defects import Severity
from pulsar.base.errors import NotFound
from pulsar.base.http import Page, View
from pulsar.orgs.model import Membership
from pulsar.people.access import AsViewer
from pulsar.problems import asking

router = APIRouter(tags=["Problems"])

T = TypeVar("T", bound=View)


class PersonView(View):
    id: UUID
    name: str


class ThingView(View):
    type: str
    id: UUID
    name: str


class SetupProblemView(View):
    kind: str
    severity: Severity
    message: str
    subject: ThingView | None
    user: PersonView | None


class DutyView(View):
    subject: ThingView
    detail: str


def _whole(items: list[T]) -> Page[T]:
    """All of it at once: it is short, or should be."""
    return Page[T](
        items=items, total=len(items), total_is_exact=True, page=1, page_size=max(1, len(items)), next_cursor=None
    )


@router.get("/problems")
async def list_problems(tx: AsViewer) -> Page[SetupProblemView]:
    """What is set up so that somebody would not be paged, or does not work."""
    return _whole([SetupProblemView.model_validate(defect) for defect in await asking.problems(tx)])


@router.get("/users/{user_id}/duties")
async def list_duties(user_id: UUID, tx: AsViewer) -> Page[DutyView]:
    """Where this member is counted on: what has nobody any more when they are deactivated."""
    if not await tx.get(Membership, (tx.org, user_id)):
        raise NotFound("There is no member with this id here.")
    return _whole([DutyView.model_validate(duty) for duty in await asking.duties_of(tx, user_id)])
