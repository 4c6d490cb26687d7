"""Under which number is somebody reached? Only under one that they have shown to be theirs, by a code sent to it."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from pulsar.base import clock
from pulsar.base.crypto import hash_password, password_matches
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound, TooManyAttempts
from pulsar.orgs.model import Membership
from pulsar.people.events import ContactAdded, ContactRemoved, ContactVerified
from pulsar.people.model import ContactMethod

CODE_LIFETIME = timedelta(minutes=10)
# A code of six digits is guessed in five tries by one in 200,000.
MOST_ATTEMPTS = 5
# Each code costs the organization a message, to whatever number somebody has typed in.
BETWEEN_CODES = timedelta(minutes=1)
MOST_CONTACTS = 5


class ContactExists(Conflict):
    """You have entered this one already."""


class ContactTaken(Conflict):
    """Somebody else in this organization has this number. What came from it could be from either of you."""


class TooManyContacts(Conflict):
    """You may have five at most. Remove one first."""


class AlreadyVerified(Conflict):
    """This one is verified already."""


class WrongCode(Invalid):
    """This is not the code that was sent, or it is older than ten minutes, or too often tried. Ask for a new one."""


async def mine(tx: Transaction, contact_id: UUID, user_id: UUID) -> ContactMethod:
    """To change. Somebody else's is not there."""
    contact = await tx.get(ContactMethod, (tx.org, contact_id), with_for_update=True)
    if not contact or contact.user_id != user_id:
        raise NotFound("There is no contact with this id here.")
    return contact


async def add(tx: Transaction, user_id: UUID, kind: str, value: str) -> ContactMethod:
    # One at a time for each person, or many at once would each find room.
    await tx.execute(select(Membership).where(Membership.user_id == user_id).with_for_update())
    values = (await tx.scalars(select(ContactMethod.value).where(ContactMethod.user_id == user_id))).all()
    if value in values:
        raise ContactExists(field="value")
    if len(values) >= MOST_CONTACTS:
        raise TooManyContacts
    contact = ContactMethod(user_id=user_id, kind=kind, value=value)
    tx.add(contact)
    await tx.flush()
    tx.record(ContactAdded(user_id, kind=kind))
    return contact


async def new_code(tx: Transaction, contact: ContactMethod) -> str:
    """The code to send; the one before is void."""
    if contact.verified_at:
        raise AlreadyVerified
    now = clock.now()
    if contact.code_sent_at and contact.code_sent_at + BETWEEN_CODES > now:
        raise TooManyAttempts(int((contact.code_sent_at + BETWEEN_CODES - now).total_seconds()) + 1)
    code = f"{secrets.randbelow(10**6):06}"
    contact.code_hash, contact.attempts = await hash_password(code), 0
    contact.code_sent_at, contact.code_expires_at = now, now + CODE_LIFETIME
    return code


async def verify(tx: Transaction, contact: ContactMethod, code: str) -> bool:
    """Whether it was the code. A wrong one counts, so the caller commits before it says no."""
    if contact.verified_at:
        raise AlreadyVerified
    now = clock.now()
    if not contact.code_expires_at or contact.code_expires_at <= now or contact.attempts >= MOST_ATTEMPTS:
        return False
    contact.attempts += 1
    if not await password_matches(code, contact.code_hash):
        return False
    # Of two who verify the same number at once one is second.
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{tx.org}:{contact.value}", 0))))
    if await owner_of(tx, contact.kind, contact.value):
        raise ContactTaken
    contact.verified_at, contact.code_hash, contact.code_expires_at = now, None, None
    tx.record(ContactVerified(contact.user_id, kind=contact.kind))
    return True


async def remove(tx: Transaction, contact: ContactMethod) -> None:
    tx.record(ContactRemoved(contact.user_id, kind=contact.kind))
    await tx.delete(contact)


async def phone_of(tx: Transaction, user_id: UUID) -> str | None:
    """The one verified last."""
    query = (
        select(ContactMethod.value)
        .where(ContactMethod.user_id == user_id, ContactMethod.kind == "phone", ContactMethod.verified_at.is_not(None))
        .order_by(ContactMethod.verified_at.desc())
        .limit(1)
    )
    phone: str | None = await tx.scalar(query)
    return phone


async def with_phone(tx: Transaction, users: Collection[UUID]) -> set[UUID]:
    """Those of them who have a verified number."""
    query = select(ContactMethod.user_id).where(
        ContactMethod.user_id.in_(users), ContactMethod.kind == "phone", ContactMethod.verified_at.is_not(None)
    )
    return set(await tx.scalars(query))


async def owner_of(tx: Transaction, kind: str, value: str) -> UUID | None:
    """The member who has verified it."""
    query = (
        select(ContactMethod.user_id)
        .join(Membership, Membership.user_id == ContactMethod.user_id)
        .where(
            ContactMethod.kind == kind,
            ContactMethod.value == value,
            ContactMethod.verified_at.is_not(None),
            Membership.active,
        )
        .order_by(ContactMethod.verified_at)
        .limit(1)
    )
    owner: UUID | None = await tx.scalar(query)
    return owner
