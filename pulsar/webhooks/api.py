"""Routes of webhook endpoints: where events are sent to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy import select

from pulsar.alerts.rules import Priority
from pulsar.base import clock
from pulsar.base.crypto import Keys
from pulsar.base.http import Body, Name, Page, Pages, View, check_version, page_of
from pulsar.people.access import AsAdmin, AsViewer
from pulsar.webhooks import actions, rules, sealed
from pulsar.webhooks.address import Address
from pulsar.webhooks.model import Endpoint
from pulsar.webhooks.rules import FLAGS
from pulsar.webhooks.signing import standard_secret

router = APIRouter(prefix="/webhooks/endpoints", tags=["Webhooks"])

Pattern = Annotated[str, StringConstraints(pattern=rules.PATTERN)]
Patterns = Annotated[
    list[Pattern],
    Field(max_length=50, description="Further types of events: `schedule.*`, `alert.note_added`. `*` is any text."),
]
Teams = Annotated[
    list[UUID], Field(max_length=100, description="Of alerts and incidents only these teams'. None: all.")
]
Priorities = Annotated[
    list[Priority], Field(max_length=5, description="Of alerts and incidents only these. None: all.")
]
Timeout = Annotated[int, Field(ge=1, le=30, description="Seconds until an answer must be there.")]
MaxRetries = Annotated[int, Field(ge=0, le=30, description="Tries after the first that failed.")]
RetryDelay = Annotated[
    int, Field(ge=1, le=3600, description="Seconds before the first retry. Doubles each time, up to six hours.")
]


class SentHeader(Body):
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    value: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        None, description="Of a secret header without one, the value that it has is kept."
    )
    secret: bool = False


Headers = Annotated[list[SentHeader], Field(max_length=20)]


class _Flags(Body):
    alert_created: bool = False
    alert_updated: bool = False
    alert_acknowledged: bool = False
    alert_closed: bool = False
    alert_escalated: bool = False
    incident_created: bool = False
    incident_updated: bool = False
    incident_resolved: bool = False


class NewEndpoint(_Flags):
    name: Name
    url: Address
    enabled: bool = True
    patterns: Patterns = Field(default_factory=list)
    team_ids: Teams = Field(default_factory=list)
    priorities: Priorities = Field(default_factory=list)
    headers: Headers = Field(default_factory=list)
    timeout_seconds: Timeout = 10
    max_retries: MaxRetries = 16
    retry_delay_seconds: RetryDelay = 5


class EndpointChange(_Flags):
    name: Name = ""
    url: Address = ""
    enabled: bool = True
    patterns: Patterns = Field(default_factory=list)
    team_ids: Teams = Field(default_factory=list)
    priorities: Priorities = Field(default_factory=list)
    headers: Headers = Field(default_factory=list)
    timeout_seconds: Timeout = 10
    max_retries: MaxRetries = 16
    retry_delay_seconds: RetryDelay = 5
    version: int | None = None


class SecretRotation(Body):
    overlap_hours: Annotated[
        int, Field(ge=0, le=168, description="For so long what is sent is signed with the secret before too.")
    ] = 24


class HeaderView(View):
    name: str
    value: str | None
    """Of a secret one nothing."""
    secret: bool


class EndpointView(View):
    id: UUID
    name: str
    url: str
    enabled: bool
    alert_created: bool
    alert_updated: bool
    alert_acknowledged: bool
    alert_closed: bool
    alert_escalated: bool
    incident_created: bool
    incident_updated: bool
    incident_resolved: bool
    patterns: list[str]
    team_ids: list[UUID]
    priorities: list[Priority]
    headers: list[HeaderView]
    timeout_seconds: int
    max_retries: int
    retry_delay_seconds: int
    standing: Literal["paused", "disabled", "failing", "working", "new"]
    """Disabled: by Pulsar, because nothing arrived. New: nothing was sent there yet."""
    failures: int
    failing_since: datetime | None
    last_delivered_at: datetime | None
    last_error: str | None
    disabled_at: datetime | None
    disabled_reason: str | None
    previous_secret_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class CreatedEndpoint(EndpointView):
    secret: str
    """For X-Pulsar-Signature."""
    standard_secret: str
    """The same for libraries of Standard Webhooks."""


_SPANS = {"timeout_seconds": "timeout", "retry_delay_seconds": "retry_delay"}
_COMPUTED = {*FLAGS, *_SPANS, "headers", "standing", "previous_secret_until"}
_OWN = set(EndpointView.model_fields) - _COMPUTED


def _standing(row: Endpoint) -> Literal["paused", "disabled", "failing", "working", "new"]:
    if not row.enabled:
        return "disabled" if row.disabled_at else "paused"
    if row.failing_since:
        return "failing"
    return "working" if row.last_delivered_at else "new"


def _headers(row: Endpoint, keys: Keys) -> list[HeaderView]:
    try:
        found = sealed.headers_of(keys, row)
    except sealed.WebhookUnreadable:
        return []
    return [HeaderView(name=one.name, value=None if one.secret else one.value, secret=one.secret) for one in found]


def view(row: Endpoint, keys: Keys) -> EndpointView:
    overlaps = row.previous_until and clock.now() < row.previous_until
    return EndpointView(
        **{name: getattr(row, name) for name in _OWN},
        **{flag: flag in row.flags for flag in FLAGS},
        **{name: int(getattr(row, span).total_seconds()) for name, span in _SPANS.items()},
        headers=_headers(row, keys),
        standing=_standing(row),
        previous_secret_until=row.previous_until if overlaps else None,
    )


def _with_secret(row: Endpoint, keys: Keys, secret: str) -> CreatedEndpoint:
    return CreatedEndpoint(**dict(view(row, keys)), secret=secret, standard_secret=standard_secret(secret))


def _values(sent: dict[str, Any], flags: Sequence[str]) -> dict[str, Any]:
    """`flags`: those of the row before."""
    wanted = [flag for flag in FLAGS if sent.pop(flag, flag in flags)]
    for name, span in _SPANS.items():
        if name in sent:
            sent[span] = timedelta(seconds=sent.pop(name))
    for name in ("patterns", "team_ids", "priorities"):
        if name in sent:
            sent[name] = rules.without_repeats(sent[name])
    return sent | {"flags": wanted}


def _sent(headers: Sequence[SentHeader]) -> list[actions.SentHeader]:
    return [(header.name, header.value, header.secret) for header in headers]


@router.get("")
async def list_webhook_endpoints(tx: AsViewer, paging: Pages) -> Page[EndpointView]:
    def views(rows: Sequence[Endpoint]) -> list[EndpointView]:
        return [view(row, tx.keys) for row in rows]

    return await page_of(tx, select(Endpoint), Endpoint.id, paging, views, descending=False)


@router.post("", status_code=201)
async def create_webhook_endpoint(body: NewEndpoint, tx: AsAdmin) -> CreatedEndpoint:
    """The only answer that has its secret in it."""
    values = _values(body.model_dump(exclude={"headers"}), ())
    row, secret = await actions.create(tx, values, _sent(body.headers))
    return _with_secret(row, tx.keys, secret)


@router.get("/{endpoint_id}")
async def get_webhook_endpoint(endpoint_id: UUID, tx: AsViewer) -> EndpointView:
    return view(await actions.get(tx, endpoint_id), tx.keys)


@router.patch("/{endpoint_id}")
async def update_webhook_endpoint(endpoint_id: UUID, body: EndpointChange, tx: AsAdmin) -> EndpointView:
    """What is left out stays. `enabled` pauses it and has it go on."""
    row = await actions.get(tx, endpoint_id, to_change=True)
    check_version(row.version, body.version, view(row, tx.keys))
    headers = _sent(body.headers) if "headers" in body.model_fields_set else None
    await actions.change(tx, row, _values(body.sent("version", "headers"), row.flags), headers)
    return view(row, tx.keys)


@router.post("/{endpoint_id}/rotate-secret")
async def rotate_webhook_secret(endpoint_id: UUID, body: SecretRotation, tx: AsAdmin) -> CreatedEndpoint:
    """A new secret, in this answer only. For a while what is sent is signed with both."""
    row = await actions.get(tx, endpoint_id, to_change=True)
    secret = await actions.rotate(tx, row, timedelta(hours=body.overlap_hours))
    return _with_secret(row, tx.keys, secret)


@router.delete("/{endpoint_id}", status_code=204)
async def delete_webhook_endpoint(endpoint_id: UUID, tx: AsAdmin) -> None:
    await actions.remove(tx, await actions.get(tx, endpoint_id, to_change=True))
