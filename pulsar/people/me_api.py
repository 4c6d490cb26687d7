"""Routes by which people change what they are to Pulsar: their name, and the time zone that they live in."""

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter
from pydantic import AfterValidator, StringConstraints

from pulsar.base.events import edited
from pulsar.base.http import Body
from pulsar.people import sessions
from pulsar.people.access import AsViewer, Caller
from pulsar.people.events import UserUpdated
from pulsar.people.model import User
from pulsar.people.signed_in import Name, UserView

router = APIRouter(tags=["Accounts"])


def _known(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("there is no such time zone; take one of the IANA database, such as Europe/Berlin")
    return zone


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known)]


class MeChange(Body):
    full_name: Name = ""
    time_zone: Zone = ""


@router.patch("/auth/me")
async def update_me(body: MeChange, caller: Caller, tx: AsViewer) -> UserView:
    """In all of your organizations: an account is one person's, wherever they are a member. So not by the single
    sign-on of one of several."""
    if await sessions.is_bound(tx, caller.session_id) and len(await sessions.organizations_of(tx, caller.user_id)) > 1:
        raise sessions.BoundToOrganization
    user = await tx.get_one(User, caller.user_id, with_for_update=True)
    for name, value in body.sent().items():
        setattr(user, name, value)
    if changed := edited(user):
        tx.record(UserUpdated(user.id, changes=changed))
    await tx.flush()
    return UserView.model_validate(user)
