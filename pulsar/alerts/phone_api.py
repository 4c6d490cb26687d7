"""What somebody does with a telephone: an answer to a text, a key in a call. Either acknowledges."""

import re
from html import escape
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from pulsar.alerts import actions
from pulsar.alerts.actions import AlertStateConflict
from pulsar.alerts.model import Alert
from pulsar.alerts.rules import Status
from pulsar.base.db import Transaction
from pulsar.base.errors import NotFound
from pulsar.base.events import SYSTEM, Actor
from pulsar.base.http import PulsarNode
from pulsar.notify.callbacks import PREFIX, told
from pulsar.notify.channel import reads_replies
from pulsar.notify.model import Notification
from pulsar.notify.twilio import twiml, verb
from pulsar.orgs.actions import membership_of
from pulsar.people.contacts import owner_of
from pulsar.people.names import user_names

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_ACKNOWLEDGE = re.compile(r"\s*(?:ack|acknowledge|ok)?\s*#?(\d{1,9})?\s*[.!]?\s*", re.IGNORECASE)
_LONGEST_TITLE = 100


def _xml(*verbs: str) -> Response:
    return Response(twiml(*verbs), media_type="application/xml")


async def _acknowledge(tx: Transaction, user_id: UUID, alert: Alert) -> str:
    name = f"#{alert.number} {alert.message[:_LONGEST_TITLE]}"
    tx.actor = Actor("phone", user_id, (await user_names(tx, [user_id])).get(user_id, SYSTEM.name))
    try:
        await actions.acknowledge(tx, await actions.locked(tx, alert.id))
    except AlertStateConflict as conflict:
        return f"{name}: {conflict.detail}"
    except NotFound:
        return f"{name} is not there any more."
    return f"Acknowledged {name}."


async def _paged_for(tx: Transaction, user_id: UUID) -> list[Alert]:
    """The open alerts of which this person was told."""
    told_of = select(Notification.subject_id).where(Notification.user_id == user_id, Notification.purpose == "page")
    query = select(Alert).where(Alert.status == Status.OPEN.value, Alert.id.in_(told_of)).order_by(Alert.id.desc())
    return list(await tx.scalars(query.limit(20)))


async def _answer(tx: Transaction, user_id: UUID, text: str) -> str:
    read = _ACKNOWLEDGE.fullmatch(text)
    if not read or not text.strip():
        return "Not understood. Reply ACK and the number of the alert."
    if read[1]:
        alert = await tx.scalar(select(Alert).where(Alert.number == int(read[1])))
        return await _acknowledge(tx, user_id, alert) if alert else f"There is no alert #{read[1]}."
    alerts = await _paged_for(tx, user_id)
    if not alerts:
        return "Nothing that you were paged for is open."
    if len(alerts) == 1:
        return await _acknowledge(tx, user_id, alerts[0])
    return f"Which one? Reply ACK and the number: {', '.join(f'#{alert.number}' for alert in alerts)}."


@router.post("/{org_id}/{channel_id}/reply")
async def take_reply(org_id: UUID, channel_id: UUID, request: Request, pulsar: PulsarNode) -> Response:
    """An answer to a text. Whoever is not known here gets none: it may be a machine that would answer that."""
    async with told(pulsar, request, org_id, channel_id) as call:
        user_id = await owner_of(call.tx, "phone", call.form.get("From", "")) if reads_replies(call.kind) else None
        if not user_id:
            return _xml()
        answer = await _answer(call.tx, user_id, call.form.get("Body", ""))
    return _xml(verb("Message", escape(answer, quote=False)))


@router.post("/{org_id}/{channel_id}/{notification_id}/key")
async def take_key(
    org_id: UUID, channel_id: UUID, notification_id: UUID, request: Request, pulsar: PulsarNode
) -> Response:
    """A key in a call: 1 acknowledges, in the name of whom the call was for."""
    async with told(pulsar, request, org_id, channel_id) as call:
        page = await call.notification(notification_id)
        alert = await call.tx.scalar(select(Alert).where(Alert.id == page.subject_id))
        if not alert or not page.user_id or not await membership_of(call.tx, page.user_id):
            said = "This alert is not there any more."
        elif call.form.get("Digits") == "1":
            said = await _acknowledge(call.tx, page.user_id, alert)
        else:
            said = "Not acknowledged. Paging goes on."
    return _xml(verb("Say", escape(said.replace("#", "alert "), quote=False)))
