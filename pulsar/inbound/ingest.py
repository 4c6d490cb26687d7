"""How do alerts come in? One bare ASGI callable for POST /api/v1/webhook/{token}, without a framework's price.

The counterpart of its route in the OpenAPI document is `DOCUMENTED` below.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter as Metric
from sqlalchemy import text

from pulsar.alerts.intake import Taken
from pulsar.base.asgi import answer
from pulsar.base.crypto import token_hash
from pulsar.base.db import Database
from pulsar.base.errors import Problem, document
from pulsar.inbound import actions, sns
from pulsar.inbound.api import PUBLIC_PATH
from pulsar.inbound.batch import Intake
from pulsar.inbound.body import as_json
from pulsar.inbound.problems import (
    MalformedJson,
    MethodNotAllowed,
    PayloadTooLarge,
    UnknownToken,
    UnreadablePayload,
)
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.source import Source, registry

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024
_TOKEN_LENGTH = 64
# Whoever signs what they send is asked for it, once its shape is known.
_ADMITTED: dict[str, Callable[[Any], Awaitable[None]]] = {"cloudwatch": sns.admit}
# Which token leads where never changes, so it is remembered for good; whether it still stands and is switched on
# is looked up with every commit.
_MOST_REMEMBERED = 10_000

_signals = Metric("pulsar_signals_total", "Signals taken in, by what became of them.", ["source", "result"])
_refusals = Metric("pulsar_ingest_refused_total", "Requests to incoming tokens that were refused.", ["reason"])

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True)
class Known:
    org: UUID
    token_id: UUID
    source: Source


class Ingest:
    """An ASGI callable. `scope["path"]` begins with PUBLIC_PATH."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._intake = Intake(db)
        self._known: dict[str, Known] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        known: Known | None = None
        try:
            if scope["method"] != "POST":
                raise MethodNotAllowed
            # The token first, so that its owner learns of a body that is too large.
            known = await self.known(scope["path"][len(PUBLIC_PATH) :])
            events = known.source.slug == "cloudevents"
            taken = await self.take(known, as_json(scope["headers"], await read_body(scope, receive), events=events))
        except Problem as problem:
            await self.refuse(known, problem)
            refusal = document(problem, scope.get("request_id", ""))
            await answer(send, problem.status, refusal, "application/problem+json")
            return
        await answer(send, 202, _summary(taken))

    async def take(self, known: Known, body: bytes) -> list[Taken]:
        """What became of each signal. Raises the Problem that kept them out."""
        payload = parsed(body)
        readings = _readings(known.source, payload)
        if admit := _ADMITTED.get(known.source.slug):
            await admit(payload)
        taken = await self._intake.take(known.org, known.token_id, readings)
        for result, times in Counter(entry.result for entry in taken).items():
            _signals.labels(known.source.slug, result).inc(times)
        return taken

    async def refuse(self, known: Known | None, problem: Problem) -> None:
        _refusals.labels(problem.code).inc()
        if known:
            await self._explain(known, problem)

    async def known(self, token: str) -> Known:
        """Raises UnknownToken."""
        if len(token) != _TOKEN_LENGTH:
            raise UnknownToken
        known = self._known.get(token)
        if not known:
            async with self._db.without_org() as tx:
                query = text("SELECT * FROM incoming_token(:hash)")
                row = (await tx.execute(query, {"hash": token_hash(token)})).one_or_none()
            if not row:
                raise UnknownToken
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[token] = Known(row.org_id, row.id, registry()[row.integration_type])
        return known

    async def _explain(self, known: Known, problem: Problem) -> None:
        """To the integration's owner, who does not see what the sender is told."""
        async with self._db.in_org(known.org) as tx:
            await actions.note_refusal(tx, known.token_id, problem.detail)


async def read_body(scope: Any, receive: Any) -> bytes:
    """The body, up to its limit; counted as it comes, because a chunked one does not say its length."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > LARGEST_BODY:
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


def parsed(body: bytes) -> Any:
    """Raises MalformedJson."""
    try:
        return _decoded(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedJson(f"The body is not JSON: {error}") from None


def _decoded(body: bytes) -> Any:
    try:
        return _decode(body)
    except UnicodeDecodeError:
        # Latin-1 out of an old script: a page with a few characters replaced beats none.
        return _decode(body.decode("utf-8", "replace"))


def _readings(source: Source, payload: Any) -> list[Reading]:
    try:
        return list(source.read(payload))
    except Unreadable as error:
        raise UnreadablePayload(str(error)) from None


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
            "403": {"description": "token_disabled"},
            "404": {"description": "unknown_token"},
            "413": {"description": "payload_too_large"},
            "422": {"description": "unreadable_payload"},
        },
    }
}
