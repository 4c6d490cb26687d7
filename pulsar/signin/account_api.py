"""Routes by which people look after how they sign in: password, address, and whether it is still them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import EmailStr, StringConstraints

from pulsar.base import crypto
from pulsar.base.http import Body, PulsarNode, View
from pulsar.orgs.model import Organization
from pulsar.people import stolen, throttle
from pulsar.people.access import AsEnrolling, Caller
from pulsar.people.model import User
from pulsar.people.signed_in import Password, client_of
from pulsar.signin import addresses, password, proving, recovery, resets
from pulsar.signin.addresses import AlreadyVerified
from pulsar.signin.api import NoMail
from pulsar.signin.mail import server_of
from pulsar.signin.model import Totp

router = APIRouter(tags=["Accounts"])

Secret = Annotated[str, StringConstraints(max_length=1024, strip_whitespace=False)]


class PasswordChange(Body):
    current_password: Secret
    new_password: Password


class Address(Body):
    email: EmailStr


class AddressView(View):
    """`sent_to`: where a link was mailed that makes it so. None where no mail is sent, and it is so already."""

    email: str
    sent_to: str | None


class SecurityView(View):
    """`confirm_by`: what counts as a proof of this account's."""

    email: str
    email_verified_at: datetime | None
    mail: bool
    has_password: bool
    second_factor_at: datetime | None
    second_factor_required: bool
    totp_since: datetime | None
    recovery_codes_left: int
    confirm_by: list[str]


@router.get("/auth/security")
async def get_security(caller: Caller, tx: AsEnrolling, pulsar: PulsarNode) -> SecurityView:
    user = await tx.get_one(User, caller.user_id)
    app = await tx.get(Totp, user.id)
    return SecurityView(
        email=user.email,
        email_verified_at=user.email_verified_at,
        mail=bool(server_of(pulsar.settings)),
        has_password=bool(user.password_hash),
        second_factor_at=user.second_factor_at,
        second_factor_required=(await tx.get_one(Organization, tx.org)).second_factor_required,
        totp_since=app.confirmed_at if app else None,
        recovery_codes_left=await recovery.left(tx, user.id),
        confirm_by=list(await proving.methods_of(tx, user)),
    )


@router.put("/auth/password", status_code=204)
async def change_password(
    body: PasswordChange, caller: Caller, tx: AsEnrolling, request: Request, pulsar: PulsarNode
) -> None:
    """All your other sessions end."""
    stolen.refuse(body.new_password, field="new_password")
    user = await tx.get_one(User, caller.user_id)
    await password.confirm(pulsar.db, user, body.current_password, client_of(request), field="current_password")
    password_hash = await crypto.hash_password(body.new_password)
    await resets.set_password(tx, user, password_hash, keep=caller.session_id)


@router.post("/auth/email/verification", status_code=202)
async def ask_for_verification(caller: Caller, tx: AsEnrolling, pulsar: PulsarNode) -> None:
    """Mails the link once more."""
    if not server_of(pulsar.settings):
        raise NoMail
    user = await tx.get_one(User, caller.user_id)
    if user.email_verified_at:
        raise AlreadyVerified
    await throttle.admit(pulsar.db, *_letters_to(user))
    addresses.ask(tx, user, user.email)


@router.put("/auth/email", status_code=202)
async def change_email(body: Address, caller: Caller, tx: AsEnrolling, pulsar: PulsarNode) -> AddressView:
    """The new address counts when the link that is mailed there was opened."""
    user = await proving.check(tx, caller.user_id, caller.session_id)
    if not server_of(pulsar.settings):
        await addresses.change(tx, user, body.email)
        return AddressView(email=user.email, sent_to=None)
    await throttle.admit(pulsar.db, *_letters_to(user))
    addresses.ask(tx, user, body.email)
    return AddressView(email=user.email, sent_to=body.email)


def _letters_to(user: User) -> list[throttle.Bucket]:
    return [(f"verification:{user.id}", addresses.MOST_LETTERS, addresses.LETTERS_WITHIN)]
