"""The verbs of webhook endpoints: create, change, rotate the secret, delete."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.events import Changes, CounterRow, edited, untold
from pulsar.people.model import Team
from pulsar.webhooks import queue, sealed
from pulsar.webhooks.address import elsewhere
from pulsar.webhooks.events import WebhookCreated, WebhookDeleted, WebhookSecretRotated, WebhookUpdated
from pulsar.webhooks.model import Delivery, Endpoint
from pulsar.webhooks.rules import UNFINISHED

MOST_ENDPOINTS = 100
SentHeader = tuple[str, str | None, bool]


class HeaderNeeded(Invalid):
    """What a secret header says does not follow to another host: enter it anew, or take the header out."""


class TooManyWebhooks(Invalid):
    """An organization can have 100 webhooks at most."""


async def get(tx: Transaction, endpoint_id: UUID, *, to_change: bool = False) -> Endpoint:
    if to_change:
        await queue.hold(tx)
    found = await tx.get(Endpoint, (tx.org, endpoint_id), with_for_update=True if to_change else None)
    if not found:
        raise NotFound("There is no webhook endpoint with this id here.")
    return found


async def create(tx: Transaction, values: dict[str, Any], headers: Sequence[SentHeader]) -> tuple[Endpoint, str]:
    """The endpoint and its secret, which cannot be read again. It hears of what happens from now on."""
    await queue.hold(tx)
    if len((await tx.scalars(select(Endpoint.id).limit(MOST_ENDPOINTS))).all()) >= MOST_ENDPOINTS:
        raise TooManyWebhooks
    await _check_teams(tx, values)
    secret = crypto.random_token()
    made = Endpoint(
        **values,
        headers=sealed.seal_headers(tx.keys, sealed.merged([], headers)),
        secret=sealed.seal_secret(tx.keys, secret),
        planned_to=await _last_event(tx),
    )
    tx.add(made)
    await tx.flush()
    tx.record(WebhookCreated(made.id, name=made.name, url=made.url))
    return made, secret


async def _last_event(tx: Transaction) -> int:
    return await tx.scalar(select(CounterRow.value).where(CounterRow.name == "events")) or 0


async def _check_teams(tx: Transaction, values: dict[str, Any]) -> None:
    wanted = set(values.get("team_ids", ()))
    if wanted - set(await tx.scalars(select(Team.id).where(Team.id.in_(wanted)))):
        raise Invalid("There is no team with this id here.", field="team_ids")


async def change(
    tx: Transaction, endpoint: Endpoint, values: dict[str, Any], headers: Sequence[SentHeader] | None
) -> None:
    """Of an endpoint that was paused what happened meanwhile is not told any more, and what was on its way goes on. A
    changed address, or one that is switched on again, is tried at once."""
    await _check_teams(tx, values)
    if elsewhere(endpoint.url, values.get("url", endpoint.url)):
        _keep_from_strangers(tx, endpoint, headers)
    resumed = values.get("enabled", False) and not endpoint.enabled
    for field, value in values.items():
        setattr(endpoint, field, value)
    changes: Changes = edited(endpoint)
    if headers is not None:
        changes |= _reheaded(tx, endpoint, headers)
    if resumed or "url" in changes:
        endpoint.failures, endpoint.failing_since, endpoint.resume_at = 0, None, None
        endpoint.disabled_at, endpoint.disabled_reason = None, None
    if resumed:
        endpoint.planned_to = await _last_event(tx)
    endpoint.version += 1
    await tx.flush()
    if resumed:
        await queue.call_all(tx, endpoint.id)
    tx.record(WebhookUpdated(endpoint.id, name=endpoint.name, changes=changes))


def _keep_from_strangers(tx: Transaction, endpoint: Endpoint, headers: Sequence[SentHeader] | None) -> None:
    """Whoever may change an address need not know the secret; sent to an address of theirs, they would."""
    if headers is None and any(header.secret for header in sealed.headers_of(tx.keys, endpoint)):
        raise HeaderNeeded(field="headers")
    for i, (_, value, _) in enumerate(headers or ()):
        if value is None:
            raise HeaderNeeded(field=f"headers.{i}.value")


def _reheaded(tx: Transaction, endpoint: Endpoint, headers: Sequence[SentHeader]) -> Changes:
    kept = sealed.headers_of(tx.keys, endpoint)
    becomes = sealed.merged(kept, headers)
    if kept == becomes:
        return {}
    endpoint.headers = sealed.seal_headers(tx.keys, becomes)
    return untold(["headers"])


async def rotate(tx: Transaction, endpoint: Endpoint, overlap: timedelta) -> str:
    """A new secret. For as long as the overlap lasts, what is sent is signed by the one before too."""
    secret = crypto.random_token()
    endpoint.previous_secret = endpoint.secret if overlap else None
    endpoint.previous_until = clock.now() + overlap if overlap else None
    endpoint.secret = sealed.seal_secret(tx.keys, secret)
    endpoint.version += 1
    await tx.flush()
    tx.record(WebhookSecretRotated(endpoint.id, name=endpoint.name, previous_until=endpoint.previous_until))
    return secret


async def remove(tx: Transaction, endpoint: Endpoint) -> None:
    """What was on its way there is not sent any more. The log of what was stays as long as any."""
    unfinished = update(Delivery).where(Delivery.endpoint_id == endpoint.id, Delivery.state.in_(UNFINISHED))
    gone = {"state": "failed", "due_at": None, "last_error": "The webhook was deleted.", "finished_at": clock.now()}
    await tx.execute(unfinished.values(gone).execution_options(synchronize_session=False))
    tx.record(WebhookDeleted(endpoint.id, name=endpoint.name))
    await tx.delete(endpoint)
    await tx.flush()
