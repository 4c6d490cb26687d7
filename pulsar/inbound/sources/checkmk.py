"""What does Checkmk say? The script of our guide sends what Checkmk gives to every notification script."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.inbound.decode import as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.sources.nagios import ACTIONS, STATES

slug = "checkmk"
title = "Checkmk"
description = "Hosts and services, through a notification script; a recovery closes, an acknowledgement acknowledges."

_UNSAID = re.compile(r"\$[A-Z_]+\$$")
MORE = dict.fromkeys(("ALERTHANDLER", "TEST"), None)


class Notice(msgspec.Struct, rename=lambda name: f"NOTIFY_{name.upper()}"):
    notificationtype: str
    hostname: str
    what: str | None = None
    servicedesc: str | None = None
    hoststate: str | None = None
    servicestate: str | None = None
    hostoutput: str | None = None
    serviceoutput: str | None = None
    longhostoutput: str | None = None
    longserviceoutput: str | None = None
    hostaddress: str | None = None
    hostalias: str | None = None
    omd_site: str | None = None
    notificationauthor: str | None = None
    notificationcomment: str | None = None
    contactname: str | None = None
    hosttags: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    said = decoded(payload, dict[str, Any])
    # Of a host, what is about services comes as it stands in the configuration: "$SERVICEDESC$".
    unsaid = {name for name, value in said.items() if isinstance(value, str) and _UNSAID.match(value)}
    notice = decoded({name: value for name, value in said.items() if name not in unsaid}, Notice)
    # "FLAPPINGSTART", but also "ALERTHANDLER (OK)".
    kind = notice.notificationtype.strip().upper().partition(" ")[0]
    if kind not in ACTIONS and kind not in MORE:
        raise Unreadable("NOTIFY_NOTIFICATIONTYPE must be PROBLEM, RECOVERY or ACKNOWLEDGEMENT")
    if not notice.hostname.strip():
        raise Unreadable("NOTIFY_HOSTNAME is empty")
    action = ACTIONS.get(kind)
    if not action:
        return
    service = notice.servicedesc if (notice.what or "SERVICE").upper() == "SERVICE" else None
    state = ((notice.servicestate if service else notice.hoststate) or "").strip().upper()
    output = (notice.serviceoutput, notice.longserviceoutput) if service else (notice.hostoutput, notice.longhostoutput)
    what = f"{service} on {notice.hostname}" if service else notice.hostname
    details = {
        "address": notice.hostaddress,
        "site": notice.omd_site,
        "author": notice.notificationauthor,
        "comment": notice.notificationcomment,
    }
    yield Reading(
        action=action,
        alias=f"checkmk {notice.omd_site or ''} {notice.hostname} {service or ''}".rstrip(),
        message=f"{what} is {state}" if state else what,
        description="\n".join(text.replace("\\n", "\n") for text in output if text),
        priority=STATES.get({"CRIT": "CRITICAL", "WARN": "WARNING", "UNREACH": "UNREACHABLE"}.get(state, state)),
        source=title,
        entity=notice.hostname,
        tags=(service,) if service else (),
        details={name: text for name, text in as_texts(details).items() if text.strip()},
    )
