"""May this sender send here? Some ask before they send the first event, by OPTIONS, as CloudEvents has it:
https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection

Whoever knows the address may, so who asks only learns how fast."""

from typing import Any
from uuid import UUID

from pulsar.base.db import Database
from pulsar.door.limits import Limits, of_integration
from pulsar.inbound.model import IncomingToken
from pulsar.inbound.problems import TokenDisabled, UnknownToken


def origin_of(scope: Any) -> str | None:
    """Who asks; None when this is no such question."""
    if scope["method"] != "OPTIONS":
        return None
    asked = (value for name, value in scope["headers"] if name == b"webhook-request-origin")
    return next((value.decode("ascii", "replace") for value in asked), None)


async def permission(db: Database, limits: Limits, org: UUID, token_id: UUID, origin: str) -> dict[str, str]:
    """The headers that grant it. Raises UnknownToken, or TokenDisabled."""
    async with db.in_org(org) as tx:
        if not (found := await tx.get(IncomingToken, (org, token_id))):
            raise UnknownToken
        if not found.enabled:
            raise TokenDisabled
    rate = limits.per_minute(*of_integration(org, token_id))
    return {"Allow": "POST", "WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": str(rate or "*")}
