"""Routes of heartbeats. Pings by their address go another way, made for many: see pings.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy import select

from pulsar.alerts.rules import DEFAULT_PRIORITY, Priority
from pulsar.base import clock
from pulsar.base.http import Body, Name, Page, Pages, PulsarNode, Tags, View, check_version, page_of
from pulsar.heartbeats import actions, rules
from pulsar.heartbeats.model import Heartbeat
from pulsar.heartbeats.pings import PUBLIC_PATH
from pulsar.heartbeats.rules import Standing, standing
from pulsar.people.access import AsAdmin, AsMember, AsViewer

router = APIRouter(prefix="/heartbeats", tags=["Heartbeats"])

Words = Annotated[str, StringConstraints(max_length=5000)]
Interval = Annotated[
    int, Field(ge=int(rules.SHORTEST.total_seconds()), le=int(rules.LONGEST.total_seconds()), description="Seconds.")
]
Grace = Annotated[
    int,
    Field(ge=0, le=int(rules.MOST_GRACE.total_seconds()), description="Seconds that a ping may be late."),
]


class NewHeartbeat(Body):
    name: Name
    interval_seconds: Interval
    grace_seconds: Grace = 0
    description: Words = ""
    priority: Priority = DEFAULT_PRIORITY
    tags: Tags = Field(default_factory=list)
    team_id: UUID | None = None
    enabled: bool = True


class HeartbeatChange(Body):
    name: Name = ""
    interval_seconds: Interval = 0
    grace_seconds: Grace = 0
    description: Words = ""
    priority: Priority = DEFAULT_PRIORITY
    tags: Tags = Field(default_factory=list)
    team_id: UUID | None = None
    enabled: bool = True
    version: int | None = None


class HeartbeatView(View):
    id: UUID
    name: str
    description: str
    interval_seconds: int
    grace_seconds: int
    priority: Priority
    tags: list[str]
    team_id: UUID | None
    enabled: bool
    standing: Standing
    last_ping_at: datetime | None
    due_at: datetime | None
    late_since: datetime | None
    recent_pings: list[datetime]
    token_prefix: str
    version: int
    created_at: datetime
    updated_at: datetime


class CreatedHeartbeat(HeartbeatView):
    url: str


_SPANS = {"interval_seconds": "interval", "grace_seconds": "grace"}
_COMPUTED = {*_SPANS, "standing"}


def _view(row: Heartbeat) -> HeartbeatView:
    fields = {name: getattr(row, name) for name in HeartbeatView.model_fields if name not in _COMPUTED}
    return HeartbeatView(
        **fields,
        **{name: int(getattr(row, span).total_seconds()) for name, span in _SPANS.items()},
        standing=standing(row.enabled, row.due_at, clock.now()),
    )


def _views(rows: Sequence[Heartbeat]) -> list[HeartbeatView]:
    return [_view(row) for row in rows]


def _values(sent: dict[str, Any]) -> dict[str, Any]:
    for name, span in _SPANS.items():
        if name in sent:
            sent[span] = timedelta(seconds=sent.pop(name))
    if "tags" in sent:
        sent["tags"] = list(dict.fromkeys(sent["tags"]))
    return sent


def _with_address(row: Heartbeat, secret: str, pulsar: PulsarNode) -> CreatedHeartbeat:
    return CreatedHeartbeat(**_view(row).model_dump(), url=f"{pulsar.settings.base_url}{PUBLIC_PATH}{secret}")


@router.get("")
async def list_heartbeats(tx: AsViewer, paging: Pages) -> Page[HeartbeatView]:
    return await page_of(tx, select(Heartbeat), Heartbeat.id, paging, _views, descending=False)


@router.post("", status_code=201)
async def create_heartbeat(body: NewHeartbeat, tx: AsAdmin, pulsar: PulsarNode) -> CreatedHeartbeat:
    """The only answer that has its address in it. Nothing is due before the first ping."""
    row, secret = await actions.create(tx, _values(body.model_dump()))
    return _with_address(row, secret, pulsar)


@router.get("/{heartbeat_id}")
async def get_heartbeat(heartbeat_id: UUID, tx: AsViewer) -> HeartbeatView:
    return _view(await actions.get(tx, heartbeat_id))


@router.patch("/{heartbeat_id}")
async def update_heartbeat(heartbeat_id: UUID, body: HeartbeatChange, tx: AsAdmin) -> HeartbeatView:
    row = await actions.get(tx, heartbeat_id, to_change=True)
    check_version(row.version, body.version, _view(row))
    await actions.change(tx, row, _values(body.sent("version")))
    return _view(row)


@router.post("/{heartbeat_id}/ping")
async def ping_heartbeat(heartbeat_id: UUID, tx: AsMember) -> HeartbeatView:
    """With an API key instead of the address."""
    row = await actions.get(tx, heartbeat_id, to_change=True)
    await actions.ping(tx, row)
    return _view(row)


@router.post("/{heartbeat_id}/renew")
async def renew_heartbeat(heartbeat_id: UUID, tx: AsAdmin, pulsar: PulsarNode) -> CreatedHeartbeat:
    """A new address, for when the old one got lost or known."""
    row = await actions.get(tx, heartbeat_id, to_change=True)
    return _with_address(row, await actions.renew(tx, row), pulsar)


@router.delete("/{heartbeat_id}", status_code=204)
async def delete_heartbeat(heartbeat_id: UUID, tx: AsAdmin) -> None:
    await actions.remove(tx, await actions.get(tx, heartbeat_id, to_change=True))
