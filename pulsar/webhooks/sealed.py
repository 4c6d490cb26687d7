"""What of an endpoint is not for everybody's eyes? Its secrets, and of its headers those that are said to be secret.
All of them are sealed, and opened to sign and to send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pulsar.base.crypto import Keys, SecretUnreadable
from pulsar.base.errors import Invalid, Problem
from pulsar.base.sendable import check_header
from pulsar.webhooks.model import Endpoint

_OURS = {"content-type", "content-length", "host", "user-agent", "connection", "transfer-encoding"}
_OURS |= {"webhook-id", "webhook-timestamp", "webhook-signature"}
_OURS |= {"x-pulsar-signature", "x-pulsar-signature-previous", "x-pulsar-event", "x-pulsar-delivery"}


class WebhookUnreadable(Problem, status=409):
    """This endpoint's secrets do not open with this installation's secret key; delete it and create it anew."""


@dataclass(frozen=True)
class OwnHeader:
    name: str
    value: str
    secret: bool


def _unsealed(keys: Keys, sealed: bytes) -> dict[str, Any]:
    try:
        return keys.unseal(sealed)
    except SecretUnreadable:
        raise WebhookUnreadable from None


def seal_secret(keys: Keys, secret: str) -> bytes:
    return keys.seal({"secret": secret})


def secrets_of(keys: Keys, endpoint: Endpoint, now: datetime) -> list[str]:
    """The one that is good; after a change, for a while, also the one before. Raises WebhookUnreadable."""
    found = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_until and now < endpoint.previous_until:
        found.append(endpoint.previous_secret)
    return [str(_unsealed(keys, sealed)["secret"]) for sealed in found]


def seal_headers(keys: Keys, headers: Sequence[OwnHeader]) -> bytes | None:
    return keys.seal({"headers": [vars(header) for header in headers]}) if headers else None


def headers_of(keys: Keys, endpoint: Endpoint) -> list[OwnHeader]:
    """Raises WebhookUnreadable."""
    if not endpoint.headers:
        return []
    return [OwnHeader(**header) for header in _unsealed(keys, endpoint.headers)["headers"]]


def merged(kept: Sequence[OwnHeader], sent: Sequence[tuple[str, str | None, bool]]) -> list[OwnHeader]:
    """What is sent; a secret one without its value keeps the value that it has. Raises Invalid."""
    values = {header.name.lower(): header.value for header in kept}
    found: list[OwnHeader] = []
    for i, (name, value, secret) in enumerate(sent):
        place = f"headers.{i}"
        if value is None and (not secret or name.lower() not in values):
            raise Invalid("This header needs a value.", field=f"{place}.value")
        if name.lower() in {header.name.lower() for header in found}:
            raise Invalid("A header can be there only once.", field=f"{place}.name")
        header = OwnHeader(name, values[name.lower()] if value is None else value, secret)
        try:
            check_header(header.name, header.value, _OURS)
        except ValueError as error:
            raise Invalid(f"{error}.", field=f"{place}.name") from None
        found.append(header)
    return found
