"""Routes of post-mortems."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints

from pulsar.base.db import Transaction
from pulsar.base.http import Body, View, check_version
from pulsar.incidents import actions, postmortems
from pulsar.incidents.postmortem_model import Postmortem
from pulsar.incidents.work_views import TaskView
from pulsar.people.access import AsMember, AsViewer

router = APIRouter(prefix="/incidents/{incident_id}/postmortem", tags=["Incidents"])

PostmortemStatus = Literal["draft", "published"]
Format = Annotated[Literal["json", "markdown"], Query(alias="format", description="markdown: as a file.")]


class PostmortemChange(Body):
    text: Annotated[str, StringConstraints(max_length=200_000, strip_whitespace=False)] = ""
    status: PostmortemStatus = "draft"
    version: int | None = Field(None)


class PostmortemView(View):
    id: UUID
    status: PostmortemStatus
    text: str
    """Markdown as it was typed: whoever shows it takes care that nothing in it is executed."""
    action_items: list[TaskView]
    """The incident's tasks of that kind, and worked on there."""
    published_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


async def _view(tx: Transaction, found: Postmortem) -> PostmortemView:
    return PostmortemView(
        id=found.id,
        status="published" if found.status == "published" else "draft",
        text=found.text,
        action_items=await postmortems.action_items(tx, found.incident_id),
        published_at=found.published_at,
        version=found.version,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


@router.get("", response_model=PostmortemView)
async def get_postmortem(incident_id: UUID, tx: AsViewer, wanted: Format = "json") -> PostmortemView | Response:
    """With `format=markdown` a file, with the action items at its end."""
    await actions.known(tx, incident_id)
    found = await postmortems.of(tx, incident_id)
    if wanted == "json":
        return await _view(tx, found)
    number = (await actions.get(tx, incident_id)).number
    headers = {"Content-Disposition": f'attachment; filename="incident-{number}-post-mortem.md"'}
    return Response(await postmortems.exported(tx, found), media_type="text/markdown; charset=utf-8", headers=headers)


@router.post("", status_code=201)
async def begin_postmortem(incident_id: UUID, tx: AsMember) -> PostmortemView:
    """A draft, with what is known of the incident and its timeline in it."""
    return await _view(tx, await postmortems.begin(tx, await actions.locked(tx, incident_id)))


@router.patch("")
async def update_postmortem(incident_id: UUID, body: PostmortemChange, tx: AsMember) -> PostmortemView:
    await actions.known(tx, incident_id)
    found = await postmortems.of(tx, incident_id, to_change=True)
    check_version(found.version, body.version, await _view(tx, found))
    sent = body.sent("version")
    await postmortems.change(tx, found, sent.get("text"), sent.get("status"))
    return await _view(tx, found)


@router.delete("", status_code=204)
async def delete_postmortem(incident_id: UUID, tx: AsMember) -> None:
    await actions.known(tx, incident_id)
    await postmortems.remove(tx, await postmortems.of(tx, incident_id, to_change=True))
