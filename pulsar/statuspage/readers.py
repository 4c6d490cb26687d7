"""The verbs of those who read the status page by mail: ask, confirm, tell, unsubscribe.

Until somebody has confirmed, nothing of them is kept but the mail that asks them to.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock
from pulsar.base.crypto import BadSignature
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Conflict, NotFound, TooManyAttempts
from pulsar.base.events import Actor
from pulsar.base.ids import new_id
from pulsar.notify import letters
from pulsar.notify.letters import PublicLetter
from pulsar.notify.rules import Letter, Occasion
from pulsar.notify.unsubscribing import Claims, Unsubscribing
from pulsar.people import throttle
from pulsar.statuspage import actions, reading
from pulsar.statuspage.events import ReaderConfirmed, ReaderRemoved
from pulsar.statuspage.model import NoticeRow, PublicUpdate, Reader, StatusPage

CONFIRM = "status-page-confirm"
# A slug does not begin with a hyphen.
LINKS = "/status/-/"
MOST_READERS = 5000
CONFIRM_WITHIN = timedelta(days=2)
_TRUE_FOR = timedelta(days=1)
_HOUR = timedelta(hours=1)
_PER_ADDRESS, _PER_MAILBOX = 20, 3

_SOMEBODY = Actor("link", None, "A reader of the status page")


class Full(Conflict):
    """This page has as many readers by mail as it can have."""


async def ask(db: Database, slug: str, email: str, address: str) -> None:
    """Sends a link to confirm with. To who reads already, or was written to often, it sends nothing; from outside both
    look the same. Raises TooManyAttempts for who asks too often, whatever they ask."""
    org = await reading.org_of(db, slug)
    await throttle.admit(db, (f"status-page:{address}", _PER_ADDRESS, _HOUR))
    try:
        await throttle.admit(db, (f"status-page-mail:{email.casefold()}", _PER_MAILBOX, _HOUR))
    except TooManyAttempts:
        return
    async with db.in_org(org) as tx:
        own = await actions.page(tx)
        if not own or not own.enabled or await _by_email(tx, email):
            return
        token = tx.keys.sign(CONFIRM, {"org": str(org), "email": email}, clock.now(), CONFIRM_WITHIN)
        title = await reading.title_of(tx, own)
        letter = Letter(
            title=f"Confirm that you want to read {title} by mail",
            text="Somebody, most likely you, asked for mails about how it stands. If it was not you, do nothing:"
            " without this link you get none.",
            path=f"{LINKS}confirm/{quote(token)}",
            until=clock.now() + CONFIRM_WITHIN,
        )
        occasion = Occasion(f"status_page_confirm:{new_id()}", "status_page")
        await letters.publish(tx, occasion, [PublicLetter(email, letter, "Confirm")])


async def _by_email(tx: Transaction, email: str) -> Reader | None:
    found: Reader | None = await tx.scalar(select(Reader).where(func.lower(Reader.email) == email.lower()))
    return found


def claims_of(db: Database, purpose: str, token: str) -> dict[str, Any]:
    """Raises NotFound for a link that is none, or none any more."""
    try:
        return db.keys.verify(purpose, token, clock.now())
    except BadSignature:
        raise NotFound("This link does not work any more.") from None


async def confirm(tx: Transaction, email: str) -> UUID | None:
    """Their id; None for who reads already. Twice is as once."""
    own = await actions.locked(tx)
    if await _by_email(tx, email):
        return None
    if (await tx.scalar(select(func.count()).select_from(Reader)) or 0) >= MOST_READERS:
        raise Full
    made: UUID | None = await tx.scalar(insert(Reader).values(id=new_id(), email=email).returning(Reader.id))
    assert made
    tx.actor = _SOMEBODY
    tx.record(ReaderConfirmed(own.id, reader_id=str(made)))
    return made


async def get(tx: Transaction, reader_id: UUID) -> Reader:
    found = await tx.get(Reader, (tx.org, reader_id))
    if not found:
        raise NotFound("There is no reader with this id here.")
    return found


async def remove(tx: Transaction, reader: Reader) -> None:
    own = await actions.locked(tx)
    tx.record(ReaderRemoved(own.id, reader_id=str(reader.id)))
    await tx.delete(reader)
    await tx.flush()


async def _unsubscribe(tx: Transaction, claims: Claims) -> None:
    tx.actor = _SOMEBODY
    if reader := await tx.get(Reader, (tx.org, UUID(claims["sub"]))):
        await remove(tx, reader)


UNSUBSCRIBING = Unsubscribing(
    f"{LINKS}unsubscribe/", "status-page-unsubscribe", _unsubscribe, "You can subscribe again at any time."
)


async def tell(tx: Transaction, own: StatusPage, about: NoticeRow, update: PublicUpdate) -> None:
    """Everybody who has confirmed, once each. Of a page that is off nobody is told."""
    if not own.enabled:
        return
    title = await reading.title_of(tx, own)
    letter = Letter(
        title=f"{update.status.capitalize()}: {about.title} ({title})",
        text=update.text,
        path=f"/status/{own.slug}#{about.id}",
        until=clock.now() + _TRUE_FOR,
    )

    def addressed(reader: Reader) -> PublicLetter:
        unsubscribe = UNSUBSCRIBING.link(tx, sub=str(reader.id))
        return PublicLetter(reader.email, letter, "Open the status page", unsubscribe)

    rows = await tx.scalars(select(Reader).order_by(Reader.id))
    await letters.publish(tx, Occasion(f"status_page:{update.id}", "status_page"), [addressed(row) for row in rows])
