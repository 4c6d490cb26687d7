"""Does the authenticator app say so? One for each account; its secret is sealed, and no code is taken twice."""

from dataclasses import dataclass
from uuid import UUID

import pyotp
import segno

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.people.model import User
from pulsar.signin.model import Totp
from pulsar.signin.rules import step_of

_ISSUER = "Pulsar"


class TotpThere(Conflict):
    """There is an authenticator app already. Remove that one first."""


class NoTotp(NotFound):
    """There is no authenticator app."""


class WrongCode(Invalid):
    """This is not the code that the app shows now. Check that the clock of your phone is right."""


@dataclass(frozen=True)
class Enrolment:
    """What the app has to know: by typing the secret, or with its camera."""

    secret: str
    uri: str
    qr: str
    """Of the URI: an SVG image as a `data:` address."""


async def begin(tx: Transaction, user: User) -> Enrolment:
    """Counts once a code from it was confirmed; until then it can be begun anew."""
    row = await tx.get(Totp, user.id, with_for_update=True)
    if row and row.confirmed_at:
        raise TotpThere
    secret = pyotp.random_base32(length=32)
    if not row:
        row = Totp(user_id=user.id, sealed_secret=b"")
        tx.add(row)
    row.sealed_secret, row.last_step = tx.keys.seal({"secret": secret}), 0
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=_ISSUER)
    qr = segno.make(uri, micro=False).svg_data_uri(border=2, dark="#000", light="#fff", omitsize=True)
    return Enrolment(secret, uri, qr)


async def confirm(tx: Transaction, user_id: UUID, code: str) -> None:
    """Raises WrongCode."""
    row = await tx.get(Totp, user_id, with_for_update=True)
    if not row:
        raise NoTotp
    if row.confirmed_at:
        raise TotpThere
    if not _taken(tx, row, code):
        raise WrongCode(field="code")
    row.confirmed_at = clock.now()


async def matches(tx: Transaction, user_id: UUID, code: str) -> bool:
    """Once for each code: of two that come at the same moment the second waits here, and finds it taken."""
    row = await tx.get(Totp, user_id, with_for_update=True)
    return row is not None and row.confirmed_at is not None and _taken(tx, row, code)


def _taken(tx: Transaction, row: Totp, code: str) -> bool:
    step = step_of(code, tx.keys.unseal(row.sealed_secret)["secret"], clock.now(), row.last_step)
    if step is None:
        return False
    row.last_step = step
    return True


async def remove(tx: Transaction, user_id: UUID) -> None:
    row = await tx.get(Totp, user_id, with_for_update=True)
    if not row or not row.confirmed_at:
        raise NoTotp
    await tx.delete(row)
    await tx.flush()
