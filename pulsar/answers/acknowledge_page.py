"""The page behind the link in a page: acknowledges without logging in.

GET shows what it is about and a button and changes nothing, because mail scanners follow links; POST acknowledges. The
page stands alone, without script: it must work half asleep on any phone.
"""

import html
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from pulsar.answers import subjects
from pulsar.answers.subjects import Shown
from pulsar.base import clock
from pulsar.base.crypto import BadSignature
from pulsar.base.db import Transaction
from pulsar.base.events import SYSTEM, Actor
from pulsar.base.http import Pulsar, PulsarNode
from pulsar.base.pages import headers_for
from pulsar.notify.message import ACKNOWLEDGE
from pulsar.notify.model import ChannelRow
from pulsar.orgs.actions import membership_of
from pulsar.people.names import user_names

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark }
body { margin: 0; font: 17px/1.5 system-ui, sans-serif; background: light-dark(#fff, #0b0d12);
  color: light-dark(#14171d, #e8eaf0) }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem }
h1 { font-size: 1.35rem; line-height: 1.3; overflow-wrap: anywhere }
.state { font-weight: 600 }
.muted { color: light-dark(#525b6b, #a6afbf); overflow-wrap: anywhere; white-space: pre-wrap }
button { width: 100%; min-height: 64px; font: inherit; font-weight: 600; font-size: 1.2rem; border: 0;
  border-radius: 12px; background: #1858b8; color: #fff; margin: 1rem 0 }
a { color: light-dark(#1858b8, #85b4ff) }
"""
_HEADERS = headers_for(_STYLE) | {"Cache-Control": "no-store"}


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    document = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return HTMLResponse(document, status, _HEADERS)


def _gone() -> HTMLResponse:
    body = (
        "<h1>This link does not work any more</h1><p>It has expired, or was not copied whole. Open Pulsar instead.</p>"
    )
    return _page("Link expired", body + '<p><a href="/">Open Pulsar</a></p>', 410)


def _shown(found: Shown) -> HTMLResponse:
    button = f'<form method="post"><button>{html.escape(found.button)}</button></form>' if found.button else ""
    body = (
        f"<h1>{html.escape(found.title)}</h1><p class=state>{html.escape(found.state)}</p>{button}"
        f"<p class=muted>{html.escape(found.text)}</p>"
        f'<p><a href="{html.escape(found.path)}">Open in Pulsar</a></p>'
    )
    return _page(found.title, body)


async def _holder(tx: Transaction, claims: dict[str, Any]) -> Actor | None:
    """In whose name the link acts: a person's, or a room's, of which nobody can say who in it pressed. None when they
    were removed since the message went out: then they have no say any more."""
    if room := claims.get("room"):
        channel = await tx.get(ChannelRow, (tx.org, UUID(room)))
        return Actor("link", None, f"Somebody in {channel.name}") if channel else None
    user_id = UUID(claims["sub"])
    if not await membership_of(tx, user_id):
        return None
    return Actor("link", user_id, (await user_names(tx, [user_id])).get(user_id, SYSTEM.name))


async def _answer(token: str, pulsar: Pulsar, *, press: bool, for_machine: bool = False) -> Response:
    pressed = False
    try:
        claims = pulsar.keys.verify(ACKNOWLEDGE, token, clock.now())
    except BadSignature:
        return _gone()
    async with pulsar.db.in_org(UUID(claims["org"])) as tx:
        if not (holder := await _holder(tx, claims)):
            return _gone()
        if press:
            tx.actor = holder
            pressed = await subjects.answer(tx, claims)
        found = await subjects.shown(tx, claims)
        if found and for_machine:
            stands = {"status": found.status, "state": found.state, "acknowledged": pressed}
            return JSONResponse(stands, headers=_HEADERS)
        return _shown(found) if found else _gone()


@router.get("/ack/{token}")
async def show(token: str, pulsar: PulsarNode) -> Response:
    return await _answer(token, pulsar, press=False)


@router.post("/ack/{token}")
async def press(token: str, request: Request, pulsar: PulsarNode) -> Response:
    """To the button of a push notification, which has no page to show, the answer is in JSON."""
    for_machine = "application/json" in request.headers.get("accept", "")
    return await _answer(token, pulsar, press=True, for_machine=for_machine)
