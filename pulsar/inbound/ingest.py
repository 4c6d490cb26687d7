"""How do alerts come in? One bare ASGI callable for POST /api/v1/webhook/{token}, without a framework's price.

The counterpart of its route in the OpenAPI document is `DOCUMENTED` below.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from prometheus_client import Counter as Metric
from sqlalchemy import text

from pulsar.alerts.intake import Taken
from pulsar.base import clock
from pulsar.base.asgi import answer, refuse
from pulsar.base.crypto import token_hash
from pulsar.base.db import Database
from pulsar.base.errors import Problem
from pulsar.door.limits import Limits, TooManyRequests, of_address, of_integration
from pulsar.inbound import actions
from pulsar.inbound.api import PUBLIC_PATH
from pulsar.inbound.batch import Intake
from pulsar.inbound.body import as_json
from pulsar.inbound.handshake import origin_of, permission
from pulsar.inbound.history import Arrival, History, cut
from pulsar.inbound.problems import (
    MalformedJson,
    MethodNotAllowed,
    NotSigned,
    PayloadTooLarge,
    Reread,
    UnknownToken,
    UnreadablePayload,
)
from pulsar.inbound.reading import Setup, readings_of, setup_of
from pulsar.inbound.signing import AsSent
from pulsar.inbound.source import Source, registry

LARGEST_BODY = 1024 * 1024
_TOKEN_LENGTH = 64
# Which token leads where never changes, so it is remembered for good; whether it still stands and is switched on
# is looked up with every commit.
_MOST_REMEMBERED = 10_000
_TELL_AGAIN_SECONDS = 10.0
_MOST_READINGS = 5

_signals = Metric("pulsar_signals_total", "Signals taken in, by what became of them.", ["source", "result"])
_refusals = Metric("pulsar_ingest_refused_total", "Requests to incoming tokens that were refused.", ["reason"])


@dataclass(frozen=True)
class Known:
    org: UUID
    token_id: UUID
    source: Source
    secret: str = ""
    setup: Setup | None = None
    """As it stood when it was last looked up. A commit finds out if that is not how it stands."""


class Ingest:
    """An ASGI callable. `scope["path"]` begins with PUBLIC_PATH."""

    def __init__(self, db: Database, limits: Limits) -> None:
        self._db = db
        self._limits = limits
        self._intake = Intake(db)
        self.history = History(db)
        self._known: dict[str, Known] = {}
        self._told: dict[UUID, float] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        known: Known | None = None
        try:
            if scope["method"] != "POST":
                await self._asked(scope, send)
                return
            # The token first, so that its owner learns of a body that is too large.
            known = await self.known(scope, scope["path"][len(PUBLIC_PATH) :])
            body, sent = await self._body(known, scope, receive)
            taken = await self.take(known, body, sender(scope), sent)
        except Problem as problem:
            await self.refuse(known, problem)
            await refuse(send, problem, scope.get("request_id", ""))
            return
        await answer(send, 202, _summary(taken))

    async def _asked(self, scope: Any, send: Any) -> None:
        """Not to send, but whether one may."""
        if (origin := origin_of(scope)) is None:
            raise MethodNotAllowed
        known = await self.known(scope, scope["path"][len(PUBLIC_PATH) :])
        granted = await permission(self._db, self._limits, known.org, known.token_id, origin)
        await answer(send, 200, {}, more_headers=granted)

    async def _body(self, known: Known, scope: Any, receive: Any) -> tuple[bytes, AsSent]:
        """As JSON, whatever the tool sent, and as it came. What is refused unread stands in the history too."""
        body = b""
        try:
            body = await read_body(scope, receive)
            sent = AsSent(scope["headers"], body)
            return as_json(sent.headers, body, events=known.source.slug == "cloudevents"), sent
        except Problem as problem:
            self._note(known, body, sender(scope), None, problem.detail, len(body) or announced(scope) or 0)
            raise

    async def take(self, known: Known, body: bytes, address: str = "", sent: AsSent | None = None) -> list[Taken]:
        """What became of each signal. Raises the Problem that kept them out."""
        try:
            taken, unread = await self._taken(known, body, sent)
        except Exception as error:
            reason = error.detail if isinstance(error, Problem) else "It could not be stored: an error on our side."
            self._note(known, body, address, None, reason)
            raise
        self._note(known, body, address, taken, unread)
        for result, times in Counter(entry.result for entry in taken).items():
            _signals.labels(known.source.slug, result).inc(times)
        if unread:
            await self._explain(known, unread)
        return taken

    async def _taken(self, known: Known, body: bytes, sent: AsSent | None) -> tuple[list[Taken], str]:
        """Read as the integration stands when it is committed: whoever saves a mapping sees the next payload by it, and
        whoever sets a secret is safe from then on."""
        for _ in range(_MOST_READINGS):
            try:
                if known.setup and known.setup.signature:
                    known.setup.signature.check(sent)
                readings, unread = await readings_of(known.source, known.setup, body)
                version = known.setup.version if known.setup else None
                return await self._intake.take(known.org, known.token_id, readings, version), unread
            except Reread:
                known = await self._renewed(known)
            except (UnreadablePayload, NotSigned):
                fresh = await self._renewed(known)
                if not fresh.setup or (known.setup and fresh.setup.version == known.setup.version):
                    raise
                known = fresh
        raise Reread

    async def _renewed(self, known: Known) -> Known:
        async with self._db.in_org(known.org) as tx:
            setup = await setup_of(tx, known.token_id)
        if remembered := self._known.get(known.secret):
            self._known[known.secret] = replace(remembered, setup=setup)
        return replace(known, setup=setup)

    def _note(
        self,
        known: Known,
        body: bytes,
        address: str,
        taken: Sequence[Taken] | None,
        reason: str = "",
        size: int | None = None,
    ) -> None:
        size = len(body) if size is None else size
        slug, at = known.source.slug, clock.now()
        self.history.note(
            Arrival(known.org, known.token_id, known.secret, slug, address, at, size, cut(body), taken, reason)
        )

    async def refuse(self, known: Known | None, problem: Problem) -> None:
        _refusals.labels(problem.code).inc()
        if known:
            await self._explain(known, problem.detail)

    def _told_of(self, known: Known) -> bool:
        """Whether its owner has just been told: a storm of refusals must not cost what it was refused for."""
        now = time.monotonic()
        if self._told.get(known.token_id, -_TELL_AGAIN_SECONDS) > now - _TELL_AGAIN_SECONDS:
            return True
        self._told[known.token_id] = now
        return False

    async def known(self, scope: dict[str, Any], token: str) -> Known:
        """Whose token it is, and one request less that may come by it. Raises UnknownToken, or TooManyRequests."""
        known = self._known.get(token) or await self._found(scope, token)
        try:
            self._limits.admit(scope, *of_integration(known.org, known.token_id))
        except TooManyRequests as problem:
            if not self._told_of(known):
                # Unread, and one for many, or those that were taken would be pushed out of the history.
                self._note(known, b"", sender(scope), None, problem.detail, announced(scope) or 0)
                await self._explain(known, problem.detail)
            raise
        return known

    async def _found(self, scope: dict[str, Any], token: str) -> Known:
        if len(token) != _TOKEN_LENGTH:
            raise UnknownToken
        # Guesses are counted by where they come from.
        self._limits.take(of_address(scope))
        async with self._db.without_org() as tx:
            query = text("SELECT * FROM incoming_token(:hash)")
            row = (await tx.execute(query, {"hash": token_hash(token)})).one_or_none()
        if not row:
            raise UnknownToken
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        found = Known(row.org_id, row.id, registry()[row.integration_type], token)
        known = self._known[token] = await self._renewed(found)
        return known

    async def _explain(self, known: Known, reason: str) -> None:
        """To the integration's owner, who does not see what the sender is told."""
        async with self._db.in_org(known.org) as tx:
            await actions.note_refusal(tx, known.token_id, reason)


def sender(scope: Any) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def announced(scope: Any) -> int | None:
    """The length that the request says it has."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return min(int(value[:18]), 2**31 - 1)
    return None


async def read_body(scope: Any, receive: Any) -> bytes:
    """The body, up to its limit; counted as it comes, because a chunked one does not say its length."""
    if (announced(scope) or 0) > LARGEST_BODY:
        raise PayloadTooLarge
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedJson("The request broke off.")
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            raise PayloadTooLarge
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _summary(taken: Sequence[Taken]) -> dict[str, Any]:
    results = Counter(entry.result for entry in taken)
    return {
        "accepted": len(taken),
        "created": results["created"],
        "repeated": results["repeated"],
        "closed": results["closed"],
        "acknowledged": results["acknowledged"],
        "ignored": results["ignored"],
        "alerts": [
            {"id": entry.alert_id, "number": entry.number, "alias": entry.alias, "result": entry.result}
            for entry in taken
        ],
    }


DOCUMENTED: dict[str, Any] = {
    "post": {
        "tags": ["Integrations"],
        "operationId": "take_in",
        "summary": "Take In",
        "description": "What a monitoring tool posts to. All of a request's alerts are taken, or none.",
        "security": [],
        "parameters": [
            {"name": "token", "in": "path", "required": True, "schema": {"type": "string", "minLength": 64}}
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"description": "As the integration's kind has it."}},
                "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
            },
        },
        "responses": {
            "202": {"description": "Committed, and on its way to people.", "content": {"application/json": {}}},
            "400": {"description": "malformed_json"},
            "403": {"description": "token_disabled, not_signed"},
            "404": {"description": "unknown_token"},
            "413": {"description": "payload_too_large"},
            "422": {"description": "unreadable_payload"},
            "429": {"description": "too_many_requests, with Retry-After"},
        },
    }
}
