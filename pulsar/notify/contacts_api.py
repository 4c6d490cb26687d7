"""Routes of contact details: each person's own numbers, shown to be theirs by a code that is sent to them."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import func, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, TooManyAttempts
from pulsar.base.http import Body, Page, Pages, Principal, Pulsar, PulsarNode, View, page_of
from pulsar.base.ids import new_id
from pulsar.notify import at_once, channel_setup
from pulsar.notify.channel import Message, Recipient, contact_of, registry
from pulsar.notify.model import ChannelRow, Notification
from pulsar.orgs.roles import Role
from pulsar.people import contacts
from pulsar.people.access import AsViewer, Caller, entered
from pulsar.people.contacts import WrongCode
from pulsar.people.model import ContactMethod, User

router = APIRouter(prefix="/users/me/contacts", tags=["Contact details"])

TITLE = "Your code for Pulsar"
MOST_CODES, IN = 10, timedelta(hours=1)
# A text is read and copied in peace; a call only where there is nothing else.
_RATHER = ("sms", "voice")


class NoChannel(Conflict):
    """There is no channel yet that could send a code there. An admin sets one up under Channels."""


_FILLING = re.compile(r"[\s()./-]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


class NewContact(Body):
    """`value` with + and the country. The code is sent by text if there is a choice, or over `channel_id`."""

    kind: Literal["phone"] = "phone"
    value: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    channel_id: UUID | None = None


class Again(Body):
    channel_id: UUID | None = None


class Code(Body):
    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class ContactView(View):
    id: UUID
    kind: Literal["phone"]
    value: str
    verified_at: datetime | None
    created_at: datetime


class CodeSentView(View):
    contact: ContactView
    delivered: bool
    answer: str


def _number(written: str) -> str:
    number = _FILLING.sub("", written)
    if not _E164.fullmatch(number):
        raise Invalid("Write the number with + and the country, such as +49 151 12345678.", field="value")
    return number


async def _channel(tx: Transaction, kind: str, channel_id: UUID | None) -> ChannelRow:
    rows = (await tx.scalars(select(ChannelRow).where(ChannelRow.enabled).order_by(ChannelRow.id))).all()
    able = [row for row in rows if contact_of(registry()[row.channel_type]) == kind]
    if channel_id:
        able = [row for row in able if row.id == channel_id]
        if not able:
            raise Invalid("There is no such channel for this.", field="channel_id")
    if not able:
        raise NoChannel
    return min(able, key=lambda row: _RATHER.index(row.channel_type) if row.channel_type in _RATHER else len(_RATHER))


async def _check_rate(tx: Transaction, user_id: UUID) -> None:
    """Codes cost money, and go to any number that somebody types in."""
    query = select(func.count()).where(
        Notification.user_id == user_id,
        Notification.purpose == "verification",
        Notification.created_at > clock.now() - IN,
    )
    if (await tx.scalar(query) or 0) >= MOST_CODES:
        raise TooManyAttempts(int(IN.total_seconds()))


async def _send_code(
    pulsar: Pulsar, caller: Principal, sent: Again | NewContact, contact_id: UUID | None
) -> CodeSentView:
    """With no transaction open while it is sent."""
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        await _check_rate(tx, caller.user_id)
        if isinstance(sent, NewContact):
            contact = await contacts.add(tx, caller.user_id, sent.kind, _number(sent.value))
        else:
            assert contact_id
            contact = await contacts.mine(tx, contact_id, caller.user_id)
        row = await _channel(tx, contact.kind, sent.channel_id)
        config = channel_setup.config_of(tx, row)
        code = await contacts.new_code(tx, contact)
        user = await tx.get_one(User, caller.user_id)
        await tx.flush()
        view = ContactView.model_validate(contact)
    text = f"{code} is your code. It is good for ten minutes. If you have not asked for one, ignore this."
    message = Message(str(new_id()), TITLE, text, facts={"kind": "verification", "code": code})
    recipient = Recipient(user.full_name, user.email, view.value)
    outcome = await at_once.send(registry()[row.channel_type], message, config, recipient)
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        content = {"title": TITLE, "text": "A code for a phone number."}
        await at_once.log(tx, row.id, "verification", content, caller.user_id, outcome)
    return CodeSentView(contact=view, delivered=outcome.delivered, answer=outcome.answer)


@router.get("")
async def list_contacts(tx: AsViewer, caller: Caller, paging: Pages) -> Page[ContactView]:
    def shape(rows: Any) -> list[ContactView]:
        return [ContactView.model_validate(row) for row in rows]

    query = select(ContactMethod).where(ContactMethod.user_id == caller.user_id)
    return await page_of(tx, query, ContactMethod.id, paging, shape, descending=False)


@router.post("", status_code=201)
async def create_contact(body: NewContact, caller: Caller, pulsar: PulsarNode) -> CodeSentView:
    """Sends a code there; only a verified number is used. Whether the code went out stands in the answer."""
    return await _send_code(pulsar, caller, body, None)


@router.post("/{contact_id}/code")
async def send_code_again(contact_id: UUID, body: Again, caller: Caller, pulsar: PulsarNode) -> CodeSentView:
    """A new code, once a minute at most; the one before is void."""
    return await _send_code(pulsar, caller, body, contact_id)


@router.post("/{contact_id}/verify")
async def verify_contact(contact_id: UUID, body: Code, caller: Caller, pulsar: PulsarNode) -> ContactView:
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        contact = await contacts.mine(tx, contact_id, caller.user_id)
        right = await contacts.verify(tx, contact, _FILLING.sub("", body.code))
        await tx.flush()
        view = ContactView.model_validate(contact)
    # After the commit: a wrong guess counts.
    if not right:
        raise WrongCode(field="code")
    return view


@router.delete("/{contact_id}", status_code=204)
async def delete_contact(contact_id: UUID, tx: AsViewer, caller: Caller) -> None:
    await contacts.remove(tx, await contacts.mine(tx, contact_id, caller.user_id))
