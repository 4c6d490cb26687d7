"""What does Pingdom say? A check's webhook: it went down, or it is up again."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading
from pulsar.inbound.severity import severity

slug = "pingdom"
title = "Pingdom"
description = "Checks that go down and come back, through a webhook integration."

OVER = {"UP", "SUCCESS"}
TOLD = ("check_type", "previous_state", "state_changed_utc_time", "full_url")


class Check(msgspec.Struct):
    check_id: int | str
    check_name: str
    current_state: str
    previous_state: str | None = None
    check_type: str | None = None
    importance_level: str | None = None
    state_changed_utc_time: str | None = None
    description: str | None = None
    long_description: str | None = None
    check_params: dict[str, Any] | None = None
    tags: list[Any] | None = None


def read(payload: Any) -> Iterator[Reading]:
    check = decoded(payload, Check)
    params = as_texts(check.check_params)
    over = check.current_state.strip().upper() in OVER
    said = {name: getattr(check, name, None) or params.get(name) for name in TOLD}
    yield Reading(
        action="close" if over else "create",
        alias=f"pingdom check {check.check_id}",
        message=f"{check.check_name} is {check.current_state.lower()}",
        description=check.long_description or check.description or "",
        priority=severity(check.importance_level or ""),
        source=title,
        entity=params.get("hostname", ""),
        tags=tuple(as_text(tag) for tag in check.tags or []),
        details=as_texts(said),
    )
