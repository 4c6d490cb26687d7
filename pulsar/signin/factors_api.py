"""Routes of one's own authenticator app and recovery codes."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from pulsar.base.errors import Conflict
from pulsar.base.http import Body, View
from pulsar.people.access import AsEnrolling, Caller
from pulsar.people.model import User
from pulsar.signin import factors, outbox, proving, recovery, totp
from pulsar.signin.audience import tell
from pulsar.signin.events import RecoveryCodesMade
from pulsar.signin.shown import Code

router = APIRouter(prefix="/auth", tags=["Accounts"])

APP = "an authenticator app"


class NoSecondFactor(Conflict):
    """Recovery codes are for whoever has a second factor. Add one first."""


class EnrolmentView(View):
    """`qr`: the `uri` as an SVG image, which is a `data:` address."""

    secret: str
    uri: str
    qr: str


class TotpCode(Body):
    code: Code


class CodesView(View):
    """Shown this once. Empty where there are some already."""

    recovery_codes: list[str]


def codes_view(response: Response, codes: Sequence[str]) -> CodesView:
    response.headers["Cache-Control"] = "no-store"
    return CodesView(recovery_codes=list(codes))


@router.post("/totp")
async def begin_totp(caller: Caller, tx: AsEnrolling, response: Response) -> EnrolmentView:
    """A secret for an authenticator app. It counts when a code of the app's was confirmed."""
    user = await proving.check(tx, caller.user_id, caller.session_id)
    response.headers["Cache-Control"] = "no-store"
    return EnrolmentView.model_validate(await totp.begin(tx, user))


@router.post("/totp/confirm")
async def confirm_totp(body: TotpCode, caller: Caller, tx: AsEnrolling, response: Response) -> CodesView:
    """With the first second factor come recovery codes, and all your other sessions end."""
    user = await tx.get_one(User, caller.user_id, with_for_update=True)
    await totp.confirm(tx, user.id, body.code)
    return codes_view(response, await factors.added(tx, user, "totp", APP, keep=caller.session_id))


@router.delete("/totp", status_code=204)
async def remove_totp(caller: Caller, tx: AsEnrolling) -> None:
    user = await proving.check(tx, caller.user_id, caller.session_id)
    await totp.remove(tx, user.id)
    await factors.removed(tx, user, "totp", APP)


@router.post("/recovery-codes")
async def make_recovery_codes(caller: Caller, tx: AsEnrolling, response: Response) -> CodesView:
    """Ten new ones. Those there were are good for nothing then."""
    user = await proving.check(tx, caller.user_id, caller.session_id)
    if not user.second_factor_at:
        raise NoSecondFactor
    codes = await recovery.make(tx, user.id)
    await tell(tx, user.id, RecoveryCodesMade(user.id))
    outbox.warn(tx, user.id, "codes")
    return codes_view(response, codes)
