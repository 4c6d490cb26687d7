"""Has this passkey signed it? Credentials of WebAuthn's: how one is added, and what it signs checked.

The library is imported when it is needed: that takes longer than all of Pulsar's own modules.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.people.model import User
from pulsar.settings import Settings
from pulsar.signin.model import Passkey

MOST = 20


class TooManyPasskeys(Conflict):
    """Twenty passkeys are the most. Remove one that you do not use."""


class PasskeyThere(Conflict):
    """This passkey is there already."""


class NotSigned(Invalid):
    """The passkey's answer does not fit. Try once more."""


@dataclass(frozen=True)
class Site:
    """What a passkey is bound to: it signs for this site only, so that no other can ask for it."""

    id: str
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        url = urlsplit(settings.base_url)
        return cls(url.hostname or "localhost", f"{url.scheme}://{url.netloc}")


def new_nonce() -> bytes:
    return secrets.token_bytes(32)


async def of_user(tx: Transaction, user_id: UUID) -> list[Passkey]:
    return list(await tx.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


async def mine(tx: Transaction, passkey_id: UUID, user_id: UUID) -> Passkey:
    """Somebody else's is not there."""
    found = await tx.get(Passkey, passkey_id, with_for_update=True)
    if not found or found.user_id != user_id:
        raise NotFound("There is no passkey with this id here.")
    return found


async def options_to_add(tx: Transaction, user: User, site: Site, nonce: bytes) -> dict[str, Any]:
    """For navigator.credentials.create(). It is asked to be one that can sign in without a name."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    there = await of_user(tx, user.id)
    if len(there) >= MOST:
        raise TooManyPasskeys
    options = generate_registration_options(
        rp_id=site.id,
        rp_name="Pulsar",
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.full_name,
        challenge=nonce,
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=[_descriptor(passkey) for passkey in there],
    )
    return _as_json(options_to_json(options))


async def add(tx: Transaction, user: User, site: Site, nonce: bytes, name: str, credential: dict[str, Any]) -> Passkey:
    """Raises NotSigned, PasskeyThere."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=credential, expected_challenge=nonce, expected_rp_id=site.id, expected_origin=site.origin
        )
    except (WebAuthnException, ValueError, TypeError) as error:
        raise NotSigned(field="credential") from error
    if await tx.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)):
        raise PasskeyThere
    passkey = Passkey(
        user_id=user.id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=",".join(_transports(credential)),
        synced=made.credential_backed_up,
    )
    tx.add(passkey)
    await tx.flush()
    return passkey


def _transports(credential: dict[str, Any]) -> list[str]:
    from webauthn.helpers.structs import AuthenticatorTransport

    known = {transport.value for transport in AuthenticatorTransport}
    told = credential.get("response", {}).get("transports") or []
    return [transport for transport in told if transport in known]


def _descriptor(passkey: Passkey) -> Any:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    transports = [AuthenticatorTransport(one) for one in passkey.transports.split(",") if one]
    return PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=transports or None)


async def options_to_sign(tx: Transaction, user_id: UUID | None, site: Site, nonce: bytes) -> dict[str, Any]:
    """For navigator.credentials.get(). With nobody named, the browser offers those that it knows for this site, and the
    passkey has to see that it is them: it stands for the password, too."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    wanted = UserVerificationRequirement.PREFERRED if user_id else UserVerificationRequirement.REQUIRED
    named = [_descriptor(passkey) for passkey in await of_user(tx, user_id)] if user_id else None
    options = generate_authentication_options(
        rp_id=site.id, challenge=nonce, allow_credentials=named, user_verification=wanted
    )
    return _as_json(options_to_json(options))


async def signed(
    tx: Transaction, user_id: UUID | None, site: Site, nonce: bytes, credential: dict[str, Any]
) -> Passkey | None:
    """Which passkey has signed the nonce, of this user's or, with nobody named, of anybody's. None when none has; also
    when its counter went back, because then there are two of it (WebAuthn, 6.1.1)."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = await _with_id(tx, base64url_to_bytes(str(credential.get("id", ""))))
        if not found or (user_id and found.user_id != user_id):
            return None
        proof = verify_authentication_response(
            credential=credential,
            expected_challenge=nonce,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=user_id is None,
        )
    except (WebAuthnException, ValueError, TypeError):
        return None
    found.sign_count, found.last_used_at = proof.new_sign_count, clock.now()
    return found


async def _with_id(tx: Transaction, credential_id: bytes) -> Passkey | None:
    query = select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    found: Passkey | None = await tx.scalar(query)
    return found


def _as_json(options: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(options)
    return read
