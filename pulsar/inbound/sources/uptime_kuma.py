"""What does Uptime Kuma say? Its notification of type webhook, with the preset body."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action, Priority
from pulsar.inbound.decode import as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "uptime_kuma"
title = "Uptime Kuma"
description = "Monitors that go down and come back, through a notification of type webhook."

STATES: dict[int, Action] = {0: "create", 1: "close"}
"""The others, pending and maintenance, say neither that something broke nor that it is over."""
TOLD = ("url", "hostname", "port", "type")


class Heartbeat(msgspec.Struct):
    status: int
    time: str | None = None
    msg: str | None = None
    ping: float | None = None


class Tag(msgspec.Struct):
    name: str | None = None
    value: str | None = None


class Monitor(msgspec.Struct, rename={"path_name": "pathName"}):
    id: int | str
    name: str
    path_name: str | None = None
    url: str | None = None
    hostname: str | None = None
    port: int | str | None = None
    type: str | None = None
    tags: list[Tag | str] | None = None


class Notice(msgspec.Struct):
    msg: str
    heartbeat: Heartbeat | None = None
    monitor: Monitor | None = None


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    heartbeat, monitor = notice.heartbeat, notice.monitor
    if heartbeat is None:
        yield _of_itself(notice.msg)
        return
    if monitor is None:
        raise Unreadable("monitor is missing")
    if not (action := STATES.get(heartbeat.status)):
        return
    yield Reading(
        action=action,
        alias=f"uptime kuma monitor {monitor.id}",
        message=f"{monitor.path_name or monitor.name} is {'up' if action == 'close' else 'down'}",
        description=heartbeat.msg or notice.msg,
        source=title,
        entity=monitor.hostname or monitor.name,
        tags=tuple(_tags(monitor)),
        details=as_texts({name: getattr(monitor, name) for name in TOLD} | {"time": heartbeat.time}),
    )


def _of_itself(message: str) -> Reading:
    """The test of a notification, or a certificate that runs out: about no heartbeat."""
    test = "testing" in message.lower()
    return Reading(
        alias="uptime kuma test" if test else f"uptime kuma {message}",
        message=message,
        priority=Priority.P5 if test else None,
        source=title,
    )


def _tags(monitor: Monitor) -> Iterator[str]:
    for tag in monitor.tags or []:
        if isinstance(tag, str):
            yield tag
        elif tag.name:
            yield f"{tag.name}:{tag.value}" if tag.value else tag.name
