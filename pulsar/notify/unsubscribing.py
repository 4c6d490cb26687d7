"""How does somebody outside end the mails that they get? By the link in each of them, without an account.

GET changes nothing, because mail scanners follow links; POST ends it, by the button or by a mail program in one click
(RFC 8058). Twice is as once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from pulsar.base import clock
from pulsar.base.crypto import BadSignature
from pulsar.base.db import Transaction
from pulsar.base.http import Pulsar, PulsarNode
from pulsar.base.pages import said

# As long as a mail may lie around.
_FOR = timedelta(days=3650)

Claims = dict[str, Any]


@dataclass(frozen=True)
class Unsubscribing:
    """Of one sort of mail: where its links lead, what they are signed for, and what ends it."""

    path: str
    purpose: str
    end: Callable[[Transaction, Claims], Awaitable[None]]
    comfort: str

    def link(self, tx: Transaction, **who: str) -> str:
        token = tx.keys.sign(self.purpose, {"org": str(tx.org)} | who, clock.now(), _FOR)
        return f"{self.path}{quote(token)}"

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.get(self.path + "{token}")(self._show)
        router.post(self.path + "{token}")(self._end)
        return router

    async def _show(self, token: str, pulsar: PulsarNode) -> HTMLResponse:
        if not self._claims(pulsar, token):
            return gone()
        return said("No more mails?", self.comfort, button="Unsubscribe")

    async def _end(self, token: str, pulsar: PulsarNode) -> HTMLResponse:
        if not (claims := self._claims(pulsar, token)):
            return gone()
        async with pulsar.db.in_org(UUID(claims["org"])) as tx:
            await self.end(tx, claims)
        return said("You get no more mails", "What is on its way already may still arrive.")

    def _claims(self, pulsar: Pulsar, token: str) -> Claims | None:
        try:
            return pulsar.keys.verify(self.purpose, token, clock.now())
        except BadSignature:
            return None


def gone() -> HTMLResponse:
    return said("This link does not work any more", "It has expired, or was not copied whole.", 410)
