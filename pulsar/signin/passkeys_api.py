"""Routes of one's own passkeys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from pulsar.base.events import edited
from pulsar.base.http import Body, Name, Page, Pages, View, page_of
from pulsar.people.access import AsEnrolling, Caller
from pulsar.signin import challenges, factors, passkeys, proving
from pulsar.signin.audience import tell
from pulsar.signin.events import PasskeyRenamed
from pulsar.signin.model import Passkey
from pulsar.signin.second_step import ChallengeGone
from pulsar.signin.shown import Credential, OptionsView, OurSite, Token

router = APIRouter(prefix="/auth/passkeys", tags=["Accounts"])


class NewPasskey(Body):
    name: Name
    challenge: Token
    credential: Credential


class PasskeyName(Body):
    name: Name


class PasskeyView(View):
    """`synced`: its provider copies it to the other devices of its owner."""

    id: UUID
    name: str
    synced: bool
    created_at: datetime
    last_used_at: datetime | None


class AddedPasskey(PasskeyView):
    """With `recovery_codes`, shown this once, if it is the first second factor."""

    recovery_codes: list[str]


@router.get("")
async def list_passkeys(caller: Caller, tx: AsEnrolling, paging: Pages) -> Page[PasskeyView]:
    def shape(rows: Sequence[Passkey]) -> list[PasskeyView]:
        return [PasskeyView.model_validate(row) for row in rows]

    query = select(Passkey).where(Passkey.user_id == caller.user_id)
    return await page_of(tx, query, Passkey.id, paging, shape, descending=False)


@router.post("/options")
async def ask_for_new_passkey(caller: Caller, tx: AsEnrolling, site: OurSite) -> OptionsView:
    user = await proving.check(tx, caller.user_id, caller.session_id)
    nonce = passkeys.new_nonce()
    options = await passkeys.options_to_add(tx, user, site, nonce)
    return OptionsView(challenge=challenges.pose(tx, "new_passkey", user.id, nonce=nonce), public_key=options)


@router.post("", status_code=201)
async def add_passkey(
    body: NewPasskey, caller: Caller, tx: AsEnrolling, site: OurSite, response: Response
) -> AddedPasskey:
    user = await proving.check(tx, caller.user_id, caller.session_id)
    waiting = await challenges.find(tx, "new_passkey", body.challenge)
    if not waiting or not waiting.nonce or waiting.user_id != user.id:
        raise ChallengeGone
    await tx.delete(waiting)
    passkey = await passkeys.add(tx, user, site, waiting.nonce, body.name, body.credential)
    codes = await factors.added(tx, user, "passkey", body.name, keep=caller.session_id)
    response.headers["Cache-Control"] = "no-store"
    return AddedPasskey(**PasskeyView.model_validate(passkey).model_dump(), recovery_codes=list(codes))


@router.patch("/{passkey_id}")
async def rename_passkey(passkey_id: UUID, body: PasskeyName, caller: Caller, tx: AsEnrolling) -> PasskeyView:
    passkey = await passkeys.mine(tx, passkey_id, caller.user_id)
    passkey.name = body.name
    if changes := edited(passkey):
        await tell(tx, caller.user_id, PasskeyRenamed(caller.user_id, changes=changes))
    return PasskeyView.model_validate(passkey)


@router.delete("/{passkey_id}", status_code=204)
async def remove_passkey(passkey_id: UUID, caller: Caller, tx: AsEnrolling) -> None:
    passkey = await passkeys.mine(tx, passkey_id, caller.user_id)
    user = await proving.check(tx, caller.user_id, caller.session_id)
    await tx.delete(passkey)
    await tx.flush()
    await factors.removed(tx, user, "passkey", passkey.name)
