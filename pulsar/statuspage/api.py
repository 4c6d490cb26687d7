"""Routes of the status page: setting it up, its components, and what the public is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.http import Body, Name, Page, Pages, PulsarNode, View, check_version, page_of
from pulsar.incidents.rules import IncidentStatus
from pulsar.people.access import AsAdmin, AsMember, AsViewer
from pulsar.statuspage import actions, telling
from pulsar.statuspage.model import NoticeRow, PublicUpdate, StatusPage
from pulsar.statuspage.rules import ComponentState

router = APIRouter(prefix="/status-page", tags=["Status page"])

Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(max_length=2000)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Group = Annotated[str, StringConstraints(max_length=100)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]
Position = Annotated[int, Field(ge=0, le=100_000)]


class StatusPageChange(Body):
    enabled: bool = False
    slug: Slug | None = None
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    description: Words = ""
    version: int | None = None


class StatusPageView(View):
    enabled: bool
    slug: str | None
    url: str | None
    """Where it stands, once it has an address and is on."""
    title: str
    description: str
    version: int
    """0 before anything was set."""


class NewComponent(Body):
    name: Name
    description: Words = ""
    group_name: Group = ""
    position: Position | None = None
    state: ComponentState = ComponentState.OPERATIONAL


class ComponentChange(Body):
    name: Name = ""
    description: Words = ""
    group_name: Group = ""
    position: Position = 0
    version: int | None = None


class ComponentStateChange(Body):
    state: ComponentState


class ComponentView(View):
    id: UUID
    name: str
    description: str
    group_name: str
    position: int
    state: ComponentState
    version: int


class StateOf(Body):
    component_id: UUID
    state: ComponentState


States = Annotated[list[StateOf], Field(max_length=actions.MOST_COMPONENTS)]


class NewPublicUpdate(Body):
    """All of it is public."""

    status: IncidentStatus
    text: Text
    components: States = Field(default_factory=list)

    def states(self) -> dict[UUID, str]:
        return {one.component_id: one.state.value for one in self.components}


class NewNotice(NewPublicUpdate):
    incident_id: UUID | None = None
    title: Title


class PublicUpdateView(View):
    id: UUID
    status: IncidentStatus
    text: str
    created_at: datetime


class NoticeView(View):
    id: UUID
    incident_id: UUID | None
    title: str
    status: IncidentStatus
    updates: list[PublicUpdateView]
    """Newest first."""
    created_at: datetime


def _page_view(row: StatusPage | None, pulsar: PulsarNode) -> StatusPageView:
    if not row:
        return StatusPageView(enabled=False, slug=None, url=None, title="", description="", version=0)
    url = f"{pulsar.settings.base_url}/status/{row.slug}" if row.enabled else None
    own = {name: getattr(row, name) for name in StatusPageView.model_fields if name != "url"}
    return StatusPageView(**own, url=url)


async def _notices(tx: Transaction, rows: Sequence[NoticeRow]) -> list[NoticeView]:
    query = select(PublicUpdate).where(PublicUpdate.notice_id.in_([row.id for row in rows]))
    told: dict[UUID, list[PublicUpdateView]] = {}
    for update in await tx.scalars(query.order_by(PublicUpdate.id.desc())):
        told.setdefault(update.notice_id, []).append(PublicUpdateView.model_validate(update))
    own = [name for name in NoticeView.model_fields if name != "updates"]
    return [NoticeView(**{name: getattr(row, name) for name in own}, updates=told.get(row.id, [])) for row in rows]


@router.get("")
async def get_status_page(tx: AsViewer, pulsar: PulsarNode) -> StatusPageView:
    return _page_view(await actions.page(tx), pulsar)


@router.patch("")
async def update_status_page(body: StatusPageChange, tx: AsAdmin, pulsar: PulsarNode) -> StatusPageView:
    """Off until `enabled` is set. Its address has to be free."""
    row = await actions.locked(tx)
    check_version(row.version, body.version, _page_view(row, pulsar))
    await actions.set_up(tx, row, body.sent("version"))
    return _page_view(row, pulsar)


@router.get("/components")
async def list_components(tx: AsViewer) -> list[ComponentView]:
    """All, in the order in which the page has them."""
    return [ComponentView.model_validate(row) for row in await actions.components(tx)]


@router.post("/components", status_code=201)
async def create_component(body: NewComponent, tx: AsAdmin) -> ComponentView:
    return ComponentView.model_validate(await actions.add_component(tx, body.model_dump()))


@router.get("/components/{component_id}")
async def get_component(component_id: UUID, tx: AsViewer) -> ComponentView:
    return ComponentView.model_validate(await actions.component(tx, component_id))


@router.patch("/components/{component_id}")
async def update_component(component_id: UUID, body: ComponentChange, tx: AsAdmin) -> ComponentView:
    row = await actions.component(tx, component_id, to_change=True)
    check_version(row.version, body.version, ComponentView.model_validate(row))
    await actions.change_component(tx, row, body.sent("version"))
    return ComponentView.model_validate(row)


@router.put("/components/{component_id}/state")
async def set_component_state(component_id: UUID, body: ComponentStateChange, tx: AsMember) -> ComponentView:
    row = await actions.component(tx, component_id, to_change=True)
    await actions.change_component(tx, row, {"state": body.state.value})
    return ComponentView.model_validate(row)


@router.delete("/components/{component_id}", status_code=204)
async def delete_component(component_id: UUID, tx: AsAdmin) -> None:
    await actions.remove_component(tx, await actions.component(tx, component_id, to_change=True))


@router.get("/notices")
async def list_notices(tx: AsViewer, paging: Pages, incident_id: UUID | None = None) -> Page[NoticeView]:
    """Newest first; or the one about an incident."""
    query = select(NoticeRow)
    if incident_id:
        query = query.where(NoticeRow.incident_id == incident_id)
    found = await page_of(tx, query, NoticeRow.id, paging, list)
    return Page[NoticeView](**found.model_dump(exclude={"items"}), items=await _notices(tx, found.items))


@router.post("/notices", status_code=201)
async def publish_notice(body: NewNotice, tx: AsMember) -> NoticeView:
    """The public reads the title and the text as they are typed here, and nothing else of the incident."""
    made = await telling.publish(tx, body.incident_id, body.title, body.status, body.text, body.states())
    return (await _notices(tx, [made]))[0]


@router.get("/notices/{notice_id}")
async def get_notice(notice_id: UUID, tx: AsViewer) -> NoticeView:
    return (await _notices(tx, [await telling.notice(tx, notice_id)]))[0]


@router.post("/notices/{notice_id}/updates", status_code=201)
async def publish_public_update(notice_id: UUID, body: NewPublicUpdate, tx: AsMember) -> NoticeView:
    row = await telling.notice(tx, notice_id, to_change=True)
    await telling.tell(tx, row, body.status, body.text, body.states())
    return (await _notices(tx, [row]))[0]


@router.delete("/notices/{notice_id}", status_code=204)
async def take_notice_back(notice_id: UUID, tx: AsAdmin) -> None:
    await telling.take_back(tx, await telling.notice(tx, notice_id, to_change=True))
