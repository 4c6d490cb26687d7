"""What does a page say? Its words and its links, composed when it is sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Pulsar
from pulsar.notify.callbacks import callback_url
from pulsar.notify.channel import Message
from pulsar.notify.model import Notification
from pulsar.notify.rules import Standing, Subject

ACKNOWLEDGE = "acknowledge"
LINK_LIFETIME = timedelta(days=7)


def compose(pulsar: Pulsar, tx: Transaction, notification: Notification, there: Notification | None = None) -> Message:
    """`there` is the message about the same that can be changed, or answered."""
    base_url = pulsar.settings.base_url
    content = notification.content
    if "subject" not in content:
        return Message(
            id=str(notification.id),
            title=content["title"],
            text=content["text"],
            link=f"{base_url}{content['path']}" if "path" in content else None,
            acknowledge_link=None,
            callback_url=callback_url(base_url, notification),
            facts={"kind": notification.purpose},
            link_label=content.get("link_label", "Open in Pulsar"),
            unsubscribe_link=f"{base_url}{content['unsubscribe']}" if "unsubscribe" in content else None,
        )
    subject = Subject.from_json(content["subject"])
    thread = there.reference if there else None
    if follow_up := content.get("follow_up"):
        return replace(_follow_up(base_url, notification, subject, follow_up), thread=thread)
    if there and (standing := content.get("standing")):
        shown = _page(base_url, tx, there, subject)
        return replace(
            shown,
            id=str(notification.id),
            standing=Standing.from_json(standing),
            facts=shown.facts | {"kind": notification.purpose},
        )
    return replace(_page(base_url, tx, notification, subject), thread=thread)


def _page(base_url: str, tx: Transaction, notification: Notification, subject: Subject) -> Message:
    content = notification.content
    people = content["people"]
    of_alert = subject.kind == "alert"
    return Message(
        id=str(notification.id),
        title=f"[{subject.priority}] {'' if of_alert else 'Incident '}#{subject.number} {subject.title}",
        text="\n\n".join(
            part for part in (subject.body, _told(notification, people, content.get("held_back", []))) if part
        ),
        link=f"{base_url}{subject.path}",
        acknowledge_link=_acknowledge_link(base_url, tx, notification, subject),
        callback_url=callback_url(base_url, notification),
        facts={
            "kind": "page",
            f"{subject.kind}_id": str(subject.about_id),
            "number": subject.number,
            "priority": subject.priority,
            "message": subject.title,
            "description": subject.body,
            "level": notification.level,
            "cycle": notification.cycle,
            "people": people,
        },
        standing=Standing() if of_alert else None,
    )


def _follow_up(base_url: str, notification: Notification, subject: Subject, happened: dict[str, Any]) -> Message:
    ending, by, reason = happened["ending"], happened["by"], happened["reason"]
    return Message(
        id=str(notification.id),
        title=f"{ending.capitalize()} by {by}: [{subject.priority}] #{subject.number} {subject.title}",
        text=reason or "",
        link=f"{base_url}{subject.path}",
        acknowledge_link=None,
        callback_url=callback_url(base_url, notification),
        facts={
            "kind": "follow_up",
            "ending": ending,
            "by": by,
            "reason": reason,
            "alert_id": str(subject.id),
            "number": subject.number,
            "priority": subject.priority,
            "message": subject.title,
        },
    )


def _told(notification: Notification, people: list[str], held_back: list[str]) -> str:
    """Who else knows, and why they were told; and who does not, though one might think so."""
    again = f" (again, round {notification.cycle + 1})" if notification.cycle else ""
    fell_back = notification.level is None
    why = "No level reached anybody, so this goes to" if fell_back else f"Level {(notification.level or 0) + 1}{again}"
    told = f"{why}: {', '.join(people)}" if people else ""
    not_told = f"Not told, by their own settings: {', '.join(held_back)}" if held_back else ""
    return "\n".join(line for line in (told, not_told) if line)


def _acknowledge_link(base_url: str, tx: Transaction, notification: Notification, subject: Subject) -> str:
    """For one person, or for whoever is in one room, and for one alert or one page into an incident, for a week."""
    holder = {"sub": str(notification.user_id)} if notification.user_id else {"room": str(notification.channel_id)}
    what = "alert" if subject.kind == "alert" else "incident_page"
    claims = {"org": str(tx.org), what: str(subject.id)} | holder
    return f"{base_url}/ack/{quote(tx.keys.sign(ACKNOWLEDGE, claims, clock.now(), LINK_LIFETIME))}"
