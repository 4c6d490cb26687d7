"""What somebody does with a telephone: an answer to a text, a key in a call. Either acknowledges an alert, or says that
they are coming into an incident."""

import re
from html import escape
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Select, select

from pulsar.alerts import actions
from pulsar.alerts.actions import AlertStateConflict
from pulsar.alerts.model import Alert
from pulsar.alerts.rules import Status
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, NotFound
from pulsar.base.events import SYSTEM, Actor
from pulsar.base.http import PulsarNode
from pulsar.incidents import paging
from pulsar.incidents.model import Incident
from pulsar.incidents.page_model import IncidentPage
from pulsar.notify.callbacks import PREFIX, told
from pulsar.notify.channel import reads_replies
from pulsar.notify.model import Notification
from pulsar.notify.twilio import twiml, verb
from pulsar.orgs.actions import membership_of
from pulsar.people.contacts import owner_of
from pulsar.people.names import user_names

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_ACKNOWLEDGE = re.compile(r"\s*(?:ack|acknowledge|ok)?\s*(?:(i)?\s*#?(\d{1,9}))?\s*[.!]?\s*", re.IGNORECASE)
_LONGEST_TITLE = 100
_MOST = 20


def _xml(*verbs: str) -> Response:
    return Response(twiml(*verbs), media_type="application/xml")


async def _as_person(tx: Transaction, user_id: UUID) -> None:
    tx.actor = Actor("phone", user_id, (await user_names(tx, [user_id])).get(user_id, SYSTEM.name))


async def _acknowledge(tx: Transaction, user_id: UUID, alert: Alert) -> str:
    name = f"#{alert.number} {alert.message[:_LONGEST_TITLE]}"
    await _as_person(tx, user_id)
    try:
        await actions.acknowledge(tx, await actions.locked(tx, alert.id))
    except AlertStateConflict as conflict:
        return f"{name}: {conflict.detail}"
    except NotFound:
        return f"{name} is not there any more."
    return f"Acknowledged {name}."


async def _come(tx: Transaction, user_id: UUID, page: IncidentPage, incident: Incident) -> str:
    name = f"incident #{incident.number} {incident.title[:_LONGEST_TITLE]}"
    await _as_person(tx, user_id)
    try:
        await paging.come(tx, page.id)
    except (Conflict, NotFound):
        return f"Nobody is wanted any more: {name}."
    return f"You are on {name}."


def _told_of(user_id: UUID) -> Select[UUID | None]:
    """The subjects of this person's pages."""
    return select(Notification.subject_id).where(Notification.user_id == user_id, Notification.purpose == "page")


async def _alerts_for(tx: Transaction, user_id: UUID) -> list[Alert]:
    """The open ones of which this person was told."""
    wanted = Alert.status == Status.OPEN.value, Alert.id.in_(_told_of(user_id))
    return list(await tx.scalars(select(Alert).where(*wanted).order_by(Alert.id.desc()).limit(_MOST)))


async def _pages_for(tx: Transaction, user_id: UUID) -> list[tuple[IncidentPage, Incident]]:
    """Of each incident the newest page that this person got and that waits for an answer."""
    query = (
        select(IncidentPage, Incident)
        .join(Incident, Incident.id == IncidentPage.incident_id)
        .where(IncidentPage.acknowledged_at.is_(None), IncidentPage.id.in_(_told_of(user_id)))
        .order_by(IncidentPage.id)
        .limit(_MOST)
    )
    rows = [(row[0], row[1]) for row in await tx.execute(query)]
    return list({incident.id: (page, incident) for page, incident in rows if await paging.waits(tx, page)}.values())


async def _answer(tx: Transaction, user_id: UUID, text: str) -> str:
    read = _ACKNOWLEDGE.fullmatch(text)
    if not read or not text.strip():
        return "Not understood. Reply ACK and the number of the alert."
    pages = await _pages_for(tx, user_id)
    if read[1]:
        found = next((one for one in pages if one[1].number == int(read[2])), None)
        return await _come(tx, user_id, *found) if found else f"Nobody calls you into an incident #{read[2]}."
    if read[2]:
        alert = await tx.scalar(select(Alert).where(Alert.number == int(read[2])))
        return await _acknowledge(tx, user_id, alert) if alert else f"There is no alert #{read[2]}."
    alerts = await _alerts_for(tx, user_id)
    if len(alerts) + len(pages) > 1:
        names = [f"#{alert.number}" for alert in alerts] + [f"I{incident.number}" for _, incident in pages]
        return f"Which one? Reply ACK and the number: {', '.join(names)}."
    if pages:
        return await _come(tx, user_id, *pages[0])
    return await _acknowledge(tx, user_id, alerts[0]) if alerts else "Nothing that you were paged for is open."


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
        if call.form.get("Digits") != "1":
            said = "Not acknowledged. Paging goes on."
        elif not page.user_id or not page.subject_id or not await membership_of(call.tx, page.user_id):
            said = "This alert is not there any more."
        else:
            said = await _by_key(call.tx, page.user_id, page.subject_id)
    return _xml(verb("Say", escape(said.replace("incident #", "incident ").replace("#", "alert "), quote=False)))


async def _by_key(tx: Transaction, user_id: UUID, subject_id: UUID) -> str:
    if alert := await tx.scalar(select(Alert).where(Alert.id == subject_id)):
        return await _acknowledge(tx, user_id, alert)
    page = await tx.get(IncidentPage, (tx.org, subject_id))
    incident = await tx.get(Incident, (tx.org, page.incident_id)) if page else None
    return await _come(tx, user_id, page, incident) if page and incident else "This alert is not there any more."
