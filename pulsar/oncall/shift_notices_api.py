"""Routes by which somebody says when to be told of shifts."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from pulsar.base.http import Body, View
from pulsar.oncall import shift_notices
from pulsar.people.access import AsViewer, Caller

router = APIRouter(prefix="/users/me/shift-notices", tags=["On call"])

Minutes = Annotated[int, Field(ge=5, le=7 * 24 * 60)]


class ShiftNoticesView(View):
    before_minutes: list[int]
    """How long before a shift you get a mail; none: not before."""
    at_start: bool


class ShiftNoticesChange(Body):
    before_minutes: Annotated[list[Minutes], Field(max_length=5)] | None = Field(
        None, description="From five minutes to a week; null or none: not before."
    )
    at_start: bool = True


@router.get("")
async def get_shift_notices(tx: AsViewer, caller: Caller) -> ShiftNoticesView:
    return ShiftNoticesView.model_validate(await shift_notices.settings_of(tx, caller.user_id))


@router.patch("")
async def update_shift_notices(body: ShiftNoticesChange, tx: AsViewer, caller: Caller) -> ShiftNoticesView:
    """Yours, in this organization."""
    sent = body.sent()
    before = (body.before_minutes or []) if "before_minutes" in sent else None
    await shift_notices.wish(tx, caller.user_id, before, sent.get("at_start"))
    return await get_shift_notices(tx, caller)
