"""What does healthchecks.io say, or a Healthchecks of one's own? Its webhook sends the body that our guide gives it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "healthchecks"
title = "Healthchecks.io"
description = "Checks that miss their ping, through a webhook; one that is up again closes its alert."

ACTIONS: dict[str, Action] = {"down": "create", "up": "close"}


class Check(msgspec.Struct):
    status: str
    code: str
    name: str | None = None
    tags: str | None = None
    now: str | None = None
    body: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    check = decoded(payload, Check)
    action = ACTIONS.get(check.status.strip().lower())
    if not action:
        raise Unreadable("status must be down or up")
    if not check.code.strip():
        raise Unreadable("code is empty: it says which check this is about")
    name = (check.name or "").strip() or check.code
    yield Reading(
        action=action,
        alias=f"healthchecks {check.code}",
        message=f"{name} is {check.status.strip().lower()}",
        description=check.body or "",
        source=title,
        entity=name,
        tags=tuple((check.tags or "").split()),
        details=as_texts({"now": check.now, "code": check.code}),
    )
