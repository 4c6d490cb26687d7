"""The verbs of integrations: create, change, delete, and note what was refused."""

from typing import Any
from uuid import UUID

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.events import Changes, edited, untold
from pulsar.inbound import mapping, signing
from pulsar.inbound.events import IntegrationCreated, IntegrationDeleted, IntegrationUpdated, SignalRefused
from pulsar.inbound.model import IncomingToken, Mapping
from pulsar.inbound.problems import FaultyMapping, NotMapped
from pulsar.inbound.source import registry

_PREFIX_LENGTH = 8


async def get(tx: Transaction, token_id: UUID, *, to_change: bool = False) -> IncomingToken:
    token = await tx.get(IncomingToken, (tx.org, token_id), with_for_update=True if to_change else None)
    if not token:
        raise NotFound("There is no integration with this id here.")
    return token


async def create(tx: Transaction, values: dict[str, Any]) -> tuple[IncomingToken, str]:
    """The integration and its secret, which cannot be read again."""
    if values["integration_type"] not in registry():
        raise Invalid("There is no such kind of integration.", field="integration_type")
    if "signing_secret" in values:
        values["signing_secret"] = _sealed(tx, values["integration_type"], values["signing_secret"])
    secret = crypto.random_token()
    token = IncomingToken(
        **values, token_hash=crypto.token_hash(secret), token_prefix=secret[:_PREFIX_LENGTH], request_count=0
    )
    tx.add(token)
    await _flush(tx)
    tx.record(IntegrationCreated(token.id, name=token.name, integration_type=token.integration_type))
    return token, secret


async def change(tx: Transaction, token: IncomingToken, values: dict[str, Any]) -> None:
    changes: Changes = {}
    if "signing_secret" in values:
        values["signing_secret"] = _sealed(tx, token.integration_type, values["signing_secret"])
        changes = untold(["signing_secret"])
    for field, value in values.items():
        setattr(token, field, value)
    token.version += 1
    changes |= edited(token)
    await _flush(tx)
    tx.record(IntegrationUpdated(token.id, name=token.name, changes=changes))


def _sealed(tx: Transaction, integration_type: str, secret: str | None) -> bytes | None:
    if secret is None:
        return None
    if integration_type not in signing.KINDS:
        raise Invalid("What this kind of integration is sent is not signed.", field="signing_secret")
    return signing.seal(tx.keys, secret)


async def map_by(tx: Transaction, token: IncomingToken, definition: dict[str, Any] | None) -> None:
    """None: it has no mapping any more. Raises FaultyMapping with the place of each fault."""
    if token.integration_type not in mapping.MAPPED:
        raise NotMapped
    if definition is not None:
        checked(definition)
    held = await tx.get(Mapping, (tx.org, token.id))
    before = held.definition if held else None
    if held and definition is None:
        await tx.delete(held)
    elif held and definition is not None:
        held.definition = definition
    elif definition is not None:
        tx.add(Mapping(id=token.id, definition=definition))
    token.version += 1
    await tx.flush()
    tx.record(
        IntegrationUpdated(token.id, name=token.name, changes={"mapping": {"before": before, "after": definition}})
    )


def checked(definition: dict[str, Any]) -> mapping.Compiled:
    try:
        return mapping.compiled(definition)
    except mapping.Faulty as faulty:
        problem = FaultyMapping(f"This mapping cannot be used: {faulty}")
        problem.errors = [
            {"field": f"mapping.{name}", "message": fault.message, "position": fault.position}
            for name, fault in faulty.faults
        ]
        raise problem from None


async def _flush(tx: Transaction) -> None:
    async with tx.or_raise(_explained):
        await tx.flush()


def _explained(violated: str) -> Invalid:
    field = "team_id" if "team" in violated else "escalation_policy_id"
    return Invalid("There is nothing with this id here.", field=field)


async def remove(tx: Transaction, token: IncomingToken) -> None:
    tx.record(IntegrationDeleted(token.id, name=token.name))
    await tx.delete(token)


async def note_refusal(tx: Transaction, token_id: UUID, reason: str) -> None:
    """So that the owner sees why nothing arrives. One event for each new reason, not for each request."""
    token = await tx.get(IncomingToken, (tx.org, token_id), with_for_update=True)
    if not token:
        return
    if token.last_error != reason:
        tx.record(SignalRefused(token.id, name=token.name, reason=reason))
    token.last_error, token.last_error_at = reason, clock.now()
