"""What does StatusCake say? A contact group's webhook sends a form: a test is down, or up again."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_texts, decoded, split_tags
from pulsar.inbound.rules import Reading, Unreadable

slug = "statuscake"
title = "StatusCake"
description = "Uptime tests that go down and come back, through a contact group's webhook."

ACTIONS: dict[str, Action] = {"down": "create", "up": "close"}


class Notice(msgspec.Struct, rename="pascal"):
    status: str
    name: str | None = None
    status_code: str | int | None = None
    tags: str | None = None
    check_rate: str | int | None = None
    url: str | None = msgspec.field(name="URL", default=None)
    ip: str | None = msgspec.field(name="IP", default=None)


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    action = ACTIONS.get(notice.status.strip().lower())
    if not action:
        raise Unreadable("Status must be Down or Up")
    name, address = (notice.name or "").strip(), (notice.url or "").strip()
    if not name and not address:
        raise Unreadable("Name and URL are missing: one of them says which test this is about")
    # Without Token: a digest of the account's API key, and not ours to show.
    details = {"URL": address, "IP": notice.ip, "StatusCode": notice.status_code, "CheckRate": notice.check_rate}
    yield Reading(
        action=action,
        alias=f"statuscake {name} {address}".replace("  ", " ").strip(),
        message=f"{name or address} is {notice.status.strip().lower()}",
        source=title,
        entity=name or address,
        tags=split_tags(notice.tags or ""),
        details={name: text for name, text in as_texts(details).items() if text.strip()},
    )
