"""Routes by which whoever is signed in shows once more that it is them."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints

from pulsar.base.http import PulsarNode
from pulsar.people.access import AsEnrolling, Caller
from pulsar.people.model import User
from pulsar.people.signed_in import client_of
from pulsar.signin import challenges, passkeys, password, proving
from pulsar.signin.shown import Factored, OptionsView, OurSite, Token

router = APIRouter(tags=["Accounts"])


class Confirmation(Factored):
    """`password`, or, of an account with a second factor, that; with a `credential` the `challenge` that it is for."""

    password: Annotated[str, StringConstraints(max_length=1024, strip_whitespace=False)] | None = None
    challenge: Token | None = None


@router.post("/auth/confirm/passkey")
async def ask_to_confirm(caller: Caller, tx: AsEnrolling, site: OurSite) -> OptionsView:
    nonce = passkeys.new_nonce()
    challenge = challenges.pose(tx, "passkey", caller.user_id, nonce=nonce)
    options = await passkeys.options_to_sign(tx, caller.user_id, site, nonce)
    return OptionsView(challenge=challenge, public_key=options)


@router.post("/auth/confirm", status_code=204)
async def confirm(
    body: Confirmation, caller: Caller, tx: AsEnrolling, request: Request, pulsar: PulsarNode, site: OurSite
) -> None:
    """For the next ten minutes it counts as shown that it is you, in this session."""
    user = await tx.get_one(User, caller.user_id)
    if user.second_factor_at:
        await proving.by_factor(pulsar.db, user, body.shown, body.challenge, site, client_of(request))
    else:
        await password.confirm(pulsar.db, user, body.password or "", client_of(request))
    await proving.note(tx, caller.session_id)
