"""What does a mail say? smtp.py takes it, mail.py makes JSON of it; subject.py knows what a subject means."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Priority
from pulsar.inbound.decode import as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.subject import is_over, plain, stem, urgency

slug = "email"
title = "E-mail"
description = "Anything that can send a mail: each integration has an address of its own, if mail is switched on."

UNNAMED = "(no subject)"
_LONGEST_LINE = 200
_ADDRESS = re.compile(r"[^\s<>(),;:\"]{1,64}@[^\s<>(),;:\"]{1,255}")


class Mail(msgspec.Struct, rename={"sender": "from"}):
    subject: str | None = None
    sender: str | None = None
    text: str | None = None
    to: str | None = None
    date: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: str | None = None
    importance: str | None = None
    x_priority: str | int | None = None
    attachments: list[str] | None = None


def read(payload: Any) -> Iterator[Reading]:
    mail = decoded(payload, Mail)
    if mail.subject is None and mail.text is None:
        raise Unreadable("subject and text are missing")
    subject, text = plain(mail.subject or ""), (mail.text or "").strip()
    said = {"from": mail.sender, "to": mail.to, "date": mail.date, "message_id": mail.message_id}
    files = ", ".join(mail.attachments or [])
    address = _address(mail.sender or "")
    yield Reading(
        action="close" if is_over(subject) else "create",
        alias=_alias(mail, subject, address),
        message=subject or text.partition("\n")[0][:_LONGEST_LINE] or UNNAMED,
        description=text,
        priority=urgency(subject) or _importance(mail),
        source=address or title,
        details=as_texts({name: value for name, value in {**said, "attachments": files}.items() if value}),
    )


def _address(sender: str) -> str:
    """The last, since a name may look like one. (The standard library's own reader trips over brackets.)"""
    found = _ADDRESS.findall(sender[:1000])
    return found[-1] if found else ""


def _alias(mail: Mail, subject: str, address: str) -> str | None:
    """Of the subject. One that says only how it stands is its sender's; without a subject a thread is one alert."""
    if subject:
        return f"email {stem(subject) or f'from {address}'}"
    thread = (mail.references or mail.in_reply_to or mail.message_id or "").split()
    return f"email thread {thread[0]}" if thread else None


def _importance(mail: Mail) -> Priority | None:
    """What mail programs write. Normal is what everything has, so it says nothing."""
    number = str(mail.x_priority if mail.x_priority is not None else "").strip()[:1]
    if (mail.importance or "").strip().lower() == "high" or number in ("1", "2"):
        return Priority.P2
    return Priority.P4 if (mail.importance or "").strip().lower() == "low" or number in ("4", "5") else None
