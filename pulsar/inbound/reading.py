"""What does a request's body say, read as its integration stands?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.door.values import TOO_MANY, has_too_many_values
from pulsar.inbound import mapping, sns
from pulsar.inbound.mapping import Compiled, Faulty
from pulsar.inbound.model import IncomingToken, Mapping
from pulsar.inbound.problems import MalformedJson, UnreadablePayload
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.signing import Signature, signature_of
from pulsar.inbound.source import Source

# Whoever signs what they send is asked for it, once its shape is known.
_ADMITTED: dict[str, Callable[[Any], Awaitable[None]]] = {"cloudwatch": sns.admit}
_MOST_SHOWN = 5000

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True)
class Setup:
    """How an integration reads, as it stood at this version."""

    token_id: UUID
    version: int
    name: str
    alerts_of_unreadable: bool
    mapping: Compiled | None
    signature: Signature | None
    fault: str = ""
    """Of a mapping that was good when it was saved, by an older version of Pulsar."""


async def setup_of(tx: Transaction, token_id: UUID) -> Setup | None:
    query = select(
        IncomingToken.version,
        IncomingToken.name,
        IncomingToken.unreadable,
        IncomingToken.integration_type,
        IncomingToken.signing_secret,
        Mapping.definition,
    ).outerjoin(Mapping, Mapping.id == IncomingToken.id)
    row = (await tx.execute(query.where(IncomingToken.id == token_id))).one_or_none()
    if not row:
        return None
    found, fault = None, ""
    try:
        found = mapping.compiled(row.definition) if row.definition else None
    except Faulty as error:
        fault = str(error)
    signature = signature_of(tx.keys, row.integration_type, row.signing_secret)
    return Setup(token_id, row.version, row.name, row.unreadable == "alert", found, signature, fault)


async def readings_of(source: Source, setup: Setup | None, body: bytes) -> tuple[list[Reading], str]:
    """With the reason, if all that can be read is that it cannot be. Raises the Problem that keeps it out."""
    payload = parsed(body)
    try:
        if setup and setup.fault:
            raise Unreadable(f"its mapping cannot be used any more: {setup.fault}")
        if setup and setup.mapping and source.slug in mapping.MAPPED:
            readings = list(mapping.readings(setup.mapping, payload))
        else:
            readings = list(source.read(payload))
    except Unreadable as error:
        reason = str(error)
        if not setup or not setup.alerts_of_unreadable:
            raise UnreadablePayload(reason) from None
        readings = [_saying_so(setup, reason, body)]
    else:
        reason = ""
    if admit := _ADMITTED.get(source.slug):
        await admit(payload)
    return readings, reason


def _saying_so(setup: Setup, reason: str, body: bytes) -> Reading:
    """One alert for each reason: the same fault again is counted, and pages nobody anew."""
    digest = sha256(reason.encode("utf-8", "replace")).hexdigest()[:16]
    return Reading(
        alias=f"unreadable {setup.token_id} {digest}",
        message=f"{setup.name} received something that it cannot read: {reason}",
        description=body[:_MOST_SHOWN].decode("utf-8", "replace"),
        tags=("unreadable",),
        details={"reason": reason},
    )


def parsed(body: bytes) -> Any:
    """Raises MalformedJson, and UnreadablePayload before it reads what nobody says in one message."""
    if has_too_many_values(body):
        raise UnreadablePayload(TOO_MANY)
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
